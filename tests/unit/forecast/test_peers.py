"""Peers that need no library, and how peers are chosen and run."""

from __future__ import annotations

import numpy as np
import pytest

from prepos.core.snapshot import Snapshot
from prepos.errors import ConfigError, ExternalError
from prepos.forecast.peers import peer as peer_module
from prepos.forecast.peers.exponential import (
    HALF_LIVES,
    USUAL,
    best_half_life,
    discounts,
    exponential_means,
    tune_exponential,
)
from prepos.forecast.peers.means import Means, peer_forecast
from prepos.forecast.peers.peer import Peer, load_library, spread_horizon
from prepos.forecast.peers.registry import PEERS, chosen_peers
from prepos.forecast.peers.series_library import RATES, USUAL_RATE, best_rates, tsb_means
from prepos.forecast.peers.tuning import joint_loss, past_origins, thinned, what_came
from tests.unit.forecast.snapshots import make_snapshot, random_lines, weekly


def walks(step: float, seed: int = 4) -> np.ndarray:
    """Return 200 series of 60 periods around levels that walk by so much a period."""
    rng = np.random.default_rng(seed)
    level = 3.0 * np.exp(np.cumsum(rng.normal(0.0, step, (200, 60)), axis=1))
    return rng.poisson(level).astype(np.float64)


def test_discounts_are_means() -> None:
    """They sum to 1, halve by their half-life, and the slowest is the plain mean."""
    weights = discounts(20, HALF_LIVES)
    np.testing.assert_allclose(weights.sum(axis=0), 1.0)
    eight = HALF_LIVES.index(8.0)
    assert weights[-9, eight] / weights[-1, eight] == pytest.approx(0.5)
    np.testing.assert_allclose(weights[:, -1], 1 / 20, rtol=0.01)


@pytest.mark.parametrize("steps", [1, 4])
def test_the_half_life_follows_the_series(steps: int) -> None:
    """Levels that stay are averaged long, levels that walk are forgotten fast."""
    assert best_half_life(walks(0.0), steps) >= 26.0
    assert best_half_life(walks(0.4), steps) <= 4.0


@pytest.mark.parametrize("weeks", [1, 2, 4])
def test_a_short_history_has_the_usual_settings(weeks: int) -> None:
    """There is nothing to choose by."""
    assert best_half_life(np.ones((3, weeks)), 1) == USUAL
    assert best_rates(np.ones((3, weeks)), 2) == (USUAL_RATE, USUAL_RATE)


def test_settings_are_chosen_on_periods_that_are_known() -> None:
    """The last origin's sum ends with the history; the first has a past."""
    assert past_origins(60, 4).tolist() == list(range(29, 3, -1))
    assert past_origins(10, 4).tolist() == [6, 5, 4]
    came = what_came(np.arange(10.0)[None], 4)
    np.testing.assert_array_equal(came, [[4 + 5 + 6 + 7, 5 + 6 + 7 + 8, 6 + 7 + 8 + 9]])


def test_what_tunes_is_the_score_of_both() -> None:
    """The true means lose least; means that are off, either way, lose in the product."""
    units = walks(0.0)
    came = what_came(units, 1)
    right, low, high = (joint_loss(units, np.full(came.shape, m), came) for m in (3.0, 2.0, 4.0))
    assert right < min(low, high)
    assert thinned(np.zeros((25_000, 2))).shape == (8334, 2)


def test_exponential_means_are_those_of_the_history() -> None:
    """A cell that sells alike every week sells so next week; what never sold does not."""
    lines = [*weekly("r1", "a", [2] * 20), *weekly("r2", "b", [1] * 20)]
    snapshot = make_snapshot(lines, horizon=3)
    means = exponential_means(snapshot, tune_exponential(snapshot))
    assert means.shape == (3, 2, 2)
    np.testing.assert_allclose(means[:, 0, 0], 2.0)
    assert means[:, 0, 1].tolist() == [0.0, 0.0, 0.0]


def test_the_horizon_shares_what_the_sum_leaves() -> None:
    """The first period is its own model's, the sum the other's; it is never below the first."""
    first, total = np.array([[2.0, 2.0]]), np.array([[8.0, 1.0]])
    means = spread_horizon(first, total, 4)
    np.testing.assert_allclose(means[:, 0, 0], [2.0, 2.0, 2.0, 2.0])
    np.testing.assert_allclose(means[:, 0, 1], [2.0, 0.0, 0.0, 0.0])
    assert spread_horizon(first, total, 1).tolist() == [[[2.0, 2.0]]]


def test_tsb_is_that_of_the_paper() -> None:
    """Worked by hand: sizes 4 and 2 smoothed by a half, chances by a quarter."""
    means = tsb_means(np.array([[0.0, 4.0, 0.0, 2.0]]), 0.5, 0.25)
    chance = [0.0, 0.25, 0.1875, 0.390625]
    np.testing.assert_allclose(means[0], np.array(chance) * [0.0, 4.0, 4.0, 3.0])


def test_tsb_rates_follow_the_series() -> None:
    """Chances of series that stay are forgotten slowly, those of series that die quickly."""
    rng = np.random.default_rng(8)
    still = rng.poisson(0.4, (300, 60)).astype(np.float64)
    dying = still * (np.arange(60) < rng.integers(20, 60, (300, 1)))
    assert best_rates(still, 4)[1] <= 0.05
    assert best_rates(dying, 4)[1] >= 0.1
    assert {*best_rates(still, 4), *best_rates(dying, 4)} <= {*RATES}


