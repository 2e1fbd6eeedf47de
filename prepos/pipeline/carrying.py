"""The forecast of a nightly job: taken up where it was made, else carried on, else fitted anew."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from prepos.config import Config
from prepos.core.run import BACKCAST, STATE
from prepos.errors import DemandError, RunError
from prepos.pipeline.carried import CARRIED_ON, Base, read_base
from prepos.pipeline.forecasting import forecast_known
from prepos.pipeline.known import Known
from prepos.pipeline.unchanged import FORECAST, Sums, find_made, past_runs
from prepos.publish import Stopwatch


def prepare_forecast(
    config: Config, known: Known, sums: Sums, watch: Stopwatch, *, anew: bool
) -> Base | None:
    """Return a run at this cutoff whose forecast the plan can stand on, made if need be.

    Why it was carried on or fitted is told. None where the model is none that can be carried on:
    the plan then forecasts by itself. With ``anew`` it is fitted whatever there is.
    """
    if config.forecast.source == "given" or config.spec.kind != CARRIED_ON:
        watch.tell(f"the forecast is made with the plan: {config.forecast.model} keeps no state")
        return None
    found = None if anew else find_made(FORECAST, config, sums)
    if found is not None:
        try:
            base = read_base(found[0], watch)
        except RunError as error:
            watch.tell(f"the forecast is made again: {error}", level="warning")
        else:
            watch.tell(f"the forecast of these inputs is taken up: run {base.run_id}")
            return base
    return read_base(_forecast(config, known, watch, anew=anew), watch)


def _forecast(config: Config, known: Known, watch: Stopwatch, *, anew: bool) -> Path:
    """Return a new run of the forecast, from an earlier fit where there is one to carry on."""
    base, why = (None, "asked for") if anew else _latest_fit(config, known, watch)
    if base is not None:
        try:
            run = forecast_known(config, None, watch, known=known, base=base, for_plans=True)
        except DemandError as error:
            why = str(error)
        else:
            watch.tell(f"the forecast carries on run {base.run_id}: {why}")
            return run.folder
    watch.tell(f"the forecast is fitted anew: {why}")
    return forecast_known(config, None, watch, known=known, for_plans=True).folder


def _latest_fit(config: Config, known: Known, watch: Stopwatch) -> tuple[Base | None, str]:
    """Return the run whose fit is to be carried on, or None; and why."""
    periods, limit = known.periods, config.replan.refit_every
    model = json.loads(json.dumps(asdict(config.spec), default=str))
    candidates = [
        (told_cutoff(manifest), folder)
        for folder, manifest in past_runs(config.runs)
        if {STATE, BACKCAST} <= manifest["files"].keys()
        and manifest.get("asked", {}).get("model") == model
        and told_cutoff(manifest) <= periods.cutoff
    ]
    for _, folder in sorted(candidates, key=lambda one: one[0], reverse=True)[:1]:
        try:
            base = read_base(folder, watch)
        except RunError as error:
            return None, str(error)
        age = (periods.cutoff - base.fitted.cutoff).days // periods.days
        told = f"its fit is {age} periods old, replan.refit_every is {limit}"
        return (base if age < limit else None), told
    return None, "no earlier run has a fit of this model"


def told_cutoff(manifest: Mapping[str, Any]) -> date:
    """Return the cutoff of a run."""
    return date.fromisoformat(manifest["config"]["time"]["cutoff"])
