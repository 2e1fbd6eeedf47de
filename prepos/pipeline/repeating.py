"""A run made again from its manifest: its configuration, its seed, its inputs, what it stood on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from prepos.config import Config, change_config, restore_config
from prepos.core.progress import SILENT, Progress
from prepos.errors import ConfigError, RunError
from prepos.pipeline.carried import read_base
from prepos.pipeline.handover import Run
from prepos.pipeline.in_transit import from_run
from prepos.pipeline.judging import input_changes
from prepos.pipeline.opening import open_or_refuse
from prepos.pipeline.planning import plan_known
from prepos.pipeline.published import read_published, stand_on, stood_on
from prepos.publish import Stopwatch, library_versions, read_manifest, read_run
from prepos.publish.manifest import settings_folder

AGAIN = "-again"  # behind the name of a run that is repeated beside itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """A run made again.

    Attributes
    ----------
    run : Run
    like : str
        The id of the run that was repeated.
    changes : tuple of str
        What was not as it was then, in words.
    differs : tuple of str
        Files that are not the same to the byte.
    """

    run: Run
    like: str
    changes: tuple[str, ...]
    differs: tuple[str, ...]


def repeat_plan(
    folder: Path,
    out: Path | None = None,
    progress: Progress = SILENT,
    *,
    sets: Sequence[str] = (),
    today: date | None = None,
) -> Repeated:
    """Make a plan's run again, beside itself where no other place is named.

    Parameters
    ----------
    folder : Path
        The run to repeat.
    sets : sequence of str
        ``KEY=VALUE`` words on top of its configuration; with any, inputs may have changed too.

    Raises
    ------
    ConfigError
        If the run holds no plan.
    RunError
        If it is not as it was written; or, without ``sets``, an input or the model's spec is not
        what it was, each named; or if a run that it stood on is gone.
    """
    watch = Stopwatch(progress)
    with watch.stage("reading the run"):
        manifest = read_run(folder).manifest
    config = config_of(folder, manifest, sets)
    known = open_or_refuse(config, out, watch, today, from_run(folder))
    faults = [*input_changes(manifest["inputs"], known).values()]
    changes = [*(str(fault) for fault in faults), *other_terms(config, manifest)]
    if changes and not sets:
        raise RunError(
            f"{folder} cannot be repeated, it was made from something else: {'; '.join(changes)}",
            faults,
        )
    for change in changes:
        watch.tell(change, level="warning")
    asked = manifest["asked"]
    before, base = (stood_on(folder, asked, name) for name in ("published", "update"))
    published = None if before is None else read_published(before, watch)
    run = plan_known(
        config,
        out or (None if sets else folder.with_name(f"{folder.name}{AGAIN}")),
        watch,
        known=known,
        stands=stand_on(published, known, config),
        base=None if base is None else read_base(base, watch),
    )
    sums = read_manifest(run.folder)["files"], manifest["files"]
    differs = sorted(n for n in sums[0].keys() | sums[1].keys() if sums[0].get(n) != sums[1].get(n))
    return Repeated(
        run=run, like=manifest["run_id"], changes=tuple(changes), differs=tuple(differs)
    )


def config_of(folder: Path, manifest: Mapping[str, Any], sets: Sequence[str]) -> Config:
    """Return the configuration that a plan's run was made with, words laid on top of it."""
    if manifest["kind"] != "plan" or "asked" not in manifest:
        raise ConfigError(
            f"--like: {folder} is a run of kind {manifest['kind']}, expected one of `prepos plan` "
            "of this version"
        )
    if "edited" in manifest:
        raise ConfigError(
            f"--like: {folder} holds a planner's lines, expected a run that `prepos plan` decided"
        )
    settings = dict(manifest["config"])
    if not manifest["asked"]["cutoff"]:  # it was taken from the orders, and will be again
        settings["time"] = {**settings["time"], "cutoff": "none"}
    config = restore_config(settings_folder(folder, manifest), settings)
    return change_config(config, sets) if sets else config


def other_terms(config: Config, manifest: Mapping[str, Any]) -> Iterator[str]:
    """Yield what else decides a result and is not as it was: the model's spec, the versions."""
    model = json.loads(json.dumps(asdict(config.spec), default=str))
    was = manifest["asked"]["model"]
    for name in sorted(model.keys() | was.keys()):
        if model.get(name) != was.get(name):
            yield f"model {name} is {model.get(name)!r}, expected {was.get(name)!r}"
    versions, before = library_versions(), manifest["versions"]
    for name in sorted(versions.keys() | before.keys()):
        if versions.get(name) != before.get(name):
            yield f"version of {name} is {versions.get(name)}, expected {before.get(name)}"