class Counting:
    """A peer that counts how often it is asked, and of what."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.tuned: list[str] = []

    def peer(self) -> Peer:
        """Return the peer."""
        return Peer(name="counting", means=self.means, tune=self.tune)

    def tune(self, snapshot: Snapshot) -> dict[str, dict[str, float]]:
        """Remember what settings are chosen on."""
        self.tuned.append(str(snapshot.periods.cutoff))
        return {"chosen": {"rate": 0.5}}

    def means(self, snapshot: Snapshot, settings: object) -> np.ndarray:
        """Return the mean of the history for each period."""
        assert settings == {"chosen": {"rate": 0.5}}
        self.asked.append(str(snapshot.periods.cutoff))
        history = snapshot.history()
        mean = history.spread(history.units.mean(axis=1))
        return np.stack([mean] * snapshot.periods.horizon)


def test_each_cutoff_is_fitted_once() -> None:
    """Eight cutoffs with eight past ones each need 8 + 8 + horizon - 1 fits, and one tuning."""
    counting, snapshot = Counting(), make_snapshot(random_lines(3, weeks=30))
    first = snapshot.back_to(9)
    means = Means(counting.peer(), first, {})
    for back in range(9, 1, -1):
        peer_forecast(means, snapshot.back_to(back), 8)
    assert len(counting.asked) == len(set(counting.asked)) == 8 + 8 + 2 - 1
    assert counting.tuned == [str(first.periods.cutoff)]


def test_widths_are_those_of_the_peers_own_past() -> None:
    """The backcast holds what the peer said at earlier cutoffs, and what then came."""
    counting, snapshot = Counting(), make_snapshot(random_lines(3, weeks=30))
    means = Means(counting.peer(), snapshot, {})
    forecast, fit_seconds, seconds = peer_forecast(means, snapshot, 5)
    assert forecast.backcast is not None
    assert forecast.backcast.mean.shape[:2] == (5, 2)
    for number, back in enumerate(range(6, 1, -1)):
        history = snapshot.back_to(back).history()
        said = history.spread(history.units.mean(axis=1))
        np.testing.assert_allclose(forecast.backcast.mean[number, 0], said, rtol=1e-6)
    np.testing.assert_allclose(forecast.total_mean, forecast.mean.sum(axis=0))
    assert (forecast.total_dispersion >= 0).all()
    assert 0 < fit_seconds < seconds


def test_peers_are_chosen_by_name() -> None:
    """No name is those that need no library; order and repetition change nothing."""
    assert [peer.name for peer in chosen_peers(())] == ["exponential"]
    assert [peer.name for peer in chosen_peers(("exponential", "exponential"))] == ["exponential"]


def test_an_unknown_peer_is_named_with_the_nearest() -> None:
    """The user sees what there is."""
    with pytest.raises(ConfigError, match=r"--peer is 'tbs'.*nearest is 'tsb'"):
        chosen_peers(("tbs",))


@pytest.mark.parametrize("names", [("lightgbm",), ("tsb",), ("all",)])
def test_a_missing_library_is_told_with_its_remedy(
    names: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before any work is done, by name."""

    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(peer_module, "import_module", missing)
    with pytest.raises(ExternalError, match=r"is not installed.*pip install 'prepos\[bench\]'"):
        chosen_peers(names)


def test_a_library_that_is_there_is_loaded() -> None:
    """The name is the module's."""
    assert load_library("json").dumps([1]) == "[1]"


@pytest.mark.parametrize(
    "name", [n for n, peer in PEERS.items() if peer.library == "statsforecast"]
)
def test_library_peers_give_sound_means(name: str) -> None:
    """Never negative, nothing where nothing was sold, and the SKUs that sell more are higher."""
    pytest.importorskip("statsforecast")
    lines = [
        *weekly("r1", "a", [3, 0, 4, 2, 0, 3] * 5),
        *weekly("r1", "b", [0, 0, 1, 0, 0, 0] * 5),
        *weekly("r2", "c", [9] + [0] * 29),
    ]
    snapshot = make_snapshot(lines, horizon=3)
    peer = PEERS[name]
    means = peer.means(snapshot, peer.tune(snapshot))
    assert means.shape == (3, 2, 3)
    assert np.isfinite(means).all()
    assert (means >= 0).all()
    assert means[:, 1, :2].tolist() == [[0.0, 0.0]] * 3
    assert means[0, 0, 0] > means[0, 0, 1] > 0


def test_the_tuned_tsb_is_the_one_that_is_run() -> None:
    """The library's forecast is what the tuning takes it for."""
    pytest.importorskip("statsforecast")
    snapshot = make_snapshot(random_lines(6, weeks=30))
    peer = PEERS["tsb"]
    settings = peer.tune(snapshot)
    said = tsb_means(snapshot.history().units, *settings["rates"].values())[:, -1]
    expected = snapshot.history().spread(said)
    np.testing.assert_allclose(peer.means(snapshot, settings)[0], expected, rtol=1e-5, atol=1e-7)
