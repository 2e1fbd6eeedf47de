"""The boost: a factor where the trees won their trial, the stack bit for bit where they did not."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from importlib.util import find_spec

import numpy as np
import pandas as pd
import pytest

from prepos.core.demand import Forecast
from prepos.core.fitted import SignalTrial
from prepos.core.snapshot import Snapshot
from prepos.errors import ExternalError
from prepos.forecast import boost, boosters
from prepos.forecast.boost import pooled_boost, try_boost
from prepos.forecast.boost_features import LONG, Told
from prepos.forecast.pooled import fit_stack, pooled
from prepos.forecast.spec import ModelSpec
from prepos.signals.evidence import gather
from tests.unit.forecast.snapshots import CUTOFF, Line, make_snapshot, random_lines, weekly

pytestmark = pytest.mark.skipif(find_spec("lightgbm") is None, reason="lightgbm is not installed")

SPEC = ModelSpec(kind="pooled_boost", signals=("own", "pool"))
WEEKS, REGIONS, SKUS = 40, 40, 80


def wave_lines(seed: int, *, regular: bool) -> list[Line]:
    """Return counts of SKUs that sell, if regular, for two weeks and then hardly for two weeks.

    Which weeks these are differs by SKU, so it is no season, and no mean of past weeks can say it.
    """
    rng = np.random.default_rng(seed)
    level = rng.gamma(2.0, 0.5, SKUS)
    lines = []
    for week in range(WEEKS):
        on = (week + np.arange(SKUS)) // 2 % 2 == 0
        rate = level * np.where(on, 1.9, 0.1) if regular else level
        units = rng.poisson(rate, (REGIONS, SKUS))
        for region, sku in zip(*np.nonzero(units), strict=True):
            order, day = f"o{week}-{region}-{sku}", -7.0 * (WEEKS - week) + 2
            count = int(units[region, sku])
            lines.append(Line(order, "", f"r{region:02d}", f"s{sku:02d}", day, count))
    return lines


@cache
def panel(*, regular: bool) -> Snapshot:
    """Return the snapshot of a panel large enough to learn trees from."""
    return make_snapshot(wave_lines(3, regular=regular))


@cache
def forecast_of(*, regular: bool) -> Forecast:
    """Return the panel's boosted forecast."""
    return pooled_boost(panel(regular=regular), SPEC)


def boost_trial(forecast: Forecast) -> SignalTrial:
    """Return what is said of the boost."""
    assert forecast.fitted is not None
    (found,) = (trial for trial in forecast.fitted.trials if trial.signal == "boost")
    return found


