"""The station's door: from a snapshot to the forecast that the configuration asks for."""

from __future__ import annotations

from dataclasses import replace

from prepos.core.demand import Forecast
from prepos.core.snapshot import Snapshot
from prepos.errors import ConfigError
from prepos.forecast.given import given_forecast
from prepos.forecast.options import ForecastOptions
from prepos.forecast.registry import MODELS
from prepos.forecast.spec import ModelSpec

STACKS = ("pooled", "pooled_boost")  # kinds that can take a given forecast as one more signal


def make_forecast(snapshot: Snapshot, spec: ModelSpec, options: ForecastOptions) -> Forecast:
    """Return the next orders of every region as distributions.

    ``options.source`` decides: ``own`` runs the spec's model, ``given`` takes the ``forecasts``
    table as it is, ``blend`` runs the stack with that table as one more signal.

    Raises
    ------
    ConfigError
        Where the spec's kind is unknown, or cannot blend.
    DemandError
        Where there are no orders before the cutoff, or no given forecast though it is asked for.
    """
    if options.source == "given":
        return given_forecast(snapshot)
    if spec.kind not in MODELS:
        raise ConfigError(f"spec kind is {spec.kind!r}, expected one of {', '.join(MODELS)}")
    if options.source == "own":
        return MODELS[spec.kind](snapshot, spec)
    if spec.kind not in STACKS:
        raise ConfigError(
            f"forecast.source is 'blend' and the model {spec.kind!r}, "
            f"expected {' or '.join(STACKS)}"
        )
    given_forecast(snapshot)  # tells what is missing in the table, if anything is
    return MODELS[spec.kind](snapshot, spec_of(spec, options))


def spec_of(spec: ModelSpec, options: ForecastOptions) -> ModelSpec:
    """Return the spec as the model is run with it: a blend has one signal more."""
    if options.source != "blend":
        return spec
    return replace(spec, signals=(*spec.signals, "given"))
