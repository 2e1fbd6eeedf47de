"""``prepos plan``: from orders to transfers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from prepos.cli.flags import AsJson, Case, ConfigFile, Out, Quiet, Sets, read_config
from prepos.cli.screen import Screen

if TYPE_CHECKING:
    from prepos.config import Config


def plan(
    config: ConfigFile = None,
    case: Case = None,
    sets: Sets = None,
    out: Out = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Decide what to pre-position before the next orders, check it, and write the run's files."""
    run_plan(read_config(config, case, sets), out, Screen(as_json=as_json, quiet=quiet))


def run_plan(config: Config, out: Path | None, screen: Screen) -> None:
    """Plan, and show the plan as the files tell it."""
    from prepos import pipeline
    from prepos.cli.paths import from_here
    from prepos.cli.signals_page import signals_facts
    from prepos.cli.summary import plan_page
    from prepos.core.run import LOADS, TRANSFERS

    with screen.progress() as progress:
        run = pipeline.make_plan(config, out, progress)
        files = pipeline.load_run(run.folder)
    folder = from_here(run.folder)
    payload = {
        "run": str(folder),
        "run_id": files.manifest["run_id"],
        "transfers": len(files.frames[TRANSFERS]),
        "loads": len(files.frames[LOADS]),
        "kpis": files.kpis,
        **signals_facts(files.fitted),
        "notices": [str(notice) for notice in run.notices],
    }
    screen.show(plan_page(files, folder, run.notices), payload, folder=folder)
