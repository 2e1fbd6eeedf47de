"""Pre-position stock near the customers before they order.

The public names, each imported when it is first used, so that ``import prepos`` stays light:

>>> import prepos
>>> config = prepos.load_config(prepos.bundled("data", "sample", "prepos.toml"))
>>> config.time.period
'week'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prepos.config import Config, bundled, load_config
    from prepos.core.routing import serve_from
    from prepos.pipeline import (
        check_inputs,
        load_run,
        make_forecast,
        make_plan,
        publish_run,
        replan,
        roll_back,
        run_backtest,
        verify_run,
    )
    from prepos.pipeline.editing import publish_edited
    from prepos.pipeline.exporting import export_plan
    from prepos.pipeline.reconciling import reconcile, refused_transfers
    from prepos.signals.next_order import next_orders

__version__ = "0.1.0"

__all__ = [
    "Config",
    "__version__",
    "bundled",
    "check_inputs",
    "export_plan",
    "load_config",
    "load_run",
    "make_forecast",
    "make_plan",
    "next_orders",
    "publish_edited",
    "publish_run",
    "reconcile",
    "refused_transfers",
    "replan",
    "roll_back",
    "run_backtest",
    "serve_from",
    "verify_run",
]

_HOMES = {
    "Config": "prepos.config",
    "bundled": "prepos.config",
    "load_config": "prepos.config",
    "check_inputs": "prepos.pipeline",
    "export_plan": "prepos.pipeline.exporting",
    "load_run": "prepos.pipeline",
    "make_forecast": "prepos.pipeline",
    "make_plan": "prepos.pipeline",
    "next_orders": "prepos.signals.next_order",
    "reconcile": "prepos.pipeline.reconciling",
    "refused_transfers": "prepos.pipeline.reconciling",
    "replan": "prepos.pipeline",
    "publish_edited": "prepos.pipeline.editing",
    "publish_run": "prepos.pipeline",
    "roll_back": "prepos.pipeline",
    "run_backtest": "prepos.pipeline",
    "serve_from": "prepos.core.routing",
    "verify_run": "prepos.pipeline",
}


def __getattr__(name: str) -> object:
    """Return a public name from its module, imported now."""
    if name not in _HOMES:
        raise AttributeError(f"module 'prepos' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """Return the public names."""
    return sorted(__all__)
