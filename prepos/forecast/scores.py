"""What a forecast is scored by, kept as sums so that any redraw of periods and SKUs is cheap.

Two spans are scored: the next period, and the horizon's sum. WQL is twice the pinball loss per unit
sold, mean over ``LEVELS``. WRMSSE is taken cell by cell: the root of the mean squared error over
the origins, over the root mean square of the cell's one-step differences before the cutoff (at
least ``LEAST_SCALE``; times the root of the horizon for sums), weighted by units per period: those
sold before the cutoff, and in a cell that had sold nothing those that came. Fill is the share of
units served in their own region if as many units of each SKU as sold in the span before the cutoff
lie in the regions in proportion to the means: the same stock for all, so that only where it lies
is judged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sparse

from prepos.core.demand import History
from prepos.core.snapshot import Snapshot
from prepos.core.types import BoolArray, FloatArray, IntArray
from prepos.forecast.series_class import CLASSES, UNSOLD, series_classes

LEVELS = (0.5, 0.75, 0.9, 0.95, 0.99)
SPANS = ("next", "sum")
LEAST_SCALE = 0.1  # units
CHUNK = 20_000  # cells whose redraws are held at once
SETS: dict[str, tuple[int, ...]] = {
    "sold": tuple(number for number in range(len(CLASSES)) if number != UNSOLD),
    "all": tuple(range(len(CLASSES))),
    **{name: (number,) for number, name in enumerate(CLASSES)},
}
"""Sets of cells by name: the classes that each holds."""


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """What came after one cutoff, and what the cells were before it.

    Attributes
    ----------
    units : (2, R, K) float
        By span.
    kind : (R, K) int
        Class of the series.
    region, sku : (C,) int
        The cells that sold at any time, before or after.
    scale : (2, C) float
    weight : (C,) float
        Units per period.
    stock : (2, K) float
        Units of each SKU sold in the span before the cutoff.
    """

    units: FloatArray
    kind: IntArray
    region: IntArray
    sku: IntArray
    scale: FloatArray
    weight: FloatArray
    stock: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Losses:
    """One model's losses at one cutoff.

    Attributes
    ----------
    pinball, mean : (2, G, K) float
        Units, by span, class and SKU, summed over regions.
    error : (2, C) float32
        Squared scaled errors of the cells that sold at any time.
    served : (2, G, K) float
        Units served from the fixed stock, by span, class and SKU.
    """

    pinball: FloatArray
    mean: FloatArray
    error: FloatArray
    served: FloatArray


def known_truth(snapshot: Snapshot, history: History, back: int) -> Truth:
    """Return what came after a snapshot.

    Parameters
    ----------
    snapshot : Snapshot
        As it was ``back`` periods before the end of the history.
    history : History
        All that is known now.
    """
    horizon, length = snapshot.periods.horizon, history.units.shape[1]
    before, after = np.split(history.units, [length - back], axis=1)
    after = after[:, :horizon]
    spans = [history.spread(after[:, 0]), history.spread(after.sum(axis=1))]
    differences = np.diff(before, axis=1)
    scale = np.sqrt((differences**2).mean(axis=1)) if before.shape[1] > 1 else 0.0
    scale = np.maximum(scale, LEAST_SCALE) * np.ones(len(before))
    past = before.mean(axis=1)
    return Truth(
        np.stack(spans),
        series_classes(snapshot.history()),
        history.region,
        history.sku,
        np.stack([scale, scale * np.sqrt(horizon)]),
        np.where(past > 0, past, after.mean(axis=1)),
        np.stack(
            [
                np.bincount(history.sku, late.sum(axis=1), minlength=len(history.skus))
                for late in (before[:, -1:], before[:, -horizon:])
            ]
        ),
    )


def score(means: FloatArray, counts: FloatArray, truth: Truth) -> Losses:
    """Return the losses of a forecast, its means (2, R, K) and quantiles (Q, 2, R, K) by span."""
    loss = np.zeros_like(means)
    for level, count in zip(LEVELS, counts, strict=True):
        miss = truth.units - count
        loss += 2.0 / len(LEVELS) * np.maximum(level * miss, (level - 1.0) * miss)
    cells = (slice(None), truth.region, truth.sku)
    error = ((means[cells] - truth.units[cells]) / truth.scale) ** 2
    lying = [place_stock(stock, mean) for stock, mean in zip(truth.stock, means, strict=True)]
    return Losses(
        by_class(loss, truth.kind),
        by_class(means, truth.kind),
        error.astype(np.float32),
        by_class(np.minimum(lying, truth.units), truth.kind),
    )


def place_stock(stock: FloatArray, mean: FloatArray) -> FloatArray:
    """Return (R, K) whole units of each SKU's stock (K,) in proportion to the means (R, K).

    References
    ----------
    Balinski and Young (1982), Fair Representation: the method of largest remainders; of equal ones
    the first region's is the larger.
    """
    total = mean.sum(axis=0)
    quota = stock * np.divide(mean, total, out=np.zeros_like(mean), where=total > 0)
    whole = np.floor(quota)
    left = np.where(total > 0, np.rint(stock - whole.sum(axis=0)), 0.0)
    rank = np.argsort(np.argsort(whole - quota, axis=0, kind="stable"), axis=0, kind="stable")
    return np.asarray(whole + (rank < left))


def by_class(values: FloatArray, kind: IntArray) -> FloatArray:
    """Return (S, R, K) values summed to (S, G, K)."""
    skus = kind.shape[1]
    place = (kind * skus + np.arange(skus)).ravel()
    sums = [np.bincount(place, each.ravel(), minlength=len(CLASSES) * skus) for each in values]
    return np.stack(sums).astype(np.float64).reshape(len(values), len(CLASSES), skus)


def pinball_sums(losses: Sequence[Losses], span: int, classes: Sequence[int]) -> FloatArray:
    """Return (O, K) losses of the classes' cells, in units."""
    return np.stack([each.pinball[span, list(classes)].sum(axis=0) for each in losses])


