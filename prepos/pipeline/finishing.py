"""How a run begins and ends on the path: its name, and what is told of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from prepos.config import Config, idle_settings
from prepos.pipeline.cover import long_cover
from prepos.pipeline.handover import NO_DOCUMENTS, Handover, Run, make_handover
from prepos.pipeline.known import Known
from prepos.publish import Stopwatch


def name_run(
    config: Config,
    out: Path | None,
    watch: Stopwatch,
    *,
    known: Known,
    kind: str,
    wishes: Mapping[str, Any] = NO_DOCUMENTS,
    told: Mapping[str, Any] = NO_DOCUMENTS,
) -> Handover:
    """Return the run that is about to be made from these inputs."""
    return make_handover(
        config,
        out,
        watch,
        kind=kind,
        periods=known.periods,
        tables=known.tables,
        orders=known.orders,
        sources=known.sources,
        wishes=wishes,
        told=told,
    )


def finish(run: Handover, known: Known) -> Run:
    """Return what was made, its notices told."""
    doubts = long_cover(run.config, known) if run.kind == "plan" else ()
    notices = (*doubts, *known.notices, *idle_settings(run.config))
    for notice in notices:
        run.watch.tell(str(notice), level="warning")
    return Run(run_id=run.run_id, folder=run.folder, sources=known.sources, notices=notices)
