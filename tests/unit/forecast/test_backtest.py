"""Rolling cutoffs: who sees what, what is scored, and that nobody looks ahead."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from prepos.core.snapshot import Snapshot
from prepos.errors import ConfigError, DemandError
from prepos.forecast.backtest import Contest, Result, make_contest, run_model, run_peer
from prepos.forecast.options import ForecastOptions
from prepos.forecast.peers.peer import Peer
from prepos.forecast.peers.registry import PEERS
from prepos.forecast.scores import SETS, pinball_sums
from prepos.forecast.spec import ModelSpec
from prepos.forecast.standings import scores_by_cutoff, standings
from tests.unit.forecast.snapshots import CUTOFF, make_snapshot, random_lines, weekly

NAIVE = ModelSpec(kind="moving_average")


def contest_of(snapshot: Snapshot, origins: int = 3, skus: tuple[int, ...] = ()) -> Contest:
    """Return the contest over these SKUs, all if none is named."""
    chosen = skus or range(len(snapshot.orders.skus))
    return make_contest(snapshot, origins, np.array(chosen))


def try_model(contest: Contest) -> Result:
    """Return what the moving average did."""
    return run_model("moving_average", NAIVE, contest, ForecastOptions())


def test_cutoffs_are_the_latest_whose_horizon_is_known() -> None:
    """With a horizon of two weeks the last lies two weeks back, the others before it."""
    contest = contest_of(make_snapshot(random_lines(1)))
    assert contest.cutoffs == tuple(CUTOFF - timedelta(weeks=back) for back in (4, 3, 2))


@pytest.mark.parametrize("origins", [0, -1, 19, 400])
def test_a_history_too_short_is_refused(origins: int) -> None:
    """Twenty weeks and a horizon of two hold eighteen cutoffs with a week before each."""
    snapshot = make_snapshot(random_lines(1))
    with pytest.raises(ConfigError, match=f"--origins is {origins}, expected 1 to 18"):
        contest_of(snapshot, origins)
    assert len(contest_of(snapshot, 18).truths) == 18


def test_no_orders_are_no_contest() -> None:
    """There is nothing to go back to."""
    with pytest.raises(ConfigError, match="expected 1 to 0: the history has 0 periods"):
        contest_of(make_snapshot([], regions=["r"], skus=["a"]))


def test_a_window_without_orders_is_refused() -> None:
    """There is nothing to judge by, and the message says where it was looked for."""
    snapshot = make_snapshot(weekly("r", "a", [1, 2, 3, 0, 0, 0, 0, 0]))
    with pytest.raises(DemandError, match=r"from 2024-06-10 to 2024-06-30 are 0"):
        contest_of(snapshot, 2)


def test_what_came_is_the_units_after_each_cutoff() -> None:
    """Counted from the order lines, one by one."""
    lines = random_lines(2)
    contest = contest_of(make_snapshot(lines))
    for truth, cutoff in zip(contest.truths, contest.cutoffs, strict=True):
        start = (cutoff - CUTOFF).days
        for span, days in enumerate((7, 14)):
            units = sum(line.units for line in lines if start <= line.day < start + days)
            assert truth.units[span].sum() == units


def test_models_and_peers_see_their_own_past_alone() -> None:
    """Each is asked at cutoffs whose snapshot ends there; a peer's backcasts lie before."""
    seen: list[tuple[object, object]] = []

    def means(snapshot: Snapshot, _: object) -> np.ndarray:
        seen.append((snapshot.periods.cutoff, snapshot.orders.at.max()))
        shape = (2, len(snapshot.orders.regions), len(snapshot.orders.skus))
        return np.ones(shape)

    contest = contest_of(make_snapshot(random_lines(3)))
    result = run_peer(Peer(name="ones", means=means), contest, origins=4)
    assert len(result.losses) == 3
    assert all(latest < np.datetime64(cutoff) for cutoff, latest in seen)
    assert max(cutoff for cutoff, _ in seen) == contest.cutoffs[-1]


