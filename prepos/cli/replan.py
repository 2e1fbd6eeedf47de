"""``prepos replan``: the nightly job, for cron, systemd or any scheduler."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

from typer import Option

from prepos.cli.flags import AsJson, Case, ConfigFile, Quiet, Sets, read_config
from prepos.cli.publish import Wait, refuse_at_once
from prepos.cli.screen import Screen

if TYPE_CHECKING:
    from prepos.pipeline import Replanned

Force = Annotated[
    bool,
    Option("--force", help="Do every step anew, even where its inputs are unchanged."),
]
DryRun = Annotated[
    bool, Option("--dry-run", help="Make and compare the plan, and publish nothing.")
]


def replan(
    config: ConfigFile = None,
    wait: Wait = 0.0,
    force: Force = False,
    dry_run: DryRun = False,
    case: Case = None,
    sets: Sets = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Plan anew on the published plan, verify, and publish what differs: a job for every night.

    What has not changed is not done again: on unchanged inputs it ends in 99 at once, and a job
    that was stopped goes on with the forecast that was made. Whatever goes wrong, the published
    plan stands. With plan.approval = "manual" the plan waits as proposed for `prepos publish`.

    For a monitor: --set run.log=json writes each stage, notice and error as a line of JSON to
    standard error; run.metrics names a file for Prometheus' textfile collector.
    """
    screen = Screen(as_json=as_json, quiet=quiet)
    chosen = read_config(config, case, sets)
    with screen.progress(chosen.run.log) as progress:
        if chosen.run.metrics is None:  # else the job itself tells a monitor that it was refused
            refuse_at_once(chosen, dry_run=False, wait=wait)
        from prepos import pipeline

        done = pipeline.replan(chosen, progress, wait_s=wait, force=force, dry_run=dry_run)
    from prepos.cli.paths import from_here
    from prepos.cli.replan_page import replan_page

    folder = from_here(done.folder)
    screen.show(replan_page(done, folder), replan_facts(done), folder=folder)


def replan_facts(done: Replanned) -> dict[str, Any]:
    """Return what ``--json`` tells of a job."""
    from prepos.cli.paths import from_here

    return {**asdict(done), "folder": str(from_here(done.folder))}
