"""The next period as an update: the same means as a fit's last step, and refusals in words."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from prepos.core.demand import Forecast
from prepos.core.fitted import Fitted, read_fitted
from prepos.core.snapshot import Snapshot
from prepos.errors import DemandError
from prepos.forecast import pooled as pooled_module
from prepos.forecast.gate import judge_signals
from prepos.forecast.pooled import pooled
from prepos.forecast.spec import ModelSpec
from prepos.forecast.stack import stack_mean
from prepos.forecast.update import refuse_other_spec, update_pooled
from prepos.signals.evidence import gather
from prepos.signals.pool import Strengths, learn_strengths
from prepos.signals.registry import read_columns
from prepos.signals.state import BankState, build_state, read_state
from tests.unit.forecast.snapshots import CUTOFF, Line, make_snapshot, random_lines, weekly

SPEC = ModelSpec(origins=6)
CHAIN = [("r0", "r1", 1.0), ("r1", "r0", 1.0), ("r2", "r1", 1.0), ("r3", "r2", 2.0)]
HISTORIES: dict[str, list[Line]] = {
    "random": random_lines(31, orders=500, weeks=30),
    "with a giant": [*random_lines(32), Line("g", "", "r1", "s2", -30.0, 500_000)],
    "longer than the window": [
        *random_lines(33, weeks=40, orders=400),
        *weekly("r0", "s0", [5] * 12 + [0] * 190),
    ],
    "one period": [Line(f"o{r}", "", f"r{r}", "s1", -2.0, 4) for r in range(3)],
}


def world(lines: Sequence[Line], weeks_back: int = 0, **more: object) -> Snapshot:
    """Return a snapshot of four regions, some weeks before the cutoff."""
    names = {"regions": [f"r{n}" for n in range(4)], "skus": [f"s{n}" for n in range(6)]}
    snapshot = make_snapshot(lines, neighbours=CHAIN, **names, **more)  # type: ignore[arg-type]
    return snapshot.back_to(weeks_back)


def fit(snapshot: Snapshot, spec: ModelSpec = SPEC) -> tuple[Forecast, Fitted, BankState]:
    """Return the full forecast, its fit and its state, both as they read back from text."""
    forecast = pooled(snapshot, spec)
    assert forecast.fitted is not None
    state = build_state(snapshot, spec.half_life_weeks)
    facts = json.loads(json.dumps(state.facts.mapping()))
    told = json.loads(json.dumps(forecast.fitted.mapping()))
    return forecast, read_fitted(told), read_state(state.frame(), facts)


@pytest.mark.parametrize("lines", HISTORIES.values(), ids=HISTORIES)
def test_update_at_the_fit_equals_the_full_forecast(lines: list[Line]) -> None:
    """With the fit of the same cutoff means, widths and signals are those of the full forecast."""
    full, fitted, state = fit(world(lines))
    again, now = update_pooled(world(lines), SPEC, fitted, state)
    np.testing.assert_allclose(again.mean, full.mean, rtol=2e-5, atol=1e-7)
    np.testing.assert_allclose(again.total_mean, full.total_mean, rtol=2e-5, atol=1e-7)
    np.testing.assert_allclose(again.dispersion, full.dispersion, rtol=1e-3)
    np.testing.assert_allclose(again.total_dispersion, full.total_dispersion, rtol=1e-3)
    for name, part in again.signals.items():
        np.testing.assert_allclose(part, full.signals[name], rtol=1e-3, atol=1e-5)
    told = sum(full.signals[name].sum() for name in full.signals.keys() - again.signals.keys())
    assert told == 0
    assert now.facts == state.facts


@pytest.mark.parametrize("weeks", [1, 3])
@pytest.mark.parametrize("name", ["random", "longer than the window"])
def test_later_update_is_the_old_weights_on_what_is_known_now(name: str, weeks: int) -> None:
    """It equals the columns read afresh at the later cutoff, summed with the fit's weights."""
    lines = HISTORIES[name]
    _, fitted, state = fit(world(lines, weeks))
    later = world(lines)
    found, now = update_pooled(later, SPEC, fitted, state)
    evidence = gather(later, SPEC.signal_options())
    evidence.record.teach(learn_strengths, Strengths(*fitted.lessons["share_strengths"]))
    columns = read_columns(dict.fromkeys(fitted.columns), evidence)
    mean = stack_mean([c.mean.astype(np.float64) for c in columns], fitted.weights, 2)
    np.testing.assert_allclose(found.mean, np.broadcast_to(mean, (2, 4, 6)), rtol=2e-5, atol=1e-7)
    assert now.facts.cutoff == CUTOFF
    assert found.fitted is fitted
    assert found.total_mean.sum() > 0


