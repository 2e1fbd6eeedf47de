"""A plan and what became of it: other systems' answers beside its lines.

A run is sealed, so answers go to the ledger beside it, each file kept as it was. The file is kept
first: an answer that the ledger tells of can always be read again.
"""

from __future__ import annotations

import tempfile
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from prepos.config import Config
from prepos.core.acknowledged import Acknowledgement
from prepos.core.faults import Fault
from prepos.errors import InputError, RunError, UnchangedError
from prepos.pipeline.answering import Carried, Sorted, find_answers, read_carried, sort_out
from prepos.pipeline.history import History, now, this_person
from prepos.pipeline.publishable import find_run
from prepos.pipeline.publishing import Hold
from prepos.pipeline.told import read_told
from prepos.pipeline.whereabouts import Whereabouts, find_whereabouts
from prepos.publish import ledger
from prepos.publish.acknowledgements import append_acknowledgements
from prepos.publish.receipts import copy_file, keep_file


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """What a file told, and where the plan stands now, or would.

    Attributes
    ----------
    file : str
        Empty where none was given.
    added, known : int
        Lines that are news, and those that were told before.
    kept : str
        Where the file is kept; empty where nothing was written.
    """

    run_id: str
    file: str
    added: int
    known: int
    kept: str
    dry_run: bool
    whereabouts: Whereabouts
    notices: tuple[Fault, ...]


def reconcile(
    config: Config,
    run: str | Path,
    receipts: Path | None = None,
    *,
    dry_run: bool = False,
    wait_s: float = 0.0,
    today: date | None = None,
) -> Reconciled:
    """Take in what other systems say of a plan's lines, and tell where the plan stands.

    Parameters
    ----------
    run : str or Path
        Its id, its folder in ``run.folder``, ``current`` or ``newest``.
    receipts : Path or None
        A table of acknowledgements, CSV or Parquet; None tells where the plan stands and no more.
    dry_run : bool
        Look at everything, and write nothing.
    wait_s : float
        Seconds to wait for another command.
    today : date or None
        Answers later than it are faults; None is the present day in the run's time zone.

    Raises
    ------
    UnchangedError
        If every line of the file was told before.
    InputError
        With every fault of the file.
    RunError
        If there is no such run in ``run.folder``, or its lines are not as they were written.
    ConfigError
        If it holds no plan.
    LockError, WriteError
        If another command is at it, or the disk refuses.
    """
    plan = read_carried(find_run(config, run))
    day = today or datetime.now(ZoneInfo(plan.timezone)).date()
    if receipts is None:
        told = read_told(config.runs)
        return Reconciled(
            run_id=plan.run_id,
            file="",
            added=0,
            known=0,
            kept="",
            dry_run=dry_run,
            whereabouts=find_whereabouts(plan, told.answers, today=day),
            notices=told.notices,
        )
    if not (config.runs / plan.run_id).is_dir():
        raise RunError(
            f"run {plan.run_id} does not lie in {config.runs}, `prepos publish` puts it there"
        )
    return _take_in(config, plan, receipts, dry_run=dry_run, wait_s=wait_s, today=day)


def refused_transfers(config: Config, run: str | Path) -> list[str]:
    """Return the transfers with units that were refused and not taken since.

    Raises
    ------
    UnchangedError
        If there are none.
    """
    plan = read_carried(find_run(config, run))
    told = read_told(config.runs).answers
    refused = find_whereabouts(plan, told, today=date.min).refused
    if not refused:
        raise UnchangedError(f"no line of run {plan.run_id} is refused")
    return [one.transfer_id for one in refused]


def _take_in(
    config: Config, plan: Carried, file: Path, *, dry_run: bool, wait_s: float, today: date
) -> Reconciled:
    """Read the file, sort out what is news, and write that."""
    hold = Hold(runs=config.runs, held=None, dry_run=dry_run, command="reconcile", wait_s=wait_s)
    with tempfile.TemporaryDirectory(prefix="prepos-", ignore_cleanup_errors=True) as work:
        read = file
        with suppress(OSError):  # what cannot be read, the gate puts into words
            read = copy_file(file, Path(work))
        answers = find_answers(read, plan, config.ingest, Path(work), today=today)
        with hold.history(plan.run_id) as (history, notices):
            told = read_told(config.runs)
            before = [one for one in told.answers if one.run_id == plan.run_id]
            found = sort_out(file.name, answers, before)
            refuse(file, found)
            kept = "" if dry_run else _write(config, plan, read, found)
    return Reconciled(
        run_id=plan.run_id,
        file=str(file),
        added=len(found.fresh),
        known=found.known,
        kept=kept,
        dry_run=dry_run,
        whereabouts=find_whereabouts(plan, [*before, *found.fresh], today=today),
        notices=(*notices, *told.notices, *found.notices, *never_published(history, plan)),
    )


def refuse(file: Path, found: Sorted) -> None:
    """Raise InputError with every fault, or UnchangedError where nothing is news."""
    if found.faults:
        told = "1 fault" if len(found.faults) == 1 else f"{len(found.faults):,} faults"
        raise InputError(
            f"the receipts are refused: {told} in {file.name}; nothing was written",
            sorted(found.faults),
        )
    if not found.fresh:
        raise UnchangedError(f"nothing is new in {file.name}: {found.known:,} lines known already")


def _write(config: Config, plan: Carried, file: Path, found: Sorted) -> str:
    """Keep the file, then write its answers; return where it is kept."""
    kept = keep_file(config.runs, plan.run_id, file)
    append_acknowledgements(config.runs, stamped(found.fresh))
    return str(kept)


def stamped(fresh: list[Acknowledgement]) -> list[Acknowledgement]:
    """Return the answers with when and by whom they are told."""
    at, by = now(), this_person()
    return [replace(one, told_at=at, by=by) for one in fresh]


def never_published(history: History, plan: Carried) -> tuple[Fault, ...]:
    """Return a notice where the ledger does not know the plan as published."""
    events = history.events
    if any(one.run_id == plan.run_id and one.state == ledger.PUBLISHED for one in events):
        return ()
    told = f"run {plan.run_id} was never published, as far as the ledger knows"
    return (Fault(ledger.LEDGER, 0, "", "", "PP-RECEIPT-UNPUBLISHED", told),)
