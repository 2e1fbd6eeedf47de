"""The next period as an update: an earlier fit's weights and widths on what is known by now.

No training origin is read and nothing is fitted; the bank's periods since are added to the saved
state. Assumes that what the signals were worth at the fit they are worth still: fit anew now and
then.
"""

from __future__ import annotations

from dataclasses import asdict

import numpy as np

from prepos.core.demand import Forecast
from prepos.core.fitted import Fitted
from prepos.core.sizes import count_sizes
from prepos.core.snapshot import Snapshot
from prepos.errors import DemandError
from prepos.forecast.pooled import contributions, signals_to_read
from prepos.forecast.spec import ModelSpec
from prepos.forecast.stack import stack_mean
from prepos.forecast.widths import widened
from prepos.signals.carried import gather_carried
from prepos.signals.registry import read_columns
from prepos.signals.state import BankState, advance

BASIC = ("own", "pool")  # read whatever they weigh: what is shrunk stands on both


def update_pooled(
    snapshot: Snapshot, spec: ModelSpec, fitted: Fitted, state: BankState
) -> tuple[Forecast, BankState]:
    """Return the stack's forecast with the weights and widths of a fit, and the state by now.

    Signals that weigh nothing are not read.

    Raises
    ------
    DemandError
        Where the model, the signals, the half-lives or the periods are not those of the fit, or the
        orders before the state's cutoff are not those that it was built from.
    """
    if (spec.kind, fitted.model) != ("pooled", "pooled"):
        raise DemandError(
            f"the model is {spec.kind!r} and the fit's {fitted.model!r}, expected 'pooled' for both"
        )
    now = advance(state, snapshot)
    evidence = gather_carried(snapshot, spec.signal_options(), now, fitted.lessons)
    names = _weighty(snapshot, spec, fitted)
    columns = read_columns(names, evidence)
    kept = np.array([name in names for name in fitted.columns], dtype=np.bool_)
    expected = [name for name in fitted.columns if name in names]
    found = [column.signal for column in columns]
    if found != expected:
        raise DemandError(f"columns are {found}, expected {expected} as fitted")
    horizon, weights = snapshot.periods.horizon, fitted.weights[kept]
    mean = stack_mean([column.mean.astype(np.float64) for column in columns], weights, horizon)
    forecast = widened(
        snapshot,
        contributions(columns, weights, horizon),
        np.broadcast_to(mean, (horizon, *evidence.shape)).copy(),
        fitted,
        sizes=count_sizes(snapshot.orders),
    )
    return forecast, now


def refuse_other_spec(spec: ModelSpec, told: dict[str, object]) -> None:
    """Raise DemandError that names each choice of a spec that is not as was told."""
    mine = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in asdict(spec).items()
    }
    changes = [
        f"spec {name} is {mine.get(name)!r}, the fit's was {told.get(name)!r}"
        for name in sorted(mine.keys() | told.keys())
        if mine.get(name) != told.get(name)
    ]
    if changes:
        raise DemandError("; ".join(changes))


def _weighty(snapshot: Snapshot, spec: ModelSpec, fitted: Fitted) -> list[str]:
    """Return the signals to read; raises DemandError where others could be than at the fit."""
    names = signals_to_read(snapshot, spec)
    before = list(dict.fromkeys(fitted.columns))
    if names != before:
        raise DemandError(
            f"signals are {', '.join(names)}, expected {', '.join(before)} as fitted: tables or "
            "the spec changed"
        )
    weighs = {
        name for name, weight in zip(fitted.columns, fitted.weights, strict=True) if weight > 0
    }
    return [name for name in names if name in weighs or name in BASIC]