def test_boost_finds_what_the_stack_cannot_say() -> None:
    """SKUs whose two weeks begin are told to sell, those whose two weeks end to pause."""
    forecast = forecast_of(regular=True)
    trial = boost_trial(forecast)
    assert trial.stays
    assert trial.gain is not None
    assert trial.gain > 0.05
    on = (WEEKS + np.arange(SKUS)) // 2 % 2 == 0  # in the first of the two weeks ahead
    still = on & ((WEEKS + 1 + np.arange(SKUS)) // 2 % 2 == 0)
    paused = ~on & ~((WEEKS + 1 + np.arange(SKUS)) // 2 % 2 == 0)
    factor = forecast.total_mean / pooled(panel(regular=True), SPEC).total_mean
    assert np.median(factor[:, still]) > 1.3
    assert np.median(factor[:, paused]) < 0.5


def test_boost_that_loses_changes_no_bit() -> None:
    """Where all is as the stack says, the forecast is the stack's, and the trial says why."""
    snapshot = panel(regular=False)
    boosted, plain = forecast_of(regular=False), pooled(snapshot, SPEC)
    assert not boost_trial(boosted).stays
    assert boost_trial(boosted).gain is not None
    for field in ("mean", "dispersion", "total_mean", "total_dispersion"):
        assert getattr(boosted, field).tobytes() == getattr(plain, field).tobytes()
    assert boosted.signals.keys() == plain.signals.keys()
    for name, part in plain.signals.items():
        assert boosted.signals[name].tobytes() == part.tobytes()


def test_boosted_parts_add_up_and_none_is_negative() -> None:
    """Periods and signals add up to the total; the factor is one for all of a cell's."""
    forecast, plain = forecast_of(regular=True), pooled(panel(regular=True), SPEC)
    for values in (forecast.mean, forecast.dispersion, *forecast.signals.values()):
        assert np.isfinite(values).all()
        assert (values >= 0).all()
    assert np.allclose(forecast.mean.sum(axis=0), forecast.total_mean, rtol=1e-9)
    assert np.allclose(np.sum(list(forecast.signals.values()), axis=0), forecast.total_mean)
    factor = forecast.total_mean / plain.total_mean
    for name, part in plain.signals.items():
        assert np.allclose(forecast.signals[name], part * factor)
    assert factor.max() <= boosters.MOST + 1e-6
    assert factor.min() >= 1 / boosters.MOST - 1e-6


def test_same_orders_in_disorder_give_the_same_bytes() -> None:
    """The order of the lines changes nothing."""
    lines = wave_lines(3, regular=True)
    rng = np.random.default_rng(0)
    shuffled = make_snapshot([lines[i] for i in rng.permutation(len(lines))])
    one, other = forecast_of(regular=True), pooled_boost(shuffled, SPEC)
    assert boost_trial(other).stays
    for field in ("mean", "dispersion", "total_mean", "total_dispersion"):
        assert getattr(one, field).tobytes() == getattr(other, field).tobytes()


def test_widths_stand_on_factors_learnt_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """No origin's past is boosted by trees that have seen any of the periods it is judged by."""
    learnt: list[tuple[object, set[int]]] = []
    used: dict[int, set[int]] = {}
    stack, lessons = fit_stack(panel(regular=True), SPEC)
    steps = stack.training.steps

    def periods(told: Told) -> set[int]:
        back = told.evidence.back
        return set(range(back - steps, back))

    def fit(told: list[Told], *rest: object) -> object:
        booster = true_fit(told, *rest)
        learnt.append((booster, set().union(*(periods(each) for each in told))))
        return booster

    def find(booster: object, told: Told) -> np.ndarray:
        if told.evidence.back:
            (used[told.evidence.back],) = (seen for one, seen in learnt if one is booster)
        return true_find(booster, told)

    true_fit, true_find = boosters.fit_booster, boosters.factors
    monkeypatch.setattr(boost, "fit_booster", fit)
    monkeypatch.setattr(boost, "factors", find)
    found = try_boost(stack, lessons)
    assert found.past is not None
    assert found.past.shape == stack.past.shape
    assert sorted(used, reverse=True) == list(stack.training.backs)
    for back, seen in used.items():
        assert not seen & set(range(back - steps, back))


def test_features_know_nothing_of_later_periods() -> None:
    """Whatever is ordered after an origin, the cells look the same at it."""
    lines = [line for line in random_lines(4, weeks=30, orders=20) if line.day < 0]
    late = [Line("l", "c1", "r0", "s0", -1.0, 9), Line("l", "c1", "r3", "s5", -1.0, 5)]
    earlier = [line for line in lines if line.day < -14]
    cells = np.arange(24)
    told = []
    for known in (earlier + late, lines):
        snapshot = make_snapshot(known, regions=["r0"], skus=[f"s{k}" for k in range(6)])
        evidence = gather(snapshot, SPEC.signal_options(), (2,)).at(2)
        columns = [np.ones((1, *evidence.shape), dtype=np.float32)]
        told.append(Told(evidence, columns, columns[0], 2).features(cells))
    assert told[0].shape == told[1].shape
    assert told[0].tobytes() == told[1].tobytes()


def test_features_tell_when_a_cell_last_sold() -> None:
    """A cell that sold two periods ago says so; one that never did is as long ago as can be."""
    lines = [*weekly("a", "x", [1, 1, 1, 0, 0]), *weekly("b", "y", [1, 1, 1, 1, 1])]
    evidence = gather(make_snapshot(lines), SPEC.signal_options())
    mean = np.ones((1, 2, 2), dtype=np.float32)
    features = Told(evidence, [], mean, 2).features(np.arange(4))
    since = features[:, 2].tolist()  # after the mean and what multiplies ahead
    assert since == [2.0, LONG, LONG, 0.0]


def test_features_tell_of_a_promotion_ahead() -> None:
    """A SKU promoted in one of the two weeks ahead shows what multiplies it, another shows 1."""
    units = [12 if week % 6 == 5 else 2 for week in range(36)]
    lines = [
        line
        for region in "abcdef"
        for line in (*weekly(region, "x", units), *weekly(region, "y", [2] * 36))
    ]
    dates = [CUTOFF - timedelta(days=7 * (36 - week)) for week in range(5, 36, 6)]
    rows = [
        (start + timedelta(days=day), "", "deal", "promotion", "x", "")
        for start in (*dates, CUTOFF + timedelta(days=7))
        for day in range(7)
    ]
    columns = ["date", "region_id", "event", "kind", "sku", "category"]
    calendar = pd.DataFrame(rows, columns=columns)
    evidence = gather(make_snapshot(lines, tables={"calendar": calendar}), SPEC.signal_options())
    mean = np.ones((1, *evidence.shape), dtype=np.float32)
    told = np.exp(Told(evidence, [], mean, 2).features(np.arange(12))[:, 1]).reshape(6, 2)
    assert told[:, 0] == pytest.approx(np.full(6, evidence.ahead[:, 0, 0].mean()))
    assert told[:, 0].min() > 1.5
    assert told[:, 1] == pytest.approx(np.ones(6), abs=0.05)


def test_sku_that_never_sold_is_left_alone() -> None:
    """Its factor is 1, whatever the trees say."""
    evidence = gather(
        make_snapshot(weekly("a", "x", [3] * 20), skus=["unsold"]), SPEC.signal_options()
    )

    class Doubling:
        def predict(self, features: np.ndarray, *, raw_score: bool) -> np.ndarray:
            return np.full(len(features), np.log(2.0))

    mean = np.ones((1, *evidence.shape), dtype=np.float32)
    assert boosters.factors(Doubling(), Told(evidence, [], mean, 2)).tolist() == [[1.0, 2.0]]


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (weekly("a", "x", [3, 0, 2, 4, 0, 1]), "too short"),  # one cell, few periods
        (weekly("a", "x", [3, 0, 2, 4] * 10), "too little sold"),  # one cell
        ([Line("o", "c", "a", "x", -2.0)], "too short"),  # one line
        (weekly("a", "x", [5] * 20 + [0] * 20), "too little sold"),  # nothing sold of late
        (random_lines(5), "too little sold"),  # a small panel
    ],
)
def test_too_little_to_learn_from_leaves_the_stack(lines: list[Line], reason: str) -> None:
    """The forecast is the stack's, and the trial says why it was not tried."""
    snapshot = make_snapshot(lines)
    boosted, plain = pooled_boost(snapshot, SPEC), pooled(snapshot, SPEC)
    assert reason in boost_trial(boosted).reason
    assert boost_trial(boosted).gain is None
    assert boosted.mean.tobytes() == plain.mean.tobytes()
    assert boosted.dispersion.tobytes() == plain.dispersion.tobytes()


