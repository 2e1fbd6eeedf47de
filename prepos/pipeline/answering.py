"""A file of answers beside the plan that they are to: whose line each is, and what cannot be.

A line is named by its transfer, or by a key under which it is exported.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from prepos.config.keys import nearest
from prepos.core.acknowledged import ORDER, TORN, UNITS, Acknowledgement, Impossible, by_line, stand
from prepos.core.faults import Fault
from prepos.core.run import TRANSFERS
from prepos.errors import ConfigError, PreposError
from prepos.ingest import IngestOptions, read_answers
from prepos.pipeline.told import Told
from prepos.publish import read_part
from prepos.publish.files import sha256_of
from prepos.publish.receipts import RECEIPTS, list_kept

STEM = "prepos."  # what every exported key begins with
COLUMN = {UNITS: "quantity"}  # where a fault of that code stands; else in the status


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Carried:
    """A plan's lines, as they are to be carried out.

    Attributes
    ----------
    transfers : frame
        ``transfers.csv``.
    timezone : str
        The run's.
    """

    run_id: str
    plan_id: str
    transfers: pd.DataFrame
    timezone: str

    def lines(self) -> dict[str, dict[str, Any]]:
        """Return what answers are told with, by transfer: sku, destination, planned, arrives_on."""
        names = ("transfer_id", "sku", "destination", "quantity", "arrival_date")
        rows = zip(*(self.transfers[name] for name in names), strict=True)
        return {
            name: {
                "sku": sku,
                "destination": node,
                "planned": int(units),
                "arrives_on": day.date().isoformat(),
            }
            for name, sku, node, units, day in rows
        }


class Answer(NamedTuple):
    """An answer, and the line of the file on which it stands."""

    line: int
    told: Acknowledgement


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Answers:
    """What a file says: its sum, its usable lines, and everything that is wrong with it."""

    sha256: str
    found: list[Answer]
    faults: list[Fault]
    notices: list[Fault]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Sorted:
    """What of a file is news, how many of its lines are known, and what cannot be."""

    fresh: list[Acknowledgement]
    known: int
    faults: list[Fault]
    notices: list[Fault]


def read_carried(folder: Path) -> Carried:
    """Return a plan's lines; raises ConfigError where there is no plan, RunError as `read_part`."""
    files = read_part(folder, (TRANSFERS,))
    if files.manifest["kind"] != "plan" or TRANSFERS not in files.frames:
        raise ConfigError(f"{folder} holds no plan, expected a run of `prepos plan`")
    transfers, run_id = files.frames[TRANSFERS], str(files.manifest["run_id"])
    return Carried(
        run_id=run_id,
        plan_id=str(transfers["plan_id"].iloc[0]) if len(transfers) else run_id,
        transfers=transfers,
        timezone=str(files.manifest["config"]["time"]["timezone"]),
    )


def find_answers(
    file: Path, plan: Carried, options: IngestOptions, work: Path, *, today: date
) -> Answers:
    """Return what a file says of a plan's lines, every fault of every cell told."""
    frame, found = read_answers(
        file, options, work_folder=work, timezone=plan.timezone, today=today
    )
    sha256 = sha256_of(file) if file.is_file() else ""
    lines, faults, answers = plan.lines(), list(found.faults), []
    for row in frame.to_dict("records"):
        line, given = int(row["line"]), str(row["transfer_id"])
        name = plain_name(given, plan.plan_id)
        wrong = wrong_line(given, name, lines, plan) or wrong_time(row["at"], today)
        if wrong is not None:
            faults.append(fault_of(file.name, line, row, wrong))
        else:
            told = answer_of(row, name, lines[name], plan.run_id, sha256)
            answers.append(Answer(line, told))
    return Answers(sha256=sha256, found=answers, faults=faults, notices=list(found.notices))


def plain_name(given: str, plan_id: str) -> str:
    """Return a line's transfer id, whichever of its names is given."""
    return given.removeprefix(f"{STEM}{plan_id}_").removeprefix(STEM)


class Wrong(NamedTuple):
    """A cell that cannot stand: its column, a code, and words."""

    column: str
    code: str
    words: str


def wrong_line(given: str, name: str, lines: Mapping[str, Any], plan: Carried) -> Wrong | None:
    """Return what is wrong with a line's name."""
    if name in lines:
        return None
    other, named, _ = name.partition("_")
    if given.startswith(STEM) and named:
        words = f"a line of plan {other}, expected one of {plan.plan_id}"
        return Wrong("transfer_id", "PP-RECEIPT-PLAN", words)
    words = f"expected a transfer of {plan.run_id}{nearest(name, lines)}"
    return Wrong("transfer_id", "PP-RECEIPT-ID", words)


def wrong_time(at: pd.Timestamp, today: date) -> Wrong | None:
    """Return what is wrong with the time of an answer."""
    if at.date() <= today:
        return None
    return Wrong("at", ORDER, f"{at.isoformat()} is later than today, {today}")


