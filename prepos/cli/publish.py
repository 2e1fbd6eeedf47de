"""``prepos publish`` and ``prepos rollback``: which run people work by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from prepos.cli.flags import AsJson, Case, ConfigFile, Quiet, Sets, read_config
from prepos.cli.screen import Screen
from prepos.errors import ConfigError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from prepos.config import Config
    from prepos.pipeline.publishing import Published

Wait = Annotated[
    float,
    Option("--wait", metavar="SECONDS", min=0.0, help="Wait so long for another command's lock."),
]
DryRun = Annotated[
    bool, Option("--dry-run", help="Look at everything, say what would be done, write nothing.")
]


def publish(
    run: Annotated[str, Argument(metavar="RUN", help="A run's id, or its folder.")],
    config: ConfigFile = None,
    case: Case = None,
    sets: Sets = None,
    edited: Annotated[
        Path | None,
        Option(
            "--edited",
            metavar="FILE",
            help="A copy of the run's transfers.csv with quantities changed, lines removed or "
            "added (transfer_id empty): a run is made of it, verified, and published instead.",
        ),
    ] = None,
    despite_slacks: Annotated[
        bool, Option("--despite-slacks", help="Publish it although a minimum fill is missed.")
    ] = False,
    despite_changes: Annotated[
        bool,
        Option(
            "--despite-changes",
            help="Publish it although stock, lanes or other inputs that it is judged by changed "
            "since: as it was verified when it was made.",
        ),
    ] = False,
    dry_run: DryRun = False,
    wait: Wait = 0.0,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Verify a run and make it the published one: runs/current then points to it.

    The pointer moves in one step, after everything is on disk; a reader finds the run of before or
    this one. Orders, and what else the forecast alone is made from, may have changed since it was
    made: a notice names them. Ends in 99 where the run, or one that plans the same, is published
    already, in 3 where it is not as it was written, fails verification or was made from other
    stock, in 4 where a minimum fill is missed or an edited line breaks a limit.

    With run.keep above 0 older runs are removed then, but for so many of the newest, the published
    one, the one that a rollback goes to, proposed ones, and what each of these was made from: the
    plan it stood on, the forecast it carried on, the run it edited.
    """
    screen = Screen(as_json=as_json, quiet=quiet)
    chosen = read_config(config, case, sets)
    refuse_at_once(chosen, dry_run=dry_run, wait=wait)
    step = publication(edited, despite_changes=despite_changes)
    with screen.progress(chosen.run.log) as progress:
        done = step(
            chosen,
            run,
            progress=progress,
            despite_slacks=despite_slacks,
            dry_run=dry_run,
            wait_s=wait,
        )
    show(done, screen, dry_run=dry_run)


def rollback(
    to: Annotated[
        str | None, Option("--to", metavar="RUN", help="Go to this run; else to the one before.")
    ] = None,
    config: ConfigFile = None,
    case: Case = None,
    sets: Sets = None,
    dry_run: DryRun = False,
    wait: Wait = 0.0,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Publish the run before again; runs that are not as they were written are passed over."""
    chosen = read_config(config, case, sets)
    refuse_at_once(chosen, dry_run=dry_run, wait=wait)
    from prepos.pipeline.publishing import roll_back

    done = roll_back(chosen, to=to, dry_run=dry_run, wait_s=wait)
    show(done, Screen(as_json=as_json, quiet=quiet), dry_run=dry_run)


def refuse_at_once(config: Config, *, dry_run: bool, wait: float) -> None:
    """Raise LockError before more is loaded, where a command is at work and is not waited for."""
    from prepos.publish.lock import refuse_held

    if not dry_run and not wait:
        refuse_held(config.runs)


def publication(edited: Path | None, *, despite_changes: bool) -> Callable[..., Published]:
    """Return what publishes: a run, or an edited copy of its transfers."""
    if edited is None:
        from prepos.pipeline.publishing import publish_run

        return partial(publish_run, despite_changes=despite_changes)
    if despite_changes:
        raise ConfigError("--despite-changes: expected without --edited, which plans anew")
    from prepos.pipeline.editing import publish_edited

    return partial(publish_edited, file=edited)


def show(done: Published, screen: Screen, *, dry_run: bool) -> None:
    """Print what was done, or would be."""
    from prepos.cli.paths import from_here

    folder = from_here(done.folder)
    payload = {
        **asdict(done),
        "folder": str(folder),
        "notices": [str(notice) for notice in done.notices],
        "dry_run": dry_run,
    }
    screen.show(published_page(done, folder, dry_run=dry_run), payload, folder=folder)


def published_page(done: Published, folder: Path, *, dry_run: bool) -> RenderableType:
    """Return what became of the run, what was published before, and what was left out."""
    from rich.text import Text

    verb = "would be" if dry_run else "is"
    page = Text(f"\nRun {done.run_id} {verb} {done.state}.\n", "bold")
    page.append(f"  before it: {done.previous or 'none'}\n  the run: {folder}\n", "none")
    for passed in done.passed_over:
        page.append(f"  passed over: {passed}\n", "yellow")
    if done.removed:
        page.append(f"  removed beyond run.keep: {', '.join(done.removed)}\n", "none")
    for notice in done.notices:
        page.append(f"  {notice}\n", "yellow")
    return page
