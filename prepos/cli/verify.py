"""``prepos verify``: a second opinion on a run, from its files and inputs alone."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument

from prepos.cli.flags import AsJson, Quiet, run_folder
from prepos.cli.screen import Screen

if TYPE_CHECKING:
    from rich.console import RenderableType

    from prepos.core.verdict import Verdict


def verify(
    run: Annotated[
        Path,
        Argument(metavar="RUN", help="A run's folder, or its id."),
    ],
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Recompute every constraint and the cost of a run from its files and inputs, in plain code."""
    from prepos import pipeline
    from prepos.pipeline.publishable import refuse_failed

    screen = Screen(as_json=as_json, quiet=quiet)
    folder = run_folder(run)
    with screen.progress() as progress:
        verdict = pipeline.verify_run(folder, progress)
    refuse_failed(verdict, folder)
    payload = {
        "run": str(folder),
        "run_id": verdict.run_id,
        "passed": True,
        "checks": [asdict(check) for check in verdict.checks],
    }
    screen.show(verdict_page(verdict), payload, folder=folder)


def verdict_page(verdict: Verdict) -> RenderableType:
    """Return the checks, how much each looked at, and how far off the worst value was."""
    from rich import box
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("checked")
    table.add_column("values", justify="right")
    table.add_column("largest deviation", justify="right")
    for check in verdict.checks:
        table.add_row(check.name.replace("_", " "), f"{check.compared:,}", f"{check.worst:.2g}")
    compared = sum(check.compared for check in verdict.checks)
    end = f"{verdict.run_id}: {compared:,} values recomputed, all are as written."
    return Group(table, Text(end, "bold"))
