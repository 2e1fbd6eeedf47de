"""What would have happened: past orders served anew, day by day, under a policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prepos.core.lazily import lazy_names

if TYPE_CHECKING:
    from prepos.replay.clock import replay_orders
    from prepos.replay.measures import Measures, measure, total
    from prepos.replay.options import ReplayOptions
    from prepos.replay.supply import make_course

__all__ = [
    "Measures",
    "ReplayOptions",
    "make_course",
    "measure",
    "replay_orders",
    "total",
]

_HOMES = {
    "Measures": "prepos.replay.measures",
    "ReplayOptions": "prepos.replay.options",
    "make_course": "prepos.replay.supply",
    "measure": "prepos.replay.measures",
    "replay_orders": "prepos.replay.clock",
    "total": "prepos.replay.measures",
}
__getattr__ = lazy_names(__name__, _HOMES)