def mean_sums(losses: Sequence[Losses], span: int, classes: Sequence[int]) -> FloatArray:
    """Return (O, K) forecast units of the classes' cells."""
    return np.stack([each.mean[span, list(classes)].sum(axis=0) for each in losses])


def served_sums(losses: Sequence[Losses], span: int, classes: Sequence[int]) -> FloatArray:
    """Return (O, K) units of the classes' cells served from the fixed stock."""
    return np.stack([each.served[span, list(classes)].sum(axis=0) for each in losses])


def unit_sums(truths: Sequence[Truth], span: int, classes: Sequence[int]) -> FloatArray:
    """Return (O, K) units that came in the classes' cells."""
    return np.stack(
        [(truth.units[span] * np.isin(truth.kind, classes)).sum(axis=0) for truth in truths]
    )


@dataclass(frozen=True, slots=True, eq=False)
class Weighing:
    """The cells of a set and how they weigh at each cutoff: what all models share.

    Attributes
    ----------
    cells : (C',) int
        Those of the truth's cells that belong to the set at any cutoff.
    sku : (C',) int
    member : (O, C') bool
    weight : (O, C') float
        Units per period; 0 where the cell is not in the set.
    """

    cells: IntArray
    sku: IntArray
    member: BoolArray
    weight: FloatArray


def weighing(truths: Sequence[Truth], classes: Sequence[int]) -> Weighing:
    """Return the cells of these classes; those that weigh nothing are left out."""
    member = np.stack([np.isin(t.kind[t.region, t.sku], classes) for t in truths])
    weight = np.stack([truth.weight for truth in truths]) * member
    cells = np.flatnonzero(weight.any(axis=0))
    return Weighing(cells, truths[0].sku[cells], member[:, cells], weight[:, cells])


def rooted_sums(
    losses: Sequence[Losses], span: int, weighed: Weighing, periods: FloatArray, skus: int
) -> tuple[FloatArray, FloatArray]:
    """Return weighted root mean squared scaled errors, and their weights, both (B, K) by SKU.

    Parameters
    ----------
    periods : (B, O) float
        How often each cutoff counts; ones for the plain score.
    """
    error = np.stack([each.error[span, weighed.cells] for each in losses])
    rooted, weights = np.zeros((skus, len(periods))), np.zeros((skus, len(periods)))
    for start in range(0, len(weighed.cells), CHUNK):
        part = slice(start, start + CHUNK)
        member = weighed.member[:, part]
        times = periods @ member
        squared = (periods @ (error[:, part] * member)) / np.maximum(times, 1.0)
        weight = periods @ weighed.weight[:, part]
        cell_of = np.arange(member.shape[1])
        of_sku = sparse.csr_array(
            (np.ones(len(cell_of)), (weighed.sku[part], cell_of)), shape=(skus, len(cell_of))
        )
        rooted += np.asarray(of_sku @ (weight * np.sqrt(squared)).T)
        weights += np.asarray(of_sku @ weight.T)
    return rooted.T, weights.T
