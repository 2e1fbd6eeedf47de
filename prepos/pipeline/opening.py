"""The path's beginning: inputs that can be relied on, or a run that holds what was refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from prepos.config import Config
from prepos.core.run import TRANSFERS
from prepos.errors import InputError
from prepos.pipeline.handover import make_handover, prepare, write_rejects
from prepos.pipeline.in_transit import NOTHING, OnItsWay
from prepos.pipeline.known import Known, RefusedError, open_inputs
from prepos.publish import Stopwatch


def open_or_refuse(
    config: Config,
    out: Path | None,
    watch: Stopwatch,
    today: date | None,
    on_its_way: OnItsWay = NOTHING,
) -> Known:
    """Return the inputs; where they are refused, write ``rejects.csv`` and tell where it is."""
    prepare(config, out)
    try:
        return open_inputs(config, watch, today=today, on_its_way=on_its_way)
    except RefusedError as refused:
        holds_plan = out is not None and (out / TRANSFERS).exists()
        run = make_handover(
            config,
            None if holds_plan else out,  # a plan that stands is not replaced by a refusal
            watch,
            kind="check",
            periods=refused.periods,
            tables=refused.inputs.tables,
            orders=None,
            sources=refused.inputs.sources,
        )
        path = write_rejects(run, refused.faults)
        raise InputError(f"{refused}; all of them are in {path}", refused.faults) from refused
