"""Where a plan stands: its lines and units by what other systems answered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from prepos.core.acknowledged import (
    OPEN,
    PART,
    RECEIVED,
    REFUSED,
    SHIPPED,
    TAKEN,
    Acknowledgement,
    Impossible,
    Standing,
    by_line,
    stand,
)
from prepos.errors import InternalError
from prepos.pipeline.answering import Carried

ORDER = (OPEN, TAKEN, REFUSED, SHIPPED, RECEIVED, PART)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Lines, and units by where they stand; ``planned`` is the sum of the others.

    ``shipped`` are the units on their way.
    """

    name: str
    lines: int
    planned: int
    open: int
    taken: int
    refused: int
    shipped: int
    received: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A line with units that were refused, with the last document and reason."""

    transfer_id: str
    lane_id: str
    sku: str
    units: int
    document: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Overdue:
    """A line that should be there by now; ``shipped`` of its missing units are on their way."""

    transfer_id: str
    lane_id: str
    sku: str
    arrival_date: str
    missing: int
    shipped: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Whereabouts:
    """Where a plan stands; refused units are missing in no line."""

    run_id: str
    total: Tally
    by_status: tuple[Tally, ...]
    by_lane: tuple[Tally, ...]
    refused: tuple[Refused, ...]
    overdue: tuple[Overdue, ...]


def find_whereabouts(plan: Carried, told: Iterable[Acknowledgement], *, today: date) -> Whereabouts:
    """Return where a plan's lines stand by the answers to it; others' are left out."""
    lines = plan.transfers
    answers = by_line(one for one in told if one.run_id == plan.run_id)
    of_line = [answers.get((plan.run_id, name), []) for name in lines["transfer_id"]]
    units = [stands(int(q), told) for q, told in zip(lines["quantity"], of_line, strict=True)]
    lanes = lines["lane_id"].tolist()
    names = zip(lines["transfer_id"], lanes, lines["sku"], strict=True)
    rows = list(zip(names, units, of_line, lines["arrival_date"].dt.date, strict=True))
    statuses = [one.status for one in units]
    return Whereabouts(
        run_id=plan.run_id,
        total=tally("all", units),
        by_status=tuple(tally_by(ORDER, statuses, units)),
        by_lane=tuple(tally_by(sorted(set(lanes)), lanes, units)),
        refused=tuple(
            Refused(
                transfer_id=name,
                lane_id=lane,
                sku=sku,
                units=one.refused,
                **last_reason(told),
            )
            for (name, lane, sku), one, told, _ in rows
            if one.refused
        ),
        overdue=tuple(
            Overdue(
                transfer_id=name,
                lane_id=lane,
                sku=sku,
                arrival_date=day.isoformat(),
                missing=one.planned - one.refused - one.received,
                shipped=one.shipped,
            )
            for (name, lane, sku), one, _, day in rows
            if day < today and one.planned > one.refused + one.received
        ),
    )


def stands(planned: int, told: Sequence[Acknowledgement]) -> Standing:
    """Return where a line stands by answers that were looked at before they were written."""
    found = stand(planned, told)
    if isinstance(found, Impossible):
        raise InternalError(f"the ledger tells what cannot be, {told[0].line}: {found.words}")
    return found


def tally_by(
    names: Sequence[str], of_line: Sequence[str], units: Sequence[Standing]
) -> Iterable[Tally]:
    """Yield a tally of each name that a line has."""
    groups: dict[str, list[Standing]] = {name: [] for name in names}
    for name, one in zip(of_line, units, strict=True):
        groups[name].append(one)
    return (tally(name, group) for name, group in groups.items() if group)


def tally(name: str, units: Sequence[Standing]) -> Tally:
    """Return the sums over lines."""
    return Tally(
        name=name,
        lines=len(units),
        planned=sum(one.planned for one in units),
        open=sum(one.open for one in units),
        taken=sum(one.taken for one in units),
        refused=sum(one.refused for one in units),
        shipped=sum(one.shipped for one in units),
        received=sum(one.received for one in units),
    )


def last_reason(told: Sequence[Acknowledgement]) -> dict[str, str]:
    """Return the document and message of the last refusal."""
    last = max((one for one in told if one.status == REFUSED), key=lambda one: one.at)
    return {"document": last.document, "message": last.message}
