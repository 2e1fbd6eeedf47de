"""Scores worked by hand, and the sums they are kept as."""

from __future__ import annotations

import numpy as np
import pytest

from prepos.core.snapshot import Snapshot
from prepos.forecast.quantiles import count_quantiles
from prepos.forecast.scores import (
    LEVELS,
    SETS,
    Losses,
    Truth,
    known_truth,
    mean_sums,
    pinball_sums,
    place_stock,
    rooted_sums,
    score,
    unit_sums,
    weighing,
)
from prepos.forecast.series_class import CLASSES, UNSOLD
from tests.unit.forecast.snapshots import make_snapshot, random_lines, weekly

ALL = SETS["all"]


def truths_of(snapshot: Snapshot, backs: tuple[int, ...]) -> list[Truth]:
    """Return what came after each of these cutoffs."""
    history = snapshot.history()
    return [known_truth(snapshot.back_to(back), history, back) for back in backs]


def counted(mean: np.ndarray, dispersion: float) -> np.ndarray:
    """Return the quantiles of negative-binomial counts."""
    return count_quantiles(mean, np.full(mean.shape, dispersion), LEVELS)


def random_scores(seed: int) -> tuple[list[Truth], list[Losses]]:
    """Return truths and losses of a random forecast at three cutoffs."""
    truths = truths_of(make_snapshot(random_lines(seed)), (4, 3, 2))
    rng = np.random.default_rng(seed)
    said = [rng.gamma(1.0, size=truth.units.shape) for truth in truths]
    return truths, [score(m, counted(m, 0.5), t) for m, t in zip(said, truths, strict=True)]


def test_truth_is_what_came_and_scales_are_of_the_past() -> None:
    """Worked by hand: 1 3 1 3 before the cutoff, 5 and 7 after it; a second cell is new."""
    snapshot = make_snapshot(
        [*weekly("r", "a", [1, 3, 1, 3, 5, 7]), *weekly("r", "b", [0, 0, 0, 0, 0, 4])]
    )
    (truth,) = truths_of(snapshot, (2,))
    assert truth.units.tolist() == [[[5.0, 0.0]], [[12.0, 4.0]]]
    assert [CLASSES[kind] for kind in truth.kind[0]] == ["smooth", "unsold"]
    np.testing.assert_allclose(truth.scale, [[2.0, 0.1], [2.0 * 2**0.5, 0.1 * 2**0.5]])
    assert truth.weight.tolist() == [2.0, 2.0]  # a period before; what came in the new one


def test_scores_are_those_worked_by_hand() -> None:
    """A sure forecast of 3 where 5 came: its quantiles are near 3, its error one scale."""
    snapshot = make_snapshot(weekly("r", "a", [1, 3, 1, 3, 5, 7]))
    (truth,) = truths_of(snapshot, (2,))
    mean = np.array([[[3.0]], [[12.0]]])
    losses = score(mean, counted(mean, 0.0), truth)
    poisson = [3, 4, 5, 6, 8]  # quantiles of a Poisson with mean 3 at .5 .75 .9 .95 .99
    by_hand = (
        2
        / 5
        * sum(max(q * (5 - x), (q - 1) * (5 - x)) for q, x in zip(LEVELS, poisson, strict=True))
    )
    assert losses.pinball[0].sum() == pytest.approx(by_hand)
    np.testing.assert_allclose(losses.error, [[1.0], [0.0]])
    assert losses.mean.sum(axis=(1, 2)).tolist() == [3.0, 12.0]
    assert truth.stock.tolist() == [[3.0], [4.0]]  # last week's units, and those of two weeks
    assert losses.served.sum(axis=(1, 2)).tolist() == [3.0, 4.0]


def test_stock_lies_where_the_means_are() -> None:
    """Seven units in proportion 4 : 2 : 1 lie 4, 2, 1; eight give the spare to the largest rest."""
    mean = np.array([[4.0, 4.0, 0.0], [2.0, 2.0, 0.0], [1.0, 1.0, 0.0]])
    placed = place_stock(np.array([7.0, 8.0, 5.0]), mean)
    assert placed.T.tolist() == [[4.0, 2.0, 1.0], [5.0, 2.0, 1.0], [0.0, 0.0, 0.0]]