def test_later_orders_change_no_earlier_score() -> None:
    """Rewriting the last period changes the last sums alone, for models and peers alike."""
    lines = random_lines(4, orders=600)
    later = [line._replace(units=line.units + 3) if line.day >= -7 else line for line in lines]
    for run in (try_model, lambda contest: run_peer(PEERS["exponential"], contest, 4)):
        first, second = (run(contest_of(make_snapshot(each))) for each in (lines, later))
        for before, after in zip(first.losses[:-1], second.losses[:-1], strict=True):
            np.testing.assert_array_equal(before.pinball, after.pinball)
            np.testing.assert_array_equal(before.error, after.error)
        assert (first.losses[-1].pinball[1] != second.losses[-1].pinball[1]).any()
        np.testing.assert_array_equal(first.losses[-1].mean, second.losses[-1].mean)


def test_a_model_sees_all_skus_where_some_are_scored() -> None:
    """Its losses on the sampled SKUs are those it has there when all are scored."""
    snapshot = make_snapshot(random_lines(5))
    whole, part = try_model(contest_of(snapshot)), try_model(contest_of(snapshot, skus=(1, 4)))
    everything = SETS["all"]
    np.testing.assert_allclose(
        pinball_sums(part.losses, 1, everything),
        pinball_sums(whole.losses, 1, everything)[:, [1, 4]],
    )


@pytest.mark.parametrize(("pools", "skus"), [(False, 2), (True, 6)])
def test_a_peer_sees_the_scored_skus_or_all(pools: bool, skus: int) -> None:
    """One that learns across SKUs is not kept from it."""
    seen: set[int] = set()

    def means(snapshot: Snapshot, _: object) -> np.ndarray:
        seen.add(len(snapshot.orders.skus))
        return np.ones((2, len(snapshot.orders.regions), len(snapshot.orders.skus)))

    contest = contest_of(make_snapshot(random_lines(5)), skus=(1, 4))
    result = run_peer(Peer(name="ones", means=means, pools=pools), contest, origins=4)
    assert seen == {skus}
    assert result.losses[0].pinball.shape[-1] == 2


def test_time_is_told_of_means_and_of_the_whole() -> None:
    """A peer's whole holds its backcasts; a series is a cell that had sold."""
    contest = contest_of(make_snapshot(random_lines(6)))
    result = run_peer(PEERS["exponential"], contest, 4)
    assert 0 < result.fit_seconds < result.seconds
    assert result.series == np.median(contest.series)
    model = try_model(contest)
    assert model.fit_seconds == model.seconds > 0
    assert (result.is_peer, model.is_peer) == (True, False)


HARD = {
    "three weeks": (weekly("r", "a", [1, 2, 3]), 1),
    "one cell": (weekly("r", "a", [1, 0, 2, 1, 0, 1, 3, 1, 0, 1, 2, 0]), 6),
    "one giant": (weekly("r", "a", [1, 0, 0, 10**6, 0, 0, 0, 1]), 3),
    "one that stops": (weekly("r", "a", [3] * 10 + [0] * 8) + weekly("r", "b", [1]), 8),
    "new at the end": (weekly("r", "a", [1] * 10) + weekly("q", "b", [4]), 4),
}


@pytest.mark.parametrize("case", HARD)
@pytest.mark.parametrize("name", PEERS)
def test_hard_histories_give_sound_scores(name: str, case: str) -> None:
    """Whatever came, every score, ratio and interval is a number."""
    if PEERS[name].library:
        pytest.importorskip(PEERS[name].library)
    lines, origins = HARD[case]
    contest = contest_of(make_snapshot(lines), origins)
    results = [try_model(contest), run_peer(PEERS[name], contest, 8)]
    told = standings(results, contest, "moving_average", np.random.default_rng(0))
    assert len(told) > 0
    for each in told:
        numbers = (each.wrmsse, each.wql, each.bias, *each.wql_ratio, *each.wrmsse_ratio)
        assert np.isfinite(numbers).all()
    assert all(np.isfinite(score.wql) for _, score in scores_by_cutoff(results, contest))
