"""The backtest: models and peers forecast from rolling cutoffs, and what came judges them.

Every forecast sees its own past alone. A peer's widths are fitted on what the same peer said at
earlier cutoffs, in the same way as ours. Assumes that cutoffs one period apart tell enough of how a
model does at any.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from prepos.core.demand import Forecast
from prepos.core.snapshot import Snapshot
from prepos.core.types import BoolArray, FloatArray, IntArray
from prepos.errors import ConfigError, DemandError
from prepos.forecast.coverage import BUSY, Coverage, coverage
from prepos.forecast.distribution import chances_at, quantiles_at
from prepos.forecast.make import make_forecast
from prepos.forecast.options import ForecastOptions
from prepos.forecast.peers.means import Means, Store, peer_forecast
from prepos.forecast.peers.peer import Peer
from prepos.forecast.sampling import with_skus
from prepos.forecast.scores import LEVELS, SPANS, Losses, Truth, known_truth, score
from prepos.forecast.series_class import UNSOLD
from prepos.forecast.spec import ModelSpec


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Contest:
    """What all are judged on.

    Attributes
    ----------
    snapshot : Snapshot
        All that is known, the scored periods included.
    backs : tuple of int
        Periods back from its cutoff of each scored cutoff, oldest first.
    skus : (K',) int
        Those that are scored.
    truths : tuple of Truth
        One at each cutoff, over the scored SKUs.
    """

    snapshot: Snapshot
    backs: tuple[int, ...]
    skus: IntArray
    truths: tuple[Truth, ...]

    @property
    def cutoffs(self) -> tuple[date, ...]:
        """The scored cutoffs."""
        return tuple(self.snapshot.periods.start(-back) for back in self.backs)

    @property
    def series(self) -> tuple[int, ...]:
        """Scored cells that had sold before each cutoff."""
        return tuple(int((truth.kind != UNSOLD).sum()) for truth in self.truths)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Result:
    """What one model or peer did at all cutoffs.

    Attributes
    ----------
    losses : tuple of Losses
        One at each cutoff.
    coverage : span to Coverage
        Over all cutoffs, of the cells that had sold.
    fit_seconds, seconds : float
        Median over the cutoffs: of the means alone, and with the widths and their backcasts. For a
        model of ours both are the whole.
    series : float
        Cells forecast that had sold, median over the cutoffs.
    """

    name: str
    is_peer: bool
    losses: tuple[Losses, ...]
    coverage: dict[str, Coverage]
    fit_seconds: float
    seconds: float
    series: float


def make_contest(snapshot: Snapshot, origins: int, skus: IntArray) -> Contest:
    """Return the contest of the latest cutoffs whose whole horizon is known.

    Raises
    ------
    ConfigError
        Where the history is too short for so many cutoffs with a period before each.
    DemandError
        Where nothing was ordered after any of them: there is nothing to judge by.
    """
    horizon = snapshot.periods.horizon
    length = snapshot.history().units.shape[1] if len(snapshot.orders) else 0
    most = max(0, length - horizon)
    if not 1 <= origins <= most:
        raise ConfigError(
            f"--origins is {origins}, expected 1 to {most}: the history has {length} periods "
            f"and the horizon {horizon}"
        )
    backs = tuple(range(horizon + origins - 1, horizon - 1, -1))
    small = with_skus(snapshot, skus)
    history = small.history()
    truths = tuple(known_truth(small.back_to(back), history, back) for back in backs)
    contest = Contest(snapshot=snapshot, backs=backs, skus=skus, truths=truths)
    if not any(truth.units.any() for truth in truths):
        raise DemandError(
            f"units ordered of the scored SKUs from {contest.cutoffs[0]} to "
            f"{snapshot.periods.end(-1)} are 0, expected some to judge forecasts by"
        )
    return contest


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """What came of a forecast at one cutoff.

    Attributes
    ----------
    told : span to (4, N) float
        As `told_chances`, of the busy cells.
    timed : (seconds of the means, seconds of all, series forecast)
    """

    losses: Losses
    told: dict[str, FloatArray]
    timed: tuple[float, float, int]


def run_model(name: str, spec: ModelSpec, contest: Contest, options: ForecastOptions) -> Result:
    """Return what one of our models did; it sees all SKUs."""
    numbers = range(len(contest.backs))
    return gather(name, [try_model(spec, contest, n, options) for n in numbers], is_peer=False)


def try_model(spec: ModelSpec, contest: Contest, number: int, options: ForecastOptions) -> Judged:
    """Return what one of our models did at one of the cutoffs, by its number."""
    snapshot = contest.snapshot.back_to(contest.backs[number])
    begun = time.perf_counter()
    forecast = make_forecast(snapshot, spec, options)
    seconds = time.perf_counter() - begun
    return judge(forecast, contest, number, (seconds, seconds, _series(snapshot)))


def run_peer(peer: Peer, contest: Contest, origins: int, store: Store | None = None) -> Result:
    """Return what a peer did; it sees the scored SKUs, or all of them if it learns across them.

    Parameters
    ----------
    origins : int
        Past cutoffs that its widths are fitted on.
    store : Store or None
        Means that are known already, and where those made are kept.
    """
    whole = contest.snapshot if peer.pools else with_skus(contest.snapshot, contest.skus)
    means = Means(peer, whole.back_to(contest.backs[0]), {} if store is None else store)
    judged = []
    for number, back in enumerate(contest.backs):
        snapshot = whole.back_to(back)
        forecast, of_means, of_all = peer_forecast(means, snapshot, origins)
        judged.append(judge(forecast, contest, number, (of_means, of_all, _series(snapshot))))
    return gather(peer.name, judged, is_peer=True)


def judge(
    forecast: Forecast, contest: Contest, number: int, timed: tuple[float, float, int]
) -> Judged:
    """Return what came of the forecast from one of the cutoffs, by its number."""
    truth = contest.truths[number]
    skus = contest.skus if len(forecast.skus) > len(contest.skus) else slice(None)
    mean = np.stack([forecast.mean[0], forecast.total_mean])[:, :, skus]
    told = {}
    for place, span in enumerate(SPANS):
        is_busy = (mean[place] >= BUSY) & (truth.kind != UNSOLD)
        told[span] = told_chances(forecast, place, skus, is_busy, truth.units[place])
    return Judged(score(mean, span_quantiles(forecast, skus), truth), told, timed)


def gather(name: str, judged: Sequence[Judged], *, is_peer: bool) -> Result:
    """Return the result of what was judged at each cutoff, in their order."""
    times = np.array([each.timed for each in judged], dtype=np.float64)
    fit_seconds, seconds, series = np.median(times, axis=0).tolist()
    return Result(
        name=name,
        is_peer=is_peer,
        losses=tuple(each.losses for each in judged),
        coverage={
            span: coverage(*np.concatenate([each.told[span] for each in judged], axis=1))
            for span in SPANS
        },
        fit_seconds=fit_seconds,
        seconds=seconds,
        series=series,
    )


def span_quantiles(forecast: Forecast, skus: IntArray | slice) -> FloatArray:
    """Return (Q, 2, R, K) quantiles of the next period and of the horizon's sum."""
    shape = forecast.total_mean[:, skus].shape
    kept = np.arange(len(forecast.skus))[skus]
    region, sku = np.repeat(np.arange(shape[0]), shape[1]), np.tile(kept, shape[0])
    spans = (np.zeros(len(region), dtype=np.int64), None)
    counts = [quantiles_at(forecast, LEVELS, region, sku, period) for period in spans]
    return np.stack(counts, axis=1).reshape(len(LEVELS), len(spans), *shape)


def told_chances(
    forecast: Forecast,
    span: int,
    skus: IntArray | slice,
    wanted: BoolArray,
    units: FloatArray,
) -> FloatArray:
    """Return (4, N): mean, units, and the chances told of fewer, and of no more, than came."""
    region, place = np.nonzero(wanted)
    sku = np.arange(len(forecast.skus))[skus][place]
    period = np.zeros(len(region), dtype=np.int64) if span == 0 else None
    came = units[wanted]
    mean = forecast.mean[0] if span == 0 else forecast.total_mean
    below, upto = (chances_at(forecast, came + more, region, sku, period) for more in (-1.0, 0.0))
    return np.stack([mean[region, sku], came, below, upto])


def _series(snapshot: Snapshot) -> int:
    """Return how many cells had sold."""
    return len(snapshot.history().region)
