"""Each signal says what its name promises, on cases small enough to work by hand."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from prepos.errors import ConfigError, DemandError
from prepos.signals import registry
from prepos.signals.due import due
from prepos.signals.evidence import Evidence, gather
from prepos.signals.given import given
from prepos.signals.neighbours import neighbours
from prepos.signals.new_buyers import new_buyers
from prepos.signals.options import SignalOptions
from prepos.signals.own import own
from prepos.signals.pool import likely_strength, pool, shrink_shares, sku_shares
from prepos.signals.registry import SIGNALS, read_columns, read_signals
from prepos.signals.shrunk import WAYS
from prepos.signals.together import together
from tests.unit.forecast.snapshots import Line, make_snapshot, random_lines, weekly


def evidence_of(lines: list[Line], **more: object) -> Evidence:
    """Return the evidence of lines."""
    return gather(make_snapshot(lines, **more), SignalOptions())  # type: ignore[arg-type]


def test_own_is_an_exponential_mean() -> None:
    """With a half-life of one week, 4 two weeks ago and 8 last week weigh 1 to 2."""
    snapshot = make_snapshot(weekly("r", "s", [4, 8]))
    mean = own(gather(snapshot, SignalOptions(half_life_weeks=(1.0,))))
    assert mean.shape == (1, 1, 1, 1)
    assert mean[0, 0, 0, 0] == pytest.approx((4 * 0.5 + 8) / 1.5)


def test_own_keeps_a_steady_level_at_all_speeds() -> None:
    """A series that never changes is forecast as it is, however short."""
    mean = own(evidence_of(weekly("r", "s", [3, 3, 3])))
    assert mean.ravel() == pytest.approx([3.0, 3.0, 3.0, 3.0])


def test_pool_gives_every_region_its_share() -> None:
    """A SKU that sold in one region only is expected in the other too, less there."""
    lines = weekly("a", "s", [9] * 8) + weekly("b", "t", [9] * 8)
    slow = pool(evidence_of(lines))[1, 0]
    assert (slow > 0).all()
    assert slow[0, 0] > slow[1, 0]
    assert slow[:, 0].sum() == pytest.approx(9.0, rel=0.05)


def test_new_sku_borrows_its_category() -> None:
    """A SKU launched on the cutoff is expected at its category's mean level."""
    lines = weekly("a", "milk", [20] * 10) + weekly("a", "nail", [2] * 10)
    evidence = evidence_of(
        lines,
        skus=["oatmilk"],
        category=["dairy", "iron", "dairy"],
        launched_on=["", "", "2024-07-01"],
    )
    level = pool(evidence)[1, 0, 0]
    assert level[2] > 3 * level[1]
    assert level[2] == pytest.approx(20.0, rel=0.35)


def test_long_silence_fades_what_is_borrowed() -> None:
    """A SKU that was there all along and never sold is expected far below its category."""
    lines = weekly("a", "milk", [20] * 30)
    level = pool(evidence_of(lines, skus=["oatmilk"], category=["dairy", "dairy"]))[1, 0, 0]
    assert 0 < level[1] < 2.0


@pytest.mark.parametrize("even", [True, False])
def test_shares_shrink_as_far_as_the_counts_call_for(even: bool) -> None:
    """Counts that follow the prior leave it alone; counts that defy it win."""
    prior = np.full((2, 30), 0.5)
    units = np.full((2, 30), 50.0) if even else np.tile([[100.0, 0.0], [0.0, 100.0]], 15)
    share = shrink_shares(units, prior, likely_strength(units, prior, units.sum(axis=0)))
    assert share.sum(axis=0) == pytest.approx(np.ones(30))
    assert abs(share[0, 0] - 0.5) < 0.01 if even else share[0, 0] > 0.95


