"""Why one cell's forecast is what it is, from a run's files and the inputs it was made from.

The files tell what each signal added; the inputs, opened again, tell what the signals read. Where
an input changed since, or cannot be opened, the files alone are told, with a notice: no error.
Nothing is fitted again: weights are those of the run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from prepos.config import Config, restore_config
from prepos.core import run
from prepos.core.fitted import Fitted, SignalTrial, read_fitted
from prepos.core.progress import SILENT, Progress
from prepos.core.run import FORECAST_TOTAL, RunFiles, is_quantile
from prepos.core.snapshot import Snapshot
from prepos.errors import ConfigError, DemandError, PreposError, RunError
from prepos.forecast.make import spec_of
from prepos.forecast.spec import ModelSpec, parse_spec
from prepos.pipeline.in_transit import from_run
from prepos.pipeline.judging import refuse_changes
from prepos.pipeline.known import make_snapshot, open_inputs
from prepos.pipeline.weighing import Way, weigh_ways
from prepos.publish import Stopwatch
from prepos.publish.manifest import settings_folder
from prepos.signals.carried import STRENGTHS
from prepos.signals.evidence import Evidence, gather
from prepos.signals.pool import Strengths, learn_strengths
from prepos.signals.registry import SIGNALS
from prepos.signals.telling import CellWords, tell_cell

BOOST = "boost"  # the trial of trees on top of the signals
NEAR = 1e-3  # share of the units that sums of single precision may be off by, read a second time


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldCell:
    """Why a cell's forecast is what it is.

    Attributes
    ----------
    region, sku : str
    name : str
        Of the region; empty where it has none or the inputs could not be opened.
    model : str
        Kind of the model; ``given`` where the forecast is the user's own, empty where unknown.
    cutoff : str
        ISO; empty where the run does not tell. So is ``period``, else ``week`` or ``day``.
    horizon : int
        Periods that are summed; 0 where the run does not tell.
    units : float
        Expected over the horizon.
    signals : name to units
        Parts of ``units``, the largest first.
    quantiles : name to units
        Of the sum over the horizon; none below the floor.
    ways : tuple of Way
        Those that weigh anything; none where the model is no sum of signals.
    boost : float or None
        What every way is multiplied by, where trees on top of the signals won their place.
    words : CellWords or None
        None where only the run's files could be read.
    trials : tuple of SignalTrial
        How each signal fared that had to win its place.
    notices : tuple of str
    """

    region: str
    sku: str
    name: str = ""
    model: str = ""
    cutoff: str = ""
    period: str = ""
    horizon: int = 0
    units: float = 0.0
    signals: dict[str, float]
    quantiles: dict[str, float]
    ways: tuple[Way, ...] = ()
    boost: float | None = None
    words: CellWords | None = None
    trials: tuple[SignalTrial, ...] = ()
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Reopened:
    """A run's inputs as they were when it was made."""

    config: Config
    snapshot: Snapshot


def explain_cell(
    files: RunFiles, folder: Path, region: str, sku: str, progress: Progress = SILENT
) -> ToldCell:
    """Return why a region's forecast of a SKU is what it is.

    Parameters
    ----------
    files : RunFiles
        Of a run with a forecast.
    folder : Path
        Where they lie: the inputs are looked for from there.
    region, sku : str
        Ids.

    Raises
    ------
    ConfigError
        Where the run holds no forecast, or neither its files nor its inputs know the names.
    """
    watch = Stopwatch(progress)
    told = told_by_files(files, region, sku)
    try:
        opened = reopen(files, folder, watch)
    except PreposError as error:
        if told.quantiles or told.signals:
            return replace(told, notices=(_why_not(error),))
        raise _unknown(region, sku) from error
    orders = opened.snapshot.orders
    if region not in orders.regions or sku not in orders.skus:
        raise _unknown(region, sku)
    with watch.stage("reading the signals"):
        return told_by_signals(told, files, opened)


def told_by_files(files: RunFiles, region: str, sku: str) -> ToldCell:
    """Return what the run's files alone tell; nothing is expected of a cell below the floor."""
    if FORECAST_TOTAL not in files.frames:
        raise ConfigError("the run holds no forecast, expected one of `prepos forecast` or `plan`")
    total, parts = (
        _rows(files.frames[name], region, sku) for name in (FORECAST_TOTAL, run.SIGNALS)
    )
    by_signal = parts.sort_values("mean", ascending=False, kind="stable")
    quantiles = [str(name) for name in total.columns if is_quantile(str(name))]
    time = files.manifest.get("config", {}).get("time", {})
    fitted = _fit_of(files)
    return ToldCell(
        region=region,
        sku=sku,
        model=_model_of(files),
        cutoff=str(time.get("cutoff", "")),
        period=str(time.get("period", "")),
        horizon=int(time.get("horizon", 0)),
        units=float(total["mean"].sum()),
        signals=dict(zip(by_signal["signal"], by_signal["mean"].tolist(), strict=True)),
        quantiles={name: float(total[name].iloc[0]) for name in quantiles if len(total)},
        trials=fitted.trials if fitted else (),
    )


