"""Why one cell's forecast is what it is, on one screen: sentences, and the numbers behind them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from prepos.cli.sentences import amount, model_said, out_of_the_ordinary, share_of, signals_said
from prepos.signals.words import LATEST

if TYPE_CHECKING:
    from prepos.core.fitted import SignalTrial
    from prepos.pipeline.explaining import ToldCell
    from prepos.signals.words import NeighbourWords
    from prepos.signals.words_of_baskets import TogetherWords
    from prepos.signals.words_of_factors import FactorWords


def cell_page(told: ToldCell) -> RenderableType:
    """Return the whole page of one cell."""
    said = signals_said(told)
    parts: list[RenderableType] = [_head(told), _signals(told, said)]
    left_out = _left_out(told.trials, said)
    if left_out:
        parts.append(left_out)
    if told.boost is not None:
        parts.append(Text(f"Trees on top of the signals multiply every part by {told.boost:.3f}."))
    if told.words is not None:
        parts += _details(told)
    if told.quantiles:
        parts.append(_spread(told.quantiles))
    parts += [Text(f"Note: {notice}", "yellow") for notice in told.notices]
    return Group(*parts)


def _head(told: ToldCell) -> Text:
    """Return what is expected, where and when."""
    place = f"{told.region} ({told.name})" if told.name else told.region
    head = Text(f"\n{amount(told.units)} units", "bold")
    head.append(f" of {told.sku} are expected in {place}", "bold")
    if not told.horizon:
        return head.append(" over the horizon")
    many = "" if told.horizon == 1 else "s"
    head.append(f" over {told.horizon} {told.period}{many} from {told.cutoff}")
    return head.append(f", {amount(told.units / told.horizon)} a {told.period}")


def _signals(told: ToldCell, said: dict[str, str]) -> RenderableType:
    """Return what each signal adds, and why."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("signal", "units", "share", "because"):
        is_number = column in ("units", "share")
        table.add_column(column, justify="right" if is_number else "left", no_wrap=is_number)
    model = model_said(told.model)
    for name, units in told.signals.items():
        because = said.get(name, "") or (model if name == told.model else "")
        table.add_row(
            name.replace("_", " "), amount(units), share_of(units, told.units), Text(because)
        )
    if told.words is not None and "own" not in told.signals:
        table.add_row("", "", "", Text(said["own"]))
    return table


def _left_out(trials: Sequence[SignalTrial], said: dict[str, str]) -> Table | None:
    """Return which signals have no say in the whole forecast, and what they would say here."""
    dropped = [trial for trial in trials if not trial.stays]
    if not dropped:
        return None
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("left out", "why, over all cells", "what it says here"):
        table.add_column(column)
    for trial in dropped:
        reason = trial.reason
        if trial.gain is not None and trial.sure is not None:
            reason += f": gains {trial.gain:+.2%} in loss, {trial.sure:.0%} sure"
        name = trial.signal
        table.add_row(name.replace("_", " "), Text(reason), Text(said.get(name, "")))
    return table


def _details(told: ToldCell) -> list[RenderableType]:
    """Return the tables behind the sentences."""
    words = told.words
    if words is None:
        return []
    found: list[RenderableType] = []
    if words.neighbours is not None and words.neighbours.regions:
        found.append(_neighbours(words.neighbours, told.period))
    if words.together is not None and words.together.largest:
        found.append(_companions(words.together, told))
    if told.ways:
        found.append(_ways(told))
        if out_of_the_ordinary(words.factors):
            found.append(_factors(words.factors, told.period))
    return found


def _neighbours(words: NeighbourWords, period: str) -> Table:
    """Return the regions around, those that add most first."""
    some = f"{len(words.largest)} of {words.regions} regions around"
    table = _table(some, "weight", f"last {LATEST}", f"a {period}", f"all SKUs a {period}")
    for near in words.largest:
        name = f"{near.region} ({near.name})" if near.name else near.region
        counts = (near.latest, near.level, near.size)
        table.add_row(Text(name), f"{near.weight:.0%}", *(amount(count) for count in counts))
    return table


def _companions(words: TogetherWords, told: ToldCell) -> Table:
    """Return the products that bring the SKU along, with what each adds over the horizon."""
    some = f"{len(words.largest)} of {words.companions} products that bring it along"
    bought = f"bought a {told.period}"
    table = _table(some, bought, "with it, same order", "next order", "adds in all")
    for one in words.largest:
        table.add_row(
            Text(one.sku),
            amount(one.latest),
            amount(one.within),
            amount(one.between),
            amount(one.adds * told.horizon),
        )
    return table


def _ways(told: ToldCell) -> Table:
    """Return every way in which a signal speaks: what it says, its weight, what it adds."""
    table = _table("way of saying it", "says", "weight", "adds", "of it to")
    for way in told.ways:
        name = way.signal.replace("_", " ")
        rest = ", ".join(
            f"{other} {amount(units)}" for other, units in way.adds.items() if other != way.signal
        )
        table.add_row(
            f"{name}: {way.way}" if way.way else name,
            amount(way.says),
            f"{way.weight:.4f}",
            amount(sum(way.adds.values())),
            rest,
        )
    return table


def _factors(words: FactorWords, period: str) -> Table:
    """Return what multiplies, period by period."""
    table = _table(f"{period} from", "season and SKU", "region", "here alone", "times", "events")
    for times in words.ahead:
        shown = (times.of_sku, times.of_region, times.of_cell, times.whole)
        table.add_row(times.start, *(f"{x:.2f}" for x in shown), Text(", ".join(times.events)))
    return table


def _spread(quantiles: dict[str, float]) -> Table:
    """Return the quantiles of the sum over the horizon."""
    chances = (f"{float(name[1:]):g} %" for name in quantiles)
    table = _table("chance of no more than", *chances)
    table.add_row("units", *(f"{units:,.0f}" for units in quantiles.values()))
    return table


def _table(*columns: str) -> Table:
    """Return an empty table of one column of words and numbers after it."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left")
    return table
