"""The page of one cell: sentences with the right numbers, tables, and nothing of few customers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from prepos.cli.cell_page import cell_page
from prepos.cli.screen import rendered
from prepos.cli.sentences import (
    amount,
    due_said,
    heads,
    hidden_said,
    intents_said,
    neighbours_said,
    new_buyers_said,
    own_said,
    pool_said,
    share_of,
    sparkline,
    together_said,
)
from prepos.core.fitted import SignalTrial
from prepos.pipeline.explaining import ToldCell
from prepos.pipeline.weighing import Way
from prepos.signals.telling import CellWords
from prepos.signals.words import Mean, Neighbour, NeighbourWords, OwnWords, PoolWords
from prepos.signals.words_of_baskets import Companion, TogetherWords
from prepos.signals.words_of_customers import DueWords, Heads, NewBuyerWords, OpenIntents
from prepos.signals.words_of_factors import FactorWords, Times

OWN = OwnWords(
    latest=(0.0, 4.0, 8.0, 0.0),
    means=(Mean(half_life_weeks=1.5, level=3.1), Mean(half_life_weeks=12, level=2.96)),
)
POOL = PoolWords(
    latest=(90.0, 110.0),
    quick_level=120.0,
    slow_level=95.5,
    share=0.026,
    own_share=0.03,
    category_share=0.024,
    region_share=0.025,
    category="dairy",
    worth=100.0,
)
NEAR = Neighbour(region="R2", name="Old Town", weight=0.75, latest=9.0, level=1.5, size=1200.0)
NEIGHBOURS = NeighbourWords(
    regions=2,
    half_life_weeks=4.0,
    level=1.25,
    scale=2.0,
    largest=(NEAR, replace(NEAR, region="R3")),
)
TOGETHER = TogetherWords(
    companions=7,
    within=0.8,
    between=0.4,
    largest=(Companion(sku="bread", latest=5.0, within=0.5, between=0.25, adds=0.125),),
)
DUE = DueWords(
    bought=Heads(number=20, least=10),
    ordering=17.8,
    orders=100.4,
    purchases=26.9,
    units=34.7,
    likely=Heads(number=14, least=10),
)
FEW = Heads(number=None, least=10)
NEW = NewBuyerWords(
    never=Heads(number=40, least=10), orders=12.0, units=0.6, rate=0.05, taken=31.0, days=56.0
)
TIMES = Times(
    start="2024-07-01", of_sku=1.25, of_region=1.0, of_cell=1.0, whole=1.25, events=("fair",)
)
FACTORS = FactorWords(ahead=(TIMES,), lately=1.0, out_of_stock=(0.0, 0.0))
TOLD = ToldCell(
    region="R1",
    sku="milk",
    name="[b]Harbour[/b]",
    model="pooled",
    cutoff="2024-07-01",
    period="week",
    horizon=4,
    units=12.4,
    signals={"own": 6.2, "due": 4.96, "new_buyers": 1.24},
    quantiles={"q05": 4.0, "q97.5": 1204.0},
    ways=(Way(signal="pool", way="shrunk", says=20.0, weight=0.31, adds={"pool": 4.2, "own": 2}),),
    words=CellWords(
        own=OWN,
        factors=FACTORS,
        pool=POOL,
        neighbours=NEIGHBOURS,
        together=TOGETHER,
        due=DUE,
        new_buyers=NEW,
    ),
    trials=(
        SignalTrial(signal="own", stays=True, gain=None, sure=None, reason="always"),
        SignalTrial(signal="neighbours", stays=False, gain=0.0004, sure=0.62, reason="noise"),
        SignalTrial(signal="intents", stays=False, gain=None, sure=None, reason="no table"),
    ),
)


def shown(told: ToldCell) -> str:
    """Return the page without rules and with blanks run together."""
    return " ".join(rendered(cell_page(told)).replace("─", "").split())


@pytest.mark.parametrize(
    "said",
    [
        "12.4 units of milk are expected in R1 ([b]Harbour[/b]) over 4 weeks from 2024-07-01",
        "from 2024-07-01, 3.1 a week",
        "own 6.2 50% it bought 3 a week in the last 4: ▁▅█▁ 0 4 8 0;",
        "due 5 40% 20 customers of the region bought it before;",
        "new buyers 1.2 10% 40 customers of the region never bought it,",
        "neighbours noise: gains +0.04% in loss, 62% sure 2 regions around it bought",
        "intents no table",
        "R2 (Old Town) 75% 9 1.5 1,200",
        "bread 5 0.50 0.25 0.50",
        "pool: shrunk 20 0.3100 6.2 own 2",
        "2024-07-01 1.25 1.00 1.00 1.25 fair",
        "chance of no more than 5 % 97.5 %",
        "units 4 1,204",
    ],
)
def test_page_tells(said: str) -> None:
    """What is expected, why, what was left out, who is around, what multiplies, and the spread."""
    assert said in shown(TOLD)


def test_ordinary_periods_need_no_table() -> None:
    """Where nothing multiplies and nothing was out of stock, no factor is shown."""
    assert TOLD.words is not None
    plain = FactorWords(
        ahead=(replace(TIMES, of_sku=1.0, whole=1.0, events=()),), lately=1.0, out_of_stock=(0.0,)
    )
    assert "week from" in shown(TOLD)
    assert "week from" not in shown(replace(TOLD, words=replace(TOLD.words, factors=plain)))


def test_files_alone_make_a_page() -> None:
    """Without words the signals' units and the notice are told."""
    page = shown(replace(TOLD, words=None, ways=(), notices=("inputs changed since the run",)))
    assert "own 6.2 50% due 5 40% new buyers 1.2 10%" in page
    assert "Note: inputs changed since the run" in page


