"""Sentences: what each signal says of a cell, in words with the numbers in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from prepos.signals.words_of_customers import LIKELY

if TYPE_CHECKING:
    from prepos.pipeline.explaining import ToldCell
    from prepos.signals.telling import CellWords
    from prepos.signals.words import NeighbourWords, OwnWords, PoolWords
    from prepos.signals.words_of_baskets import TogetherWords
    from prepos.signals.words_of_customers import DueWords, Heads, NewBuyerWords, OpenIntents
    from prepos.signals.words_of_factors import FactorWords

BARS = "▁▂▃▄▅▆▇█"
PLAIN = 0.005  # a factor within it of 1 is an ordinary period
MODELS = {
    "naive": "the last period's units, again in every period ahead",
    "seasonal_naive": "the units one season before; of the last period where the past is shorter",
    "moving_average": "the mean of the last periods",
    "smoothing": "its own units smoothed exponentially, at a rate fitted to the past",
    "intermittent": "how much is bought at a time and how often, each smoothed by itself",
    "counts": "a regression on its own level, its share of the SKU's, and those around it",
    "given": "taken from the table `forecasts` as it stands there",
}


def signals_said(told: ToldCell) -> dict[str, str]:
    """Return a sentence by signal; none where only the run's files could be read."""
    words = told.words
    if words is None:
        return {}
    found = {"own": own_said(words.own, told.period) + hidden_said(words.factors, told.period)}
    found |= _customers_said(words, told)
    if words.pool is not None:
        found["pool"] = pool_said(words.pool, told.period)
    if words.neighbours is not None:
        found["neighbours"] = neighbours_said(words.neighbours, told.period)
    if words.together is not None:
        found["together"] = together_said(words.together, told.period)
    return found


def _customers_said(words: CellWords, told: ToldCell) -> dict[str, str]:
    """Return the sentences that count customers."""
    span = spelled(told.horizon, told.period)
    found = {}
    if words.due is not None:
        found["due"] = due_said(words.due, span)
    if words.new_buyers is not None:
        found["new_buyers"] = new_buyers_said(words.new_buyers, span)
    if words.intents is not None:
        found["intents"] = intents_said(words.intents)
    return found


def own_said(words: OwnWords, period: str) -> str:
    """Say what the region bought."""
    count = len(words.latest)
    bought = f"it bought {amount(sum(words.latest) / max(count, 1))} a {period} in the last "
    listed = " ".join(amount(units) for units in words.latest)
    means = ", ".join(
        f"{amount(mean.level)} ({mean.half_life_weeks:g} weeks)" for mean in words.means
    )
    return f"{bought}{count}: {sparkline(words.latest)} {listed}; means by half-life {means}"


def hidden_said(words: FactorWords, period: str) -> str:
    """Say how much of the last periods the cell could not be bought in."""
    closed = sum(words.out_of_stock)
    if closed <= 0:
        return ""
    last = spelled(len(words.out_of_stock), period)
    return f"; it was out of stock for {amount(closed)} of the last {last}, which are not counted"


def pool_said(words: PoolWords, period: str) -> str:
    """Say what is sold everywhere and whose share of it the region has."""
    count = len(words.latest)
    sold = sum(words.latest) / max(count, 1)
    group = f"of {words.category}" if words.category else "of SKUs without a category"
    return (
        f"all regions buy {amount(words.quick_level)} a {period} by what sold lately, "
        f"{amount(words.slow_level)} in the long run, {amount(sold)} in the last {count}: "
        f"{sparkline(words.latest)}; this region's share is taken as {words.share:.2%}, between "
        f"its {words.own_share:.2%} of this SKU and its {words.category_share:.2%} {group}, which "
        f"counts as {amount(words.worth)} units; of everything it has {words.region_share:.2%}"
    )


def neighbours_said(words: NeighbourWords, period: str) -> str:
    """Say what the regions around bought."""
    if not words.regions:
        return "no region is around it"
    around = "1 region" if words.regions == 1 else f"{words.regions} regions"
    return (
        f"{around} around it bought {amount(words.level)} a {period} on average; it is "
        f"{words.scale:.2f} times their size, so {amount(words.level * words.scale)} here"
    )


def together_said(words: TogetherWords, period: str) -> str:
    """Say which products bring the SKU along."""
    if not words.companions:
        return "nothing bought here lately brings it along"
    names = ", ".join(one.sku for one in words.largest)
    products = "1 product" if words.companions == 1 else f"{words.companions} products"
    return (
        f"{products} bought here lately bring it along: {amount(words.within)} a {period} within "
        f"orders, {amount(words.between)} in the next ones, unweighted; most of it {names}"
    )


def due_said(words: DueWords, span: str) -> str:
    """Say how many earlier buyers are due."""
    told = f"{heads(words.bought)} of the region bought it before"
    if words.purchases is None or words.ordering is None or words.likely is None:
        return f"{told}: too few to tell more"
    if not words.bought.number:
        return told
    return (
        f"{told}; {amount(words.ordering)} of them are expected to order within {span}, "
        f"{amount(words.orders or 0.0)} orders, {amount(words.purchases)} of these with it and "
        f"{amount(words.units or 0.0)} units in them; {heads(words.likely)} will buy it with "
        f"a chance above {LIKELY:.0%}"
    )


def new_buyers_said(words: NewBuyerWords, span: str) -> str:
    """Say how many never bought the SKU and how often some begin."""
    told = f"{heads(words.never)} of the region never bought it"
    if words.orders:
        told += f", {amount(words.orders)} orders are expected of them within {span}"
    return (
        f"{told}; everywhere {amount(words.taken)} units were taken for the first time in "
        f"{words.days:g} days, {words.rate * 1000:.1f} per 1,000 orders of who had not"
    )


def intents_said(words: Sequence[OpenIntents]) -> str:
    """Say how many customers put the SKU aside or looked at it."""
    told = ", ".join(f"{one.kind} of {heads(one.customers)}" for one in words)
    return f"open: {told}; of later periods as many are expected as usual"


def model_said(model: str) -> str:
    """Say what a model is that is no sum of signals; nothing of one that is not known."""
    return MODELS.get(model, "")


def out_of_the_ordinary(words: FactorWords) -> bool:
    """Return whether anything multiplies demand ahead, or hid it lately."""
    return any(abs(times.whole - 1.0) > PLAIN or times.events for times in words.ahead) or any(
        share > 0 for share in words.out_of_stock
    )


def heads(count: Heads) -> str:
    """Say how many customers, as far as it may be told."""
    if count.number is None:
        return f"fewer than {count.least} customers"
    return {0: "no customer", 1: "1 customer"}.get(count.number, f"{count.number:,} customers")


def spelled(count: int, unit: str) -> str:
    """Say a number of periods."""
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


def amount(units: float) -> str:
    """Return units with as many digits as tell something: 1,204, 12.4, 0.03, 0."""
    size = abs(units)
    digits = 0 if size >= 1000 or size == 0 else 1 if size >= 1 else 2
    return f"{units:,.{digits}f}".removesuffix(".0")


def share_of(part: float, whole: float) -> str:
    """Return a share in whole per cent; nothing of nothing."""
    return f"{part / whole:.0%}" if whole > 0 else ""


def sparkline(units: Sequence[float]) -> str:
    """Return a bar for each number, from nothing to the largest."""
    most = max(units, default=0.0)
    if most <= 0:
        return BARS[0] * len(units)
    return "".join(BARS[round(count / most * (len(BARS) - 1))] for count in units)
