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
from prepos.forecast.contributions import add_up
from prepos.forecast.pooled import signals_to_read
from prepos.forecast.spec import ModelSpec
from prepos.forecast.widths import widened
from prepos.signals.carried import gather_carried
from prepos.signals.state import BankState, advance


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
    names = _known(snapshot, spec, fitted)
    mean, parts = add_up(names, evidence, fitted.columns, fitted.weights)
    forecast = widened(
        snapshot,
        parts,
        np.broadcast_to(mean, (snapshot.periods.horizon, *evidence.shape)).copy(),
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


def _known(snapshot: Snapshot, spec: ModelSpec, fitted: Fitted) -> list[str]:
    """Return the signals; raises DemandError where others could be than at the fit."""
    names = signals_to_read(snapshot, spec)
    before = list(dict.fromkeys(fitted.columns))
    if names != before:
        raise DemandError(
            f"signals are {', '.join(names)}, expected {', '.join(before)} as fitted: tables or "
            "the spec changed"
        )
    return names
