"""A doubt that a plan is handed over with: it holds stock for longer than it has to last."""

from __future__ import annotations

from prepos.config import Config
from prepos.core.faults import Fault
from prepos.pipeline.known import Known
from prepos.plan import planning_window, usual_cover


def long_cover(config: Config, known: Known) -> tuple[Fault, ...]:
    """Return a notice where ``plan.cover`` is longer than lead time and review period."""
    usual = usual_cover(known.network, known.periods)
    cover = planning_window(known.network, known.periods, config.plan).horizon
    if cover <= usual:
        return ()
    longest = max((lane.lead_time_days for lane in known.network.lanes), default=0)
    noun = "weeks" if known.periods.days == 7 else "days"
    return (
        Fault(
            file="configuration",
            line=0,
            column="plan.cover",
            value=str(config.plan.cover),
            code="PP-PLAN-COVER",
            message=f"plan.cover is {config.plan.cover}, so stock is held for {cover} {noun}, "
            f"expected at most {usual}: a longest lead time of {longest} days, and one period to "
            "review; more is stranded than protected",
        ),
    )