def test_panel_that_stopped_selling_is_not_boosted() -> None:
    """All zeros at the training origins: nothing to learn, nothing negative, no number lost."""
    lines = [line._replace(day=line.day - 7.0 * 30) for line in wave_lines(3, regular=True)]
    snapshot = make_snapshot(lines)
    boosted = pooled_boost(snapshot, SPEC)
    assert "too little sold" in boost_trial(boosted).reason
    assert np.isfinite(boosted.mean).all()
    assert (boosted.mean >= 0).all()


def test_thinned_cells_stand_for_all() -> None:
    """Thinning keeps distinct cells, as many as asked, and their weights add up to all."""
    cells = np.arange(1000)
    for number in range(4):
        kept, each = boosters._thin(cells, 300, number)
        assert len(np.unique(kept)) == 300
        assert len(kept) * each == pytest.approx(1000)
    assert boosters._thin(cells, 1000, 1)[0].tolist() == cells.tolist()


def test_missing_library_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without LightGBM the message says what to install, before anything is computed."""

    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr("prepos.forecast.peers.peer.import_module", missing)
    with pytest.raises(ExternalError, match=r"lightgbm is not installed.*prepos\[boost\]"):
        pooled_boost(make_snapshot([Line("o", "c", "a", "x", -2.0)]), SPEC)
