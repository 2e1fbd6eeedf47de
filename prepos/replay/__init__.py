"""What would have happened: past orders served anew, day by day, under a policy."""

from prepos.replay.clock import replay_orders
from prepos.replay.measures import Measures, measure, total
from prepos.replay.options import ReplayOptions
from prepos.replay.supply import make_course

__all__ = ["Measures", "ReplayOptions", "make_course", "measure", "replay_orders", "total"]