def test_neighbours_are_scaled_to_the_region() -> None:
    """Half of what the big neighbour sells is X, so half of what the village sells is expected."""
    lines = weekly("big", "x", [50] * 6) + weekly("big", "y", [50] * 6) + weekly("v", "y", [2] * 6)
    around = neighbours(evidence_of(lines, neighbours=[("v", "big", 3.0)]))[0, 0]
    assert around[1] == pytest.approx([1.0, 1.0])
    assert around[0] == pytest.approx([0.0, 0.0])  # nobody is named as its neighbour


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"population": [1000.0, 500.0]}, 5.0),  # half the heads, half the sales
        ({"neighbours": [("new", "a", 1.0)]}, 10.0),  # like its neighbour
        ({}, 10.0),  # like all
    ],
)
def test_new_region_borrows(more: dict[str, object], expected: float) -> None:
    """A region without orders is sized by its people or its neighbours, less as silence lasts."""
    size = evidence_of(weekly("a", "s", [10]), regions=["new"], **more).region_size
    assert size == pytest.approx([10.0, expected * 2 / 3])  # one week seen, two weeks borrowed
    later = evidence_of(weekly("a", "s", [10] * 40), regions=["new"], **more).region_size
    assert 0 < later[1] < 0.15 * expected


def test_together_expects_what_goes_with_what_was_bought() -> None:
    """A region that buys X alone is expected to buy Y, which others always take with it."""
    lines = [
        Line(f"o{n}", f"c{n % 9}", "a", sku, -1.0 - n)
        for n in range(60)
        for sku in (("x", "y") if n % 2 else ("z",))
    ]
    lines += weekly("b", "x", [5] * 4)
    within = together(evidence_of(lines))[0, 0]
    assert within[1, 1] > 0.5
    assert within[1, 2] == 0.0


def test_due_waits_for_the_usual_gap() -> None:
    """Customers who buy every four weeks are expected four weeks after the last time."""
    lines = []
    for who in range(120):
        phase = who % 4  # weeks since the last purchase
        for turn in range(8):
            day = -7.0 * (phase + 4 * turn) - 3.0
            lines.append(Line(f"{who}-{turn}", f"c{who}", f"r{phase}", "s", day))
    expected = due(evidence_of(lines, horizon=1))[0, 0, :, 0]
    assert expected[3] > 3 * expected[0]  # bought 3.4 weeks ago, against half a week ago
    assert expected.sum() == pytest.approx(30.0, rel=0.35)


def test_due_needs_consent() -> None:
    """Customers who did not agree are not looked at one by one, by any signal."""
    lines = random_lines(1)
    evidence = evidence_of(lines, consented=False)
    assert not due(evidence).any()
    assert not new_buyers(evidence).any()
    assert not together(evidence)[1].any()
    assert own(evidence).any()


def test_new_buyers_are_those_who_have_not_bought() -> None:
    """Where all active customers own the SKU already, nobody buys it for the first time."""
    lines = [Line(f"a{n}", f"a{n}", "a", "s", -3.0) for n in range(10)]
    lines += [Line(f"b{n}", f"b{n}", "b", "t", -3.0) for n in range(10)]
    fresh = new_buyers(evidence_of(lines))[0, 0]
    assert fresh[0] == pytest.approx([0.0, fresh[0, 1]])
    assert fresh[1, 0] > 0


def test_given_reads_the_rows_ahead() -> None:
    """Rows of the horizon are taken, rows of other days, regions or SKUs are not."""
    rows = [
        ("r", "s", date(2024, 7, 1), 2.0),
        ("r", "s", date(2024, 7, 8), 3.0),
        ("r", "s", date(2024, 7, 15), 9.0),
        ("elsewhere", "s", date(2024, 7, 1), 9.0),
        ("r", "unknown", date(2024, 7, 1), 9.0),
    ]
    table = pd.DataFrame(rows, columns=["region_id", "sku", "period_start", "mean"])
    means = given(evidence_of(weekly("r", "s", [1]), tables={"forecasts": table}))
    assert means.ravel().tolist() == [2.0, 3.0]
    assert not given(evidence_of(weekly("r", "s", [1]))).any()