def test_the_quantiles_of_the_truth_lose_least() -> None:
    """Over many draws, too low, too high and too wide all lose more than the true distribution."""
    rng = np.random.default_rng(5)
    units = rng.negative_binomial(2.0, 0.4, size=(2, 200, 50)).astype(np.float64)  # mean 3, a .5
    kind = np.zeros((200, 50), dtype=np.int64)
    none = np.zeros(0, dtype=np.int64)
    stock = np.zeros((2, 50))
    truth = Truth(units, kind, none, none, np.zeros((2, 0)), np.zeros(0), stock)

    def loss(mean: float, dispersion: float) -> float:
        found = score(
            np.full(units.shape, mean), counted(np.full(units.shape, mean), dispersion), truth
        )
        return float(found.pinball.sum())

    right = loss(3.0, 0.5)
    assert right < min(loss(2.0, 0.5), loss(4.5, 0.5), loss(3.0, 0.05), loss(3.0, 3.0))


def test_classes_add_up_to_the_whole() -> None:
    """What is sold and what is not make all; so do the classes."""
    truths, losses = random_scores(7)
    for span in (0, 1):
        for sums, of in ((pinball_sums, losses), (mean_sums, losses), (unit_sums, truths)):
            parts = sum(sums(of, span, SETS[name]) for name in CLASSES)
            np.testing.assert_allclose(parts, sums(of, span, ALL))
            both = sums(of, span, SETS["sold"]) + sums(of, span, SETS["unsold"])
            np.testing.assert_allclose(both, sums(of, span, ALL))


def test_the_root_is_over_the_cutoffs_and_within_the_cell() -> None:
    """Computed cell by cell in a plain loop."""
    truths, losses = random_scores(8)
    weighed = weighing(truths, SETS["sold"])
    sums, weights = rooted_sums(losses, 1, weighed, np.ones((1, 3)), skus=6)
    top = bottom = 0.0
    for cell, (region, sku) in enumerate(zip(truths[0].region, truths[0].sku, strict=True)):
        here = [o for o in range(3) if truths[o].kind[region, sku] != UNSOLD]
        if here:
            weight = sum(float(truths[o].weight[cell]) for o in here)
            errors = [float(losses[o].error[1, cell]) for o in here]
            top += weight * np.mean(errors) ** 0.5
            bottom += weight
    assert sums.sum() == pytest.approx(top, rel=1e-6)
    assert weights.sum() == pytest.approx(bottom)


def test_a_cutoff_drawn_twice_counts_twice() -> None:
    """Multiplicities give what repeating the cutoff gives."""
    truths, losses = random_scores(9)
    drawn, _ = rooted_sums(losses, 0, weighing(truths, ALL), np.array([[2.0, 0.0, 1.0]]), 6)
    repeated = [0, 0, 2]
    weighed = weighing([truths[o] for o in repeated], ALL)
    again, _ = rooted_sums([losses[o] for o in repeated], 0, weighed, np.ones((1, 3)), 6)
    np.testing.assert_allclose(drawn, again, rtol=1e-6)


def test_unsold_cells_weigh_in_all_alone() -> None:
    """A perfect forecast of what had sold scores 0 there, but not where a new cell sold."""
    snapshot = make_snapshot(
        [*weekly("r", "a", [2, 2, 2, 2, 2, 2]), *weekly("r", "b", [0, 0, 0, 0, 1, 1])]
    )
    truths = truths_of(snapshot, (2,))
    said = truths[0].units.copy()
    said[:, 0, 1] = 0.0
    losses = [score(said, counted(said, 0.0), truths[0])]
    wrong = {
        name: rooted_sums(losses, 0, weighing(truths, SETS[name]), np.ones((1, 1)), 2)[0].sum()
        for name in ("sold", "all", "unsold")
    }
    assert wrong["sold"] == 0.0
    assert wrong["all"] == wrong["unsold"] == pytest.approx(10.0)  # 1 unit over a scale of 0.1
