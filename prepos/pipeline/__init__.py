"""The path: the only place that knows the order of the stations.

Orders become regions' demand, demand becomes a forecast, the forecast becomes a plan, a second
opinion checks the plan as it was written, and only then the run's folder is put in its place.
Assumes nothing of how a station works, only what it takes and gives. A name is imported when it is
first used: who only looks whether anything changed loads no station.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from prepos.core.lazily import lazy_names

if TYPE_CHECKING:
    from prepos.pipeline.anew import hand_over, make_anew
    from prepos.pipeline.answering import retell
    from prepos.pipeline.backtest import Trial, run_backtest
    from prepos.pipeline.handover import Run
    from prepos.pipeline.judging import verify_run
    from prepos.pipeline.making import check_inputs, load_run, make_forecast, make_plan
    from prepos.pipeline.publishing import publish_run, roll_back, told_takeover
    from prepos.pipeline.repeating import Repeated, repeat_plan
    from prepos.pipeline.replanning import Replanned, replan
    from prepos.pipeline.replay import Stretch, run_replay
    from prepos.publish.compare import compare_plans

__all__ = [
    "Repeated",
    "Replanned",
    "Run",
    "Stretch",
    "Trial",
    "check_inputs",
    "compare_plans",
    "hand_over",
    "load_run",
    "make_anew",
    "make_forecast",
    "make_plan",
    "publish_run",
    "repeat_plan",
    "replan",
    "retell",
    "roll_back",
    "run_backtest",
    "run_replay",
    "told_takeover",
    "verify_run",
]

_HOMES = {
    "Repeated": "prepos.pipeline.repeating",
    "Replanned": "prepos.pipeline.replanning",
    "Run": "prepos.pipeline.handover",
    "Stretch": "prepos.pipeline.replay",
    "Trial": "prepos.pipeline.backtest",
    "check_inputs": "prepos.pipeline.making",
    "compare_plans": "prepos.publish.compare",
    "hand_over": "prepos.pipeline.anew",
    "load_run": "prepos.pipeline.making",
    "make_anew": "prepos.pipeline.anew",
    "make_forecast": "prepos.pipeline.making",
    "make_plan": "prepos.pipeline.making",
    "publish_run": "prepos.pipeline.publishing",
    "repeat_plan": "prepos.pipeline.repeating",
    "retell": "prepos.pipeline.answering",
    "replan": "prepos.pipeline.replanning",
    "roll_back": "prepos.pipeline.publishing",
    "run_backtest": "prepos.pipeline.backtest",
    "run_replay": "prepos.pipeline.replay",
    "told_takeover": "prepos.pipeline.publishing",
    "verify_run": "prepos.pipeline.judging",
}
__getattr__ = lazy_names(__name__, _HOMES)
