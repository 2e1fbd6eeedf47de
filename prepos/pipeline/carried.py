"""What one run hands to the next: its fit and its state, written, read back, and carried on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from prepos.config import Config
from prepos.core.demand import Forecast
from prepos.core.fitted import Fitted, read_fitted
from prepos.core.run import BACKCAST, FITTED, STATE
from prepos.core.snapshot import Snapshot
from prepos.errors import DemandError, RunError
from prepos.forecast.backcast import backcast_frame, read_backcast
from prepos.forecast.make import spec_of
from prepos.forecast.update import refuse_other_spec, update_pooled
from prepos.publish import Stopwatch, read_run
from prepos.signals.state import BankState, build_state, read_state

CARRIED_ON = "pooled"  # the kind of model that an update can carry on
ANEW = "forecast anew, without --update"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Base:
    """An earlier run that can be carried on.

    Attributes
    ----------
    folder : Path
    run_id : str
    fitted : Fitted
    state : BankState
    horizon : int
        Periods that its widths of the sum are of.
    spec : mapping
        The spec that it was fitted with.
    past : frame or None
        What it said at past origins, where the run keeps that.
    """

    folder: Path
    run_id: str
    fitted: Fitted
    state: BankState
    horizon: int
    spec: Mapping[str, Any]
    past: pd.DataFrame | None


def make_state(config: Config, snapshot: Snapshot, forecast: Forecast) -> BankState | None:
    """Return the state to hand on; None where the model is none that an update carries on."""
    if forecast.fitted is None or config.spec.kind != CARRIED_ON:
        return None
    return build_state(snapshot, config.spec.half_life_weeks)


def state_files(state: BankState | None) -> dict[str, pd.DataFrame]:
    """Return the state's table by file name."""
    return {} if state is None else {STATE: state.frame()}


def past_files(forecast: Forecast) -> dict[str, pd.DataFrame]:
    """Return what the model said in the past, by file name; nothing where there is no past."""
    if forecast.backcast is None:
        return {}
    return {BACKCAST: backcast_frame(forecast.backcast, forecast.regions, forecast.skus)}


def fit_documents(
    config: Config, forecast: Forecast, state: BankState | None
) -> dict[str, dict[str, Any]]:
    """Return ``fitted.json`` by file name; nothing where the forecast was given."""
    if forecast.fitted is None:
        return {}
    spec = spec_of(config.spec, config.forecast)
    content = forecast.fitted.mapping() | {
        "horizon": forecast.periods.horizon,
        "spec": asdict(spec),
        "state": None if state is None else state.facts.mapping(),
    }
    return {FITTED: content}


def read_base(folder: Path, watch: Stopwatch) -> Base:
    """Return the run to carry on; raises RunError where it is none, or not as it was written."""
    with watch.stage("reading the earlier run"):
        files = read_run(folder)
        told = files.fitted
        if not told.get("state") or STATE not in files.frames:
            raise RunError(
                f"{folder} has no fit to carry on, expected {FITTED} and {STATE} of a run of the "
                f"{CARRIED_ON} model; {ANEW}"
            )
        try:
            return Base(
                folder=folder,
                run_id=files.manifest["run_id"],
                fitted=read_fitted(told),
                state=read_state(files.frames[STATE], told["state"]),
                horizon=int(told["horizon"]),
                spec=told["spec"],
                past=files.frames.get(BACKCAST),
            )
        except (DemandError, KeyError, TypeError, ValueError) as error:
            raise RunError(f"{folder} cannot be carried on: {error}; {ANEW}") from error


def carry_on(config: Config, snapshot: Snapshot, base: Base) -> tuple[Forecast, BankState]:
    """Return the forecast by an earlier run's fit, and its state as it is now.

    Raises
    ------
    DemandError
        Where the spec, the horizon, the periods, the signals or the past are not those of the run.
    """
    try:
        if config.forecast.source == "given":
            raise DemandError("forecast.source is 'given', expected 'own' or 'blend'")
        if snapshot.periods.horizon != base.horizon:
            raise DemandError(
                f"time.horizon is {snapshot.periods.horizon}, the fit's was {base.horizon}"
            )
        spec = spec_of(config.spec, config.forecast)
        refuse_other_spec(spec, dict(base.spec))
        forecast, state = update_pooled(snapshot, spec, base.fitted, base.state)
        if base.past is None:
            return forecast, state
        past = read_backcast(base.past, forecast.regions, forecast.skus)
        return replace(forecast, backcast=past), state
    except DemandError as error:
        raise DemandError(f"{base.folder} cannot be carried on: {error}; {ANEW}") from error