def test_boost_is_told() -> None:
    """What trees make of the parts stands beside them."""
    assert "multiply every part by" not in shown(TOLD)
    assert "signals multiply every part by 1.125." in shown(replace(TOLD, boost=1.125))


def test_run_that_tells_no_time_makes_a_page() -> None:
    """A manifest without the periods leaves the horizon unnamed."""
    told = ToldCell(region="R1", sku="milk", units=2.0, signals={"own": 2.0}, quantiles={})
    assert "2 units of milk are expected in R1 over the horizon" in shown(told)


def test_model_that_is_no_sum_says_what_it_is() -> None:
    """Its own word stands beside what the region bought."""
    words = CellWords(own=OWN, factors=FACTORS)
    told = replace(TOLD, model="naive", signals={"naive": 12.4}, ways=(), trials=(), words=words)
    page = shown(told)
    assert "naive 12.4 100% the last period's units, again in every period ahead" in page
    assert "it bought 3 a week in the last 4" in page
    assert "fair" not in page  # no signal, so nothing is multiplied


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        (own_said(OWN, "week"), "means by half-life 3.1 (1.5 weeks), 3 (12 weeks)"),
        (pool_said(POOL, "week"), "all regions buy 120 a week by what sold lately, 95.5 in the"),
        (pool_said(POOL, "week"), "taken as 2.60%, between its 3.00% of this SKU and its 2.40% of"),
        (pool_said(replace(POOL, category=""), "day"), "2.40% of SKUs without a category"),
        (neighbours_said(NEIGHBOURS, "week"), "1.2 a week on average; it is 2.00 times their"),
        (neighbours_said(NEIGHBOURS, "week"), "so 2.5 here"),
        (neighbours_said(replace(NEIGHBOURS, regions=0), "week"), "no region is around it"),
        (together_said(TOGETHER, "week"), "0.80 a week within orders, 0.40 in the next ones"),
        (together_said(replace(TOGETHER, companions=0), "week"), "nothing bought here lately"),
        (due_said(DUE, "4 weeks"), "17.8 of them are expected to order within 4 weeks, 100.4 orde"),
        (due_said(DUE, "4 weeks"), "14 customers will buy it with a chance above 50%"),
        (new_buyers_said(NEW, "4 weeks"), "12 orders are expected of them within 4 weeks"),
        (
            new_buyers_said(NEW, "4 weeks"),
            "31 units were taken for the first time in 56 days, 50.0",
        ),
        (
            intents_said((OpenIntents(kind="cart", customers=FEW),)),
            "open: cart of fewer than 10 customers; of later periods as many are expected as usual",
        ),
        (hidden_said(replace(FACTORS, out_of_stock=(1.0, 0.5)), "week"), "1.5 of the last 2 weeks"),
    ],
)
def test_sentences_hold_the_numbers(sentence: str, said: str) -> None:
    """Each signal says what it read."""
    assert said in sentence


def test_few_customers_are_not_told() -> None:
    """Fewer than may be shown are "fewer than", and nothing is said of what they do."""
    few = DueWords(bought=FEW, ordering=None, orders=None, purchases=None, units=None, likely=None)
    assert due_said(few, "4 weeks") == (
        "fewer than 10 customers of the region bought it before: too few to tell more"
    )
    told = new_buyers_said(replace(NEW, never=FEW, orders=None, units=None), "4 weeks")
    assert told.startswith("fewer than 10 customers of the region never bought it; everywhere")


@pytest.mark.parametrize(
    ("number", "said"), [(0, "no customer"), (1, "1 customer"), (1200, "1,200 customers")]
)
def test_customers_are_counted_in_words(number: int, said: str) -> None:
    """One is one, many are many."""
    assert heads(Heads(number=number, least=1)) == said


@pytest.mark.parametrize(
    ("units", "said"), [(0, "0"), (0.034, "0.03"), (5.0, "5"), (12.44, "12.4"), (1204.4, "1,204")]
)
def test_amounts_have_digits_that_tell(units: float, said: str) -> None:
    """Two for parts of a unit, one up to a thousand, none beyond."""
    assert amount(units) == said


def test_bars_and_shares_of_nothing() -> None:
    """Nothing sold is a flat line; a share of nothing is left out."""
    assert sparkline((0.0, 0.0)) == "▁▁"
    assert sparkline((1.0, 8.0)) == "▂█"
    assert (share_of(0.0, 0.0), share_of(1.0, 4.0)) == ("", "25%")