def fault_of(file: str, line: int, row: Mapping[Any, Any], wrong: Wrong) -> Fault:
    """Return what is wrong with a line of the file, where it stands."""
    cell = row[wrong.column]
    value = "" if pd.isna(cell) else str(cell)
    told = f"{row['transfer_id']} {row['status']}: {wrong.words}"
    return Fault(file, line, wrong.column, value, wrong.code, told)


def answer_of(
    row: Mapping[Any, Any], name: str, planned: Mapping[str, Any], run_id: str, sha256: str
) -> Acknowledgement:
    """Return a row of the file as an answer to a line."""
    units = row["quantity"]
    return Acknowledgement(
        run_id=run_id,
        transfer_id=name,
        status=row["status"],
        quantity=None if pd.isna(units) else int(units),
        at=row["at"].isoformat(),
        document=row["document"],
        message=row["message"],
        file=sha256,
        told_at="",
        by="",
        **planned,
    )


def sort_out(file: str, answers: Answers, before: Sequence[Acknowledgement]) -> Sorted:
    """Return which answers are news beside all that was told before, and which cannot be."""
    known = {one.name: one for one in before}
    seen: dict[Any, Answer] = {}
    faults, repeated, old = list(answers.faults), 0, 0
    for answer in answers.found:
        name = answer.told.name
        same = seen[name].told if name in seen else known.get(name)
        if same is None:
            seen[name] = answer
        elif same.content != answer.told.content:
            faults.append(contradiction(file, answer, same))
        elif name in seen:
            repeated += 1
        else:
            old += 1
    impossible = list(find_impossible(file, list(seen.values()), by_line(before)))
    notices = list(answers.notices)
    if repeated:
        told = f"{repeated:,} lines stand in it twice and count once; documents tell parts apart"
        notices.append(Fault(file, 0, "", "", "PP-RECEIPT-REPEATED", f"{file}: {told}"))
    return Sorted(
        fresh=[answer.told for answer in seen.values()],
        known=old,
        faults=[*faults, *impossible],
        notices=notices,
    )


def contradiction(file: str, answer: Answer, same: Acknowledgement) -> Fault:
    """Return that an answer says otherwise than one of the same name."""
    one = answer.told
    column = "quantity" if one.quantity != same.quantity else "message"
    value = "" if getattr(one, column) is None else str(getattr(one, column))
    was = getattr(same, column)
    words = f"told before with {column} {'the whole line' if was is None else repr(was)}"
    told = f"{one.transfer_id} {one.status} at {one.at}: {words}"
    return Fault(file, answer.line, column, value, TORN, told)


def find_impossible(
    file: str, answers: Sequence[Answer], before: Mapping[Any, Sequence[Acknowledgement]]
) -> Iterator[Fault]:
    """Yield the answers that cannot be beside those told before; later ones are tried without."""
    lines: dict[tuple[str, str], list[Answer]] = {}
    for answer in answers:
        lines.setdefault(answer.told.line, []).append(answer)
    for line, fresh in lines.items():
        planned, told = fresh[0].told.planned, list(before.get(line, ()))
        if not isinstance(stand(planned, [*told, *(one.told for one in fresh)]), Impossible):
            continue
        for answer in sorted(fresh, key=lambda one: one.told.at):
            found = stand(planned, [*told, answer.told])
            if isinstance(found, Impossible):
                yield impossible_fault(file, answer, found)
            else:
                told.append(answer.told)


def impossible_fault(file: str, answer: Answer, found: Impossible) -> Fault:
    """Return why an answer cannot be, where it stands."""
    one, column = answer.told, COLUMN.get(found.code, "status")
    value = "" if getattr(one, column) is None else str(getattr(one, column))
    told = f"{one.transfer_id} {one.status} at {one.at}: {found.words}"
    return Fault(file, answer.line, column, value, found.code, told)


def retell(runs: Path) -> Told:
    """Return the answers of all files that were kept: for a ledger that was lost."""
    told: dict[Any, Acknowledgement] = {}
    notices = []
    for run_id, path in list_kept(runs):
        with tempfile.TemporaryDirectory(prefix="prepos-", ignore_cleanup_errors=True) as work:
            try:
                plan = read_carried(runs / run_id)
                options = IngestOptions(allow_odd_ids=True)
                answers = find_answers(path, plan, options, Path(work), today=date.max)
                faults = [str(fault) for fault in answers.faults]
            except PreposError as error:
                faults, answers = [str(error)], None
        if faults:
            words = f"cannot be read again whole: {faults[0]}"
            place = f"{RECEIPTS}/{run_id}/{path.name}"
            notices.append(Fault(place, 0, "", "", "PP-RECEIPT-LOST", f"{place} {words}"))
        for answer in answers.found if answers else ():
            told.setdefault(answer.told.name, answer.told)
    words = f"{len(told):,} answers of other systems are read from the files that were kept"
    notices.append(Fault(RECEIPTS, 0, "", "", "PP-RECEIPT-RETOLD", words))
    return Told(tuple(told.values()), tuple(notices))
