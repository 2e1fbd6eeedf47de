"""LightGBM as a peer: its features know the past alone, its means are sound and repeat."""

from __future__ import annotations

import numpy as np
import pytest

from prepos.forecast.peers import boosting
from prepos.forecast.peers.boosting import boosted_means, row_origins, stack_rows, tune
from prepos.forecast.peers.features import (
    CATEGORIES,
    LAGS,
    RATE,
    WINDOWS,
    make_panel,
    read_features,
)
from tests.unit.forecast.snapshots import Line, make_snapshot, random_lines, weekly

OWN = 6  # columns before the own features: ids and calendar


@pytest.mark.parametrize("pooled", [False, True])
def test_features_do_not_know_what_comes(pooled: bool) -> None:
    """Units after the origin change nothing of the features at it."""
    lines = random_lines(5, weeks=24)
    later = [line if line.day < -42 else line._replace(units=line.units + 7) for line in lines]
    read = []
    for each in (lines, later):
        panel = make_panel(make_snapshot(each, neighbours=[("r0", "r1", 1.0), ("r1", "r0", 1.0)]))
        known = panel.length - 6
        cells = np.flatnonzero(panel.place >= 0)
        read.append(read_features(panel, known, cells, pooled=pooled))
    np.testing.assert_array_equal(read[0], read[1])


def test_own_features_are_those_worked_by_hand() -> None:
    """Lags from the latest back, means over windows, silence since the last sale."""
    panel = make_panel(make_snapshot(weekly("r", "a", [0, 4, 0, 2, 1, 0])))
    (row,) = read_features(panel, panel.length, np.array([0]), pooled=False)
    lags = row[OWN : OWN + LAGS]
    assert lags[:5].tolist() == [0.0, 1.0, 2.0, 0.0, 4.0]
    assert np.isnan(lags[5:]).all()  # the history starts with the first sale
    means = row[OWN + LAGS : OWN + LAGS + len(WINDOWS)]
    np.testing.assert_allclose(means, [3 / 4] + [7 / 5] * 4)
    often, size, silence, age, _ = row[OWN + LAGS + len(WINDOWS) :]
    assert (often, size, silence, age) == pytest.approx((3 / 5, 7 / 3, 1.0, 5.0))


def test_columns_are_where_their_names_say() -> None:
    """Ids first; the rate is the mean of half a year."""
    lines = [*weekly("r1", "a", [1] * 30), *weekly("r2", "b", [0] * 20 + [3] * 10)]
    panel = make_panel(make_snapshot(lines, category=["x", "y"]))
    rows = read_features(panel, 30, np.array([0, 3]), pooled=True)
    assert rows[:, CATEGORIES].tolist() == [[0.0, 0.0, 0.0], [1.0, 1.0, 1.0]]
    np.testing.assert_allclose(rows[:, RATE], [1.0, 30 / 26])


def test_pooled_features_tell_an_unsold_cell_apart() -> None:
    """A cell that never sold has the levels of its SKU, its region and its neighbours."""
    lines = [*weekly("r1", "a", [4] * 10), *weekly("r2", "b", [2] * 10)]
    panel = make_panel(make_snapshot(lines, neighbours=[("r2", "r1", 1.0)]))
    unsold = read_features(panel, 10, np.array([1 * 2 + 0]), pooled=True)[0]  # a in r2
    first = unsold[-21:-14]  # the fastest speed
    own, sku, share, product, _, _, around = first
    assert own == 0.0
    assert (sku, share, product, around) == pytest.approx((4.0, 1 / 3, 4 / 3, 4.0))


def test_rows_end_where_the_history_does() -> None:
    """The last origin's sum is known whole, and an origin has a past."""
    panel = make_panel(make_snapshot(random_lines(5, weeks=24)))
    assert row_origins(panel, 4)[-1] == panel.length - 4
    assert row_origins(make_panel(make_snapshot(weekly("r", "a", [1]))), 1).tolist() == []


def test_thinned_rows_stand_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Weights add up to the cells there are, sold and unsold apart."""
    monkeypatch.setattr(boosting, "ROWS", 12)
    monkeypatch.setattr(boosting, "LEAST_ROWS", 1)
    panel = make_panel(make_snapshot(random_lines(5, regions=6, skus=8, weeks=24)))
    rows = stack_rows(panel, np.array([panel.length - 2]), 2, pooled=True)
    assert rows is not None
    features, units, weight = rows
    assert len(features) == len(units) == len(weight) <= 12
    assert weight.sum() == pytest.approx(48)


@pytest.mark.parametrize("pooled", [False, True])
def test_means_are_sound_and_repeat(pooled: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Never negative, never missing; the same input gives the same bits in any order of lines."""
    pytest.importorskip("lightgbm")
    monkeypatch.setattr(boosting, "ROUNDS", 25)
    monkeypatch.setattr(boosting, "CHOICES", boosting.CHOICES[:1])
    lines = random_lines(9, weeks=30, orders=500)
    said = []
    for each in (lines, lines[::-1]):
        snapshot = make_snapshot(each, category=list("ababab"))
        said.append(boosted_means(snapshot, tune(snapshot, pooled=pooled), pooled=pooled))
    assert said[0].shape == (2, 4, 6)
    assert np.isfinite(said[0]).all()
    assert (said[0] >= 0).all()
    assert said[0].tobytes() == said[1].tobytes()
    came = make_snapshot(lines).history().units.mean(axis=1).sum()
    assert said[0][0].sum() == pytest.approx(came, rel=0.35)


@pytest.mark.parametrize(
    "lines",
    [
        [Line("o", "", "r", "a", -3.0)],
        weekly("r", "a", [1, 2]),
        weekly("r", "a", [1, 2, 0, 1, 3, 1]),
        weekly("r", "a", [5] + [0] * 20 + [10_000]),
    ],
    ids=["one period", "two periods", "six periods", "a giant"],
)
@pytest.mark.parametrize("pooled", [False, True])
def test_little_history_is_no_fault(lines: list[Line], pooled: bool) -> None:
    """Whatever there is to learn from, the means are numbers of 0 or more."""
    pytest.importorskip("lightgbm")
    snapshot = make_snapshot(lines)
    means = boosted_means(snapshot, tune(snapshot, pooled=pooled), pooled=pooled)
    assert np.isfinite(means).all()
    assert (means >= 0).all()