def reopen(files: RunFiles, folder: Path, watch: Stopwatch) -> Reopened:
    """Return the run's inputs; raises a PreposError where they are not there or not the same."""
    manifest = files.manifest
    if "config" not in manifest or "inputs" not in manifest:
        raise RunError(f"{folder} does not name its inputs")
    config = restore_config(settings_folder(folder, manifest), manifest["config"])
    known = open_inputs(config, watch, on_its_way=from_run(folder))
    refuse_changes(folder, manifest["inputs"], known)
    return Reopened(config, make_snapshot(known, config))


def told_by_signals(told: ToldCell, files: RunFiles, opened: Reopened) -> ToldCell:
    """Return the same with what the signals read in the inputs."""
    snapshot, config = opened.snapshot, opened.config
    if not len(snapshot.orders):
        return replace(told, notices=("there are no orders before the cutoff to tell of",))
    cell = (
        snapshot.orders.regions.position(told.region),
        snapshot.orders.skus.position(told.sku),
    )
    fitted = _fit_of(files)
    weights = _weights_of(fitted) if fitted else {}
    evidence = gather_again(snapshot, _spec_of(files, config), fitted)
    ways = weigh_ways(evidence, fitted, *cell) if fitted and weights else ()
    words = tell_cell(evidence, weights, *cell, least=config.privacy.k)
    again = sum(units for way in ways for units in way.adds.values())
    notices = []
    if files.fitted and fitted is None:
        notices.append(f"{run.FITTED} is not of this version: no weights and no trials are told")
    if not told.quantiles:
        floor = config.forecast.floor
        notices.append(f"the run's files leave it out: it is not above forecast.floor, {floor:g}")
        told = replace(told, units=again, signals=_parts(ways))
    elif weights and not ways:
        notices.append("the signals have other columns now than at the fit: no weights are told")
    elif ways and _is_boosted(told):
        told = replace(told, boost=told.units / again if again > 0 else None)
    elif ways and abs(again - told.units) > NEAR * told.units:
        notices.append(f"read again it is {again:.6g} units, the run says {told.units:.6g}")
    name = snapshot.network.regions[cell[0]].name
    return replace(told, name=name, ways=ways, words=words, notices=tuple(notices))


def gather_again(snapshot: Snapshot, spec: ModelSpec, fitted: Fitted | None) -> Evidence:
    """Return the evidence at the cutoff; what was learnt once for all origins is the fit's."""
    evidence = gather(snapshot, spec.signal_options())
    strengths = fitted.lessons.get(STRENGTHS, ()) if fitted else ()
    if len(strengths) == len(Strengths._fields):
        evidence.record.teach(learn_strengths, Strengths(*strengths))
    return evidence


def _rows(frame: pd.DataFrame, region: str, sku: str) -> pd.DataFrame:
    """Return the rows of one cell."""
    return frame[(frame["region_id"] == region) & (frame["sku"] == sku)]


def _parts(ways: tuple[Way, ...]) -> dict[str, float]:
    """Return what each signal adds, the largest first."""
    parts: dict[str, float] = {}
    for way in ways:
        for signal, units in way.adds.items():
            parts[signal] = parts.get(signal, 0.0) + units
    return dict(sorted(parts.items(), key=lambda part: (-part[1], part[0])))


def _is_boosted(told: ToldCell) -> bool:
    """Return whether trees multiply what the signals say."""
    return any(trial.signal == BOOST and trial.stays for trial in told.trials)


def _model_of(files: RunFiles) -> str:
    """Return the kind of the run's model."""
    told: Mapping[str, Any] = files.manifest.get("config", {}).get("forecast", {})
    if told.get("source") == "given":
        return "given"
    return str(files.fitted.get("model") or told.get("model", ""))


def _fit_of(files: RunFiles) -> Fitted | None:
    """Return what the run learnt; None where it does not tell."""
    try:
        return read_fitted(files.fitted) if files.fitted else None
    except DemandError:
        return None


def _weights_of(fitted: Fitted) -> dict[str, tuple[float, ...]]:
    """Return the weights of each signal's columns, in their order; nothing for other models."""
    if not set(fitted.columns) <= set(SIGNALS):
        return {}
    weights: dict[str, tuple[float, ...]] = {}
    for signal, weight in zip(fitted.columns, fitted.weights.tolist(), strict=True):
        weights[signal] = (*weights.get(signal, ()), weight)
    return weights


def _spec_of(files: RunFiles, config: Config) -> ModelSpec:
    """Return the spec that the run was made with; the present one where it does not tell."""
    try:
        return parse_spec(files.fitted["spec"])
    except (KeyError, ConfigError):
        return spec_of(config.spec, config.forecast)


def _why_not(error: PreposError) -> str:
    """Say why only the run's files are told."""
    faults = getattr(error, "faults", ())
    changed = sorted({fault.file for fault in faults if fault.code == "PP-RUN-INPUT"})
    if changed:
        reason = f"inputs changed since the run ({', '.join(changed)})"
    else:
        reason = f"the run's inputs cannot be opened ({error})"
    return f"{reason}: only what its own files hold is told"


def _unknown(region: str, sku: str) -> ConfigError:
    """Return the error for a cell that is nowhere."""
    return ConfigError(
        f"{FORECAST_TOTAL} has no region {region} and SKU {sku}, "
        "expected ids with demand above the floor"
    )