def test_updates_can_follow_each_other() -> None:
    """Two nights one after another end where one leap does."""
    lines = HISTORIES["random"]
    _, fitted, state = fit(world(lines, 2))
    _, between = update_pooled(world(lines, 1), SPEC, fitted, state)
    twice, _ = update_pooled(world(lines), SPEC, fitted, between)
    once, _ = update_pooled(world(lines), SPEC, fitted, state)
    np.testing.assert_allclose(twice.mean, once.mean, rtol=1e-5)


def test_nothing_is_fitted_and_no_origin_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """An update neither asks the gate nor for a training origin."""
    lines = HISTORIES["random"]
    _, fitted, state = fit(world(lines, 1))

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a fit was asked for")

    monkeypatch.setattr(pooled_module, "judge_signals", refuse)
    monkeypatch.setattr(pooled_module, "training_origins", refuse)
    monkeypatch.setattr(pooled_module, "with_widths", refuse)
    assert judge_signals is not refuse
    assert update_pooled(world(lines), SPEC, fitted, state)[0].mean.sum() > 0


def test_quantiles_of_an_update_have_the_fits_widths() -> None:
    """The dispersion at a mean is what the fit said of it, at the new means."""
    lines = HISTORIES["random"]
    _, fitted, state = fit(world(lines, 1))
    found, _ = update_pooled(world(lines), SPEC, fitted, state)
    assert found.order_size is not None
    np.testing.assert_array_equal(
        found.total_dispersion, fitted.of_sum.at(found.total_mean, found.order_size)
    )


def refused(message: str, *, spec: ModelSpec = SPEC, weeks: int = 1, **more: object) -> None:
    """Fit some weeks ago, change what is said, and expect the refusal."""
    lines = HISTORIES["random"]
    _, fitted, state = fit(world(lines, weeks))
    with pytest.raises(DemandError, match=message):
        update_pooled(world(lines, **more), spec, fitted, state)


def test_what_does_not_fit_is_refused() -> None:
    """Another model, other half-lives, days, signals, and an earlier cutoff."""
    refused("the model is 'counts' and the fit's 'pooled'", spec=ModelSpec(kind="counts"))
    refused(
        r"half_life_weeks is \[1\.5, .*\], expected \[2\.0\]",
        spec=replace(SPEC, half_life_weeks=(2.0,)),
    )
    refused("periods of 7 days, expected 1", days=1)
    refused("signals are own, pool, expected own,", spec=replace(SPEC, signals=("own", "pool")))
    refused("expected a whole number of periods", weeks=0, weeks_back=1)


def test_a_table_that_came_since_is_refused() -> None:
    """With intents there is a signal more than the weights are of."""
    columns = ["customer_id", "region_id", "sku", "kind", "at", "quantity"]
    refused("signals are .*intents.*, expected", tables={"intents": pd.DataFrame(columns=columns)})


def test_a_past_that_changed_is_refused() -> None:
    """One unit more in a line before the fit's cutoff."""
    lines = HISTORIES["random"]
    _, fitted, state = fit(world(lines, 1))
    first = min(range(len(lines)), key=lambda n: lines[n].day)
    changed = [*lines]
    changed[first] = changed[first]._replace(units=changed[first].units + 1)
    with pytest.raises(DemandError, match=r"orders before 2024-06-24 are \d+ lines of \d+ units"):
        update_pooled(world(changed), SPEC, fitted, state)
    assert CUTOFF - timedelta(days=7) == fitted.cutoff


def test_lessons_must_be_there() -> None:
    """A fit without the strengths of the shares cannot be carried on."""
    lines = HISTORIES["random"]
    _, fitted, state = fit(world(lines))
    with pytest.raises(DemandError, match="lessons share_strengths is None, expected two numbers"):
        update_pooled(world(lines), SPEC, replace(fitted, lessons={}), state)


def test_a_spec_that_changed_is_told_by_its_keys() -> None:
    """Each choice that differs is named with both values; the same spec passes."""
    told = json.loads(json.dumps({n: getattr(SPEC, n) for n in ModelSpec.__dataclass_fields__}))
    refuse_other_spec(SPEC, told)
    with pytest.raises(DemandError) as refusal:
        refuse_other_spec(replace(SPEC, origins=7, window_weeks=52), told)
    assert str(refusal.value) == (
        "spec origins is 7, the fit's was 6; spec window_weeks is 52, the fit's was 157"
    )