@pytest.mark.parametrize("days", [1, 7])
def test_an_earlier_origin_knows_what_the_snapshot_of_that_day_knows(days: int) -> None:
    """Whatever an origin says is what the same signals say where nothing later was ever seen.

    What is learnt of all series at once is learnt before the oldest origin: so it is asked of the
    oldest.
    """
    lines = random_lines(4)
    around = [(f"r{a}", f"r{(a + 1) % 4}", 1.0) for a in range(4)]
    snapshot = make_snapshot(lines, neighbours=around, days=days)
    names = [name for name in SIGNALS if name not in ("given", "intents")]
    origin = gather(snapshot, SignalOptions(), backs=(3, 2, 1)).at(3)
    earlier = gather(snapshot.back_to(3), SignalOptions())
    for ours, theirs in zip(read_columns(names, origin), read_columns(names, earlier), strict=True):
        assert ours.mean == pytest.approx(theirs.mean, rel=2e-3, abs=1e-5), ours.signal


def test_shrunk_columns_tell_whose_word_they_are() -> None:
    """Parts are shares of the column, and a cell that sold far above the pool speaks for itself."""
    lines = weekly("a", "x", [40] * 12) + weekly("b", "y", [40] * 12) + weekly("b", "x", [1] * 12)
    columns = read_columns(
        ["own", "pool", "neighbours"], evidence_of(lines, neighbours=[("b", "a", 1.0)])
    )
    told = [column for column in columns if column.parts]
    assert len(told) == 2 * len(WAYS)
    for column in told:
        shares = sum(column.parts.values())
        assert (shares >= 0).all()
        assert (shares <= 1 + 1e-6).all()
    assert told[0].parts["own"][0, 0] > 0.9
    assert told[-1].parts["own"][0, 1] == 0.0


def test_without_shrinkage_each_region_has_its_own_share() -> None:
    """The pool's shares are those of the units sold, and no column is shrunk; see what is new."""
    lines = weekly("a", "x", [6] * 8) + weekly("b", "x", [2] * 8) + weekly("b", "y", [4] * 8)
    snapshot = make_snapshot(lines, skus=["z"])
    evidence = gather(snapshot, SignalOptions(shrinkage=False))
    share = sku_shares(evidence)
    assert share[:, 0] == pytest.approx([0.75, 0.25], abs=1e-5)
    assert share[:, 1] == pytest.approx([0.0, 1.0], abs=1e-5)
    assert share[:, 2] == pytest.approx([0.5, 0.5], abs=1e-5)  # of everything: it never sold
    assert not any(column.parts for column in read_columns(["own", "pool"], evidence))
    shrunk = sku_shares(gather(snapshot, SignalOptions()))
    assert 0.0 < shrunk[0, 1] < 0.5


@pytest.mark.parametrize("name", SIGNALS)
def test_every_signal_is_sound_on_any_days(name: str) -> None:
    """Each signal is not negative and finite, for periods of a day as for weeks."""
    for days in (1, 7):
        evidence = evidence_of(random_lines(2), days=days, horizon=3)
        values = read_signals([name], evidence)[name]
        assert values.shape[1] in (1, 3)
        assert values.shape[2:] == (4, 6)


def test_unsound_signal_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A signal that says something negative is named."""
    monkeypatch.setitem(registry.SIGNALS, "own", lambda evidence: own(evidence) - 1.0)
    with pytest.raises(DemandError, match="signal own is negative or not finite"):
        read_signals(["own"], evidence_of(weekly("r", "s", [0, 0, 1, 0])))


def test_options_tell_all_that_cannot_be() -> None:
    """Every wrong option is told at once."""
    with pytest.raises(
        ConfigError, match=r"half_life_weeks is \(3.0, 2.0\).*window_weeks is 0.*pairs is"
    ):
        SignalOptions(half_life_weeks=(3.0, 2.0), window_weeks=0, pairs=0)
