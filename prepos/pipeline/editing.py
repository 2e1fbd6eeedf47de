"""Publish what a planner made of a plan: a run of its own, made from the edited lines, verified."""

from __future__ import annotations

import tempfile
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

from prepos.config import Config, restore_config
from prepos.core.progress import SILENT, Progress
from prepos.errors import InfeasibleError, UnchangedError
from prepos.pipeline import make_plan, publish_run
from prepos.pipeline.edits import read_edits
from prepos.pipeline.history import this_person
from prepos.pipeline.publishable import find_run, read_plan
from prepos.pipeline.publishing import Published
from prepos.publish import Stopwatch
from prepos.publish.lock import hold_lock
from prepos.publish.manifest import settings_folder


def publish_edited(
    config: Config,
    run: str | Path,
    file: Path,
    progress: Progress = SILENT,
    *,
    despite_slacks: bool = False,
    dry_run: bool = False,
    wait_s: float = 0.0,
) -> Published:
    """Make a run of an edited copy of a run's ``transfers.csv``, and publish it.

    It is planned with the settings and inputs of the run that was edited, with every line standing
    as written: costs, vehicles, targets and service are worked out anew. ``publish_run`` says what
    the other parameters are.

    Raises
    ------
    InputError
        With every fault of the file, by line and column.
    InfeasibleError
        If the lines break a limit, or ask for stock that is not there; says which and by how much.
    UnchangedError
        If nothing was edited.
    RunError, LockError, WriteError
        As ``publish_run`` does.
    """
    folder = find_run(config, run)
    lock = (
        nullcontext()
        if dry_run
        else hold_lock(config.runs, command="publish", run=folder.name, wait_s=wait_s)
    )
    with lock as held, tempfile.TemporaryDirectory(prefix="prepos-") as aside:
        settings = standing_settings(folder)
        edits = read_edits(file, folder, settings, Stopwatch(progress), this_person())
        if edits.changes_nothing:
            raise UnchangedError(f"{file} moves what run {edits.base.run_id} moves, nothing else")
        out = Path(aside) / "run" if dry_run else None
        try:
            made = make_plan(settings, out, progress, edits=edits)
        except InfeasibleError as broken:
            told = str(broken).replace("frozen line", "edited line")
            raise InfeasibleError(told, broken.ways_out) from broken
        done = publish_run(
            config,
            made.folder,
            progress,
            despite_slacks=despite_slacks,
            dry_run=dry_run,
            held=held,
            verdict=made.verdict,
        )
    return replace(done, folder=config.runs / done.run_id)


def standing_settings(folder: Path) -> Config:
    """Return the settings that a run was made with, but that its plan stands in all periods."""
    manifest = read_plan(folder).manifest
    tree = dict(manifest["config"])
    tree["time"] = {**tree["time"], "frozen": tree["time"]["horizon"]}
    return restore_config(settings_folder(folder, manifest), tree)
