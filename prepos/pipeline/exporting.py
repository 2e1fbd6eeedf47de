"""The plan's way out: a run's lines to files that other systems import.

All formats are looked through before any is written, so one fault keeps all of them back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from prepos.config import Config
from prepos.config.keys import nearest
from prepos.core.faults import Fault
from prepos.core.run import LOADS, REDIRECTS, TRANSFERS
from prepos.errors import ConfigError, InputError
from prepos.pipeline.publishable import find_run
from prepos.publish import read_part
from prepos.publish.exporters import (
    EXPORTERS,
    Batch,
    ExportOptions,
    check_place,
    faults_of,
    make_batch,
    write_files,
)
from prepos.publish.exporters.exporter import Exporter

EXPORTS = "exports"  # folder beside the runs


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What one format got.

    Attributes
    ----------
    files : file name to rows, headers left out; of a workbook those of its first sheet
    written : bool
        Not in a dry run.
    """

    run_id: str
    format: str
    folder: str
    files: dict[str, int]
    transfers: int
    units: int
    written: bool


def export_plan(
    config: Config,
    run: Path | str,
    formats: Sequence[str],
    *,
    out: Path | None = None,
    mapping: Path | None = None,
    only: Sequence[str] | None = None,
    dry_run: bool = False,
    today: date | None = None,
) -> list[Exported]:
    """Write a run's transfers as other systems import them.

    Parameters
    ----------
    run : Path or str
        A run's folder, or the name of one in ``run.folder``, ``current`` included.
    formats : sequence of str
        Of ``prepos.publish.exporters.EXPORTERS``.
    out : Path or None
        Where to; of several formats each gets a folder in it. None is
        ``exports/<run_id>/<format>`` beside the run, which is in ``run.folder`` as a rule.
    mapping : Path or None
        Instead of ``publish.mapping``.
    only : sequence of str or None
        Transfer ids; the others are left out, keys and documents stay the same.
    dry_run : bool
        Look through everything, write nothing.
    today : date or None
        Of the export, for targets that ask for notice; None is the clock's, in the run's time zone.

    Raises
    ------
    ConfigError
        If a format, a transfer or an option is not there.
    InputError
        With everything that a target would refuse or misread; nothing is written then.
    RunError
        If there is no such run, or its files are not as they were written.
    WriteError
        If a folder cannot be written, or holds what is no export.
    """
    exporters = _find_exporters(formats)
    options = replace(config.export, mapping=_mapping_path(config, mapping))
    home = find_run(config, run)
    now = datetime.now(ZoneInfo(config.time.timezone))
    batch = _read_batch(config, home, only, today or now.date())
    _look_through(batch, exporters, options)
    folders = _folders(home.parent / EXPORTS / batch.run_id, out, exporters)
    for folder in () if dry_run else folders:
        check_place(folder)
    exported = []
    for exporter, folder in zip(exporters, folders, strict=True):
        files = exporter.make(batch, options)
        told = Exported(
            run_id=batch.run_id,
            format=exporter.name,
            folder=str(folder),
            files={name: sheets[0].rows for name, sheets in files.items()},
            transfers=len(batch.keys),
            units=int(batch.units().sum()),
            written=not dry_run,
        )
        if not dry_run:
            write_files(folder, files, _manifest(batch, told))
        exported.append(told)
    return exported


def _find_exporters(formats: Sequence[str]) -> list[Exporter]:
    """Return the exporters of those names, each once; raises ConfigError."""
    known = ", ".join(EXPORTERS)
    if not formats:
        raise ConfigError(f"no format is named, expected --format with one of {known}")
    for name in formats:
        if name not in EXPORTERS:
            raise ConfigError(
                f"format is {name!r}, expected one of {known}{nearest(name, EXPORTERS)}"
            )
    return [EXPORTERS[name] for name in dict.fromkeys(formats)]


def _mapping_path(config: Config, mapping: Path | None) -> str | None:
    """Return where the mapping file lies; what the configuration names is relative to it."""
    if mapping is not None:
        return str(mapping)
    named = config.export.mapping
    return None if named is None else str(config.folder / named)


def _read_batch(config: Config, run: Path, only: Sequence[str] | None, today: date) -> Batch:
    """Return the run's lines; raises ConfigError where there is no plan or not such a line."""
    files = read_part(run, (TRANSFERS, LOADS, REDIRECTS))
    if TRANSFERS not in files.frames:
        raise ConfigError(f"{run} holds no plan, expected a run of `prepos plan`")
    run_id, key = str(files.manifest["run_id"]), config.export.key
    currency = str(files.manifest["config"]["run"]["currency"])
    batch = make_batch(files.frames, run_id=run_id, key=key, currency=currency, today=today)
    if only is None:
        return batch
    known = set(batch.text("transfer_id"))
    strange = sorted(set(only) - known)
    if strange:
        raise ConfigError(
            f"{len(strange)} transfers to export are not in {run}: {strange[0]!r}"
            f"{nearest(strange[0], known)}"
        )
    return batch.only(frozenset(only))


def _look_through(batch: Batch, exporters: Sequence[Exporter], options: ExportOptions) -> None:
    """Raise InputError with the faults of every format, if there are any."""
    faults: dict[str, list[Fault]] = {}
    for exporter in exporters:
        found = faults_of(batch, exporter.check(batch, options))
        if found:
            place = f"{TRANSFERS} for {exporter.name}"
            faults[exporter.name] = [replace(fault, file=place) for fault in found]
    if faults:
        raise InputError(
            f"{batch.run_id} cannot be exported to {', '.join(faults)}; nothing was written",
            [fault for found in faults.values() for fault in found],
        )


def _folders(beside: Path, out: Path | None, exporters: Sequence[Exporter]) -> list[Path]:
    """Return where each format's files go: beside the run, or where it is asked for."""
    if out is not None and len(exporters) == 1:
        return [out]
    return [(out or beside) / exporter.name for exporter in exporters]


def _manifest(batch: Batch, told: Exported) -> dict[str, Any]:
    """Return what the export's manifest tells besides the files' sums."""
    return {
        "run_id": batch.run_id,
        "plan_id": batch.plan_id,
        "format": told.format,
        "transfers": told.transfers,
        "units": told.units,
        "rows": told.files,
    }
