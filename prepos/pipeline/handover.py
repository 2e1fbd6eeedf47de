"""What is handed over: a run's files, written, looked at again, sealed, put in place in a step."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd

from prepos.config import Config
from prepos.core.faults import Fault
from prepos.core.inputs import Source
from prepos.core.orders import Orders
from prepos.core.periods import Periods
from prepos.core.run import REJECTS, RunFiles
from prepos.core.verdict import Verdict
from prepos.errors import RunError
from prepos.publish import (
    Stopwatch,
    check_writable,
    make_manifest,
    make_run_id,
    read_files,
    read_run,
    rejects_frame,
    seal,
    staged_folder,
    write_json,
    write_page,
    write_table,
)

Judge = Callable[[RunFiles], Verdict]
NO_DOCUMENTS: Mapping[str, Mapping[str, Any]] = MappingProxyType({})
NO_PAGES: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What a command made."""

    run_id: str
    folder: Path
    sources: tuple[Source, ...]
    notices: tuple[Fault, ...]
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Handover:
    """A run that is about to be written: its name, its place, and what its manifest tells.

    ``told`` is what that says besides, by name.
    """

    config: Config
    kind: str
    run_id: str
    folder: Path
    periods: Periods
    sources: tuple[Source, ...]
    asked: Mapping[str, Any]
    watch: Stopwatch
    told: Mapping[str, Any]

    def write(
        self,
        frames: Mapping[str, pd.DataFrame],
        documents: Mapping[str, Mapping[str, Any]] = NO_DOCUMENTS,
        judge: Judge | None = None,
        pages: Mapping[str, str] = NO_PAGES,
    ) -> Verdict | None:
        """Write tables, JSON documents and pages by file name, as a run.

        What the judge refuses, by raising, is never put in place; it is shown the files as they
        read back from disk.
        """
        verdict = None
        with staged_folder(self.folder) as stage:
            with self.watch.stage("writing the run") as writing:
                writing.rows = sum(map(len, frames.values()))
                for name, frame in frames.items():
                    write_table(stage / name, frame)
                for name, content in documents.items():
                    write_json(stage / name, content)
                for name, page in pages.items():
                    write_page(stage / name, page)
            if judge:
                with self.watch.stage("verifying the run") as judging:
                    verdict = judge(read_files(stage, [*frames, *documents]))
                    judging.rows = sum(check.compared for check in verdict.checks)
            seal(stage, self.manifest())
        return verdict

    def is_there(self) -> bool:
        """Return whether the run lies in its place already, whole, made by this version."""
        try:
            manifest = read_run(self.folder).manifest
        except RunError:
            return False
        mine = self.manifest()
        return all(manifest.get(key) == mine[key] for key in ("run_id", "kind", "versions"))

    def manifest(self) -> dict[str, Any]:
        """Return the manifest but for the sums of files."""
        settings = self.config.as_dict()
        settings["time"] = {**settings["time"], "cutoff": self.periods.cutoff.isoformat()}
        manifest = make_manifest(
            run_id=self.run_id,
            kind=self.kind,
            config=settings,
            config_folder=way_to(self.config.folder, self.folder),
            asked=self.asked,
            seed=self.config.run.seed,
            sources=self.sources,
            timings=self.watch.timings(),
        )
        return {**manifest, **self.told}


def prepare(config: Config, out: Path | None) -> None:
    """Find out before the hours of work whether the run can be written; raises WriteError."""
    check_writable(out or config.runs / "new")


def make_handover(
    config: Config,
    out: Path | None,
    watch: Stopwatch,
    *,
    kind: str,
    periods: Periods,
    tables: Mapping[str, pd.DataFrame],
    orders: Orders | None,
    sources: tuple[Source, ...],
    wishes: Mapping[str, Any] = NO_DOCUMENTS,
    told: Mapping[str, Any] = NO_DOCUMENTS,
) -> Handover:
    """Return a run named by what it is made from, in ``out`` or under ``run.folder``.

    ``wishes`` are what was asked for beside the configuration and changes the files, ``told`` what
    the manifest says besides.
    """
    asked = {**wishes, "model": asdict(config.spec)}
    run_id = make_run_id(
        periods.cutoff,
        kind=kind,
        tables=tables,
        orders=orders,
        settings={**config.as_dict(), **asked},
    )
    watch.run_id = run_id
    return Handover(
        config=config,
        kind=kind,
        run_id=run_id,
        folder=out or config.runs / run_id,
        periods=periods,
        sources=sources,
        asked={"cutoff": config.time.cutoff is not None, **asked},
        watch=watch,
        told=told,
    )


def write_rejects(run: Handover, faults: tuple[Fault, ...]) -> Path:
    """Write a run that holds nothing but what was refused, and return the file."""
    run.write({REJECTS: rejects_frame(faults)})
    return run.folder / REJECTS


def way_to(folder: Path, start: Path) -> str:
    """Return the path from one folder to another, whole where there is no way between drives."""
    try:
        return Path(os.path.relpath(folder.resolve(), start.resolve())).as_posix()
    except ValueError:
        return folder.resolve().as_posix()
