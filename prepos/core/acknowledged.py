"""What other systems answer to a plan's lines, and where a line stands by that.

A line of so many units is told of in parts: units are taken, refused, shipped, received. What is
received has been shipped, whether that was told or not; what is refused may be taken later. So its
units are open, taken, refused, on their way, or received, and never more or fewer than planned.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import NamedTuple

TAKEN, REFUSED, SHIPPED, RECEIVED = "taken", "refused", "shipped", "received"
STATUSES = (TAKEN, REFUSED, SHIPPED, RECEIVED)  # in the order in which one instant's count
OPEN, PART = "open", "part"
UNITS, ORDER, TORN = "PP-RECEIPT-UNITS", "PP-RECEIPT-ORDER", "PP-RECEIPT-CONFLICT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """One answer to one line of a plan, with what the line was to move.

    Attributes
    ----------
    quantity : int or None
        Units; None is the whole line, but for what is refused of it.
    at : str
        ISO date-time, in the run's time zone.
    document : str
        The other system's number; with it two answers of one instant are told apart.
    planned : int
        Units.
    arrives_on : str
        ISO date, as planned.
    file : str
        SHA-256 of the file that told of it.
    told_at, by : str
        When it was reconciled (ISO, UTC), and by whom.
    """

    run_id: str
    transfer_id: str
    status: str
    quantity: int | None
    at: str
    document: str
    message: str
    sku: str
    destination: str
    planned: int
    arrives_on: str
    file: str
    told_at: str
    by: str

    @property
    def line(self) -> tuple[str, str]:
        """The line that it answers to."""
        return self.run_id, self.transfer_id

    @property
    def name(self) -> tuple[str, str, str, str, str, int | None]:
        """What makes it the answer that it is; without a document, its quantity too."""
        part = None if self.document else self.quantity
        return *self.line, self.status, self.at, self.document, part

    @property
    def content(self) -> tuple[int | None, str]:
        """What it says."""
        return self.quantity, self.message


class Impossible(NamedTuple):
    """Why a line cannot have been answered so: a code, and words."""

    code: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where the units of one line stand.

    Attributes
    ----------
    accepted : int
        Said to be taken and not refused since, whether shipped or not.
    sent : int
        Said to be shipped.
    """

    planned: int
    accepted: int = 0
    refused: int = 0
    sent: int = 0
    received: int = 0

    @property
    def moved(self) -> int:
        """Units that have left."""
        return max(self.sent, self.received)

    @property
    def shipped(self) -> int:
        """Units on their way."""
        return self.moved - self.received

    @property
    def taken(self) -> int:
        """Units that are to leave."""
        return max(self.accepted - self.moved, 0)

    @property
    def open(self) -> int:
        """Units not answered to."""
        return self.planned - self.refused - max(self.accepted, self.moved)

    @property
    def status(self) -> str:
        """Where all of the line stands; ``part`` where its units stand at several places."""
        units = {name: getattr(self, name) for name in (OPEN, *STATUSES)}
        return next((name for name, count in units.items() if count == self.planned), PART)


def stand(planned: int, told: Iterable[Acknowledgement]) -> Standing | Impossible:
    """Return where a line stands by all that was told of it, in whatever order it came."""
    standing = Standing(planned=planned)
    ordered = sorted(told, key=_in_time)
    for at, group in groupby(ordered, key=lambda one: one.at):
        answers = list(group)
        if _is_torn(planned, answers):
            words = f"the same units are refused and not refused at {at}, expected times that tell "
            return Impossible(TORN, f"{words}which came first")
        for one in answers:
            after = _STEPS[one.status](standing, one.quantity)
            if isinstance(after, Impossible):
                return after
            standing = after
    return standing


def by_line(told: Iterable[Acknowledgement]) -> dict[tuple[str, str], list[Acknowledgement]]:
    """Return all answers by run and transfer."""
    lines: dict[tuple[str, str], list[Acknowledgement]] = {}
    for one in told:
        lines.setdefault(one.line, []).append(one)
    return lines


def _in_time(one: Acknowledgement) -> tuple[str, int, bool, int, str]:
    """Return what sorts answers: parts before a whole, which takes what they left."""
    whole = one.quantity is None
    return one.at, STATUSES.index(one.status), whole, one.quantity or 0, one.document


def _is_torn(planned: int, answers: Sequence[Acknowledgement]) -> bool:
    """Return whether more units are told of at one instant than the line has, some as refused."""
    units = dict.fromkeys(STATUSES, 0)
    for one in answers:
        units[one.status] += planned if one.quantity is None else one.quantity
    refused = units.pop(REFUSED)
    return bool(refused) and any(units.values()) and refused + max(units.values()) > planned


def _take(line: Standing, units: int | None) -> Standing | Impossible:
    """Return the line with units taken, some that were refused perhaps."""
    accepted = line.planned if units is None else line.accepted + units
    if accepted > line.planned:
        return _too_many(TAKEN, accepted, line.planned)
    return replace(line, accepted=accepted, refused=min(line.refused, line.planned - accepted))


def _refuse(line: Standing, units: int | None) -> Standing | Impossible:
    """Return the line with units refused that have not left."""
    if line.moved and (units is None or units > line.planned - line.refused - line.moved):
        words = f"refused after {line.moved} of {line.planned} units were shipped"
        return Impossible(ORDER, f"{words}, expected the units that were not, or an earlier time")
    refused = line.planned if units is None else line.refused + units
    if refused > line.planned:
        return _too_many(REFUSED, refused, line.planned)
    return replace(line, refused=refused, accepted=min(line.accepted, line.planned - refused))


def _ship(line: Standing, units: int | None) -> Standing | Impossible:
    """Return the line with units shipped."""
    return _moved(line, SHIPPED, replace(line, sent=_up_to(line, line.sent, units)))


def _receive(line: Standing, units: int | None) -> Standing | Impossible:
    """Return the line with units received, shipped before though nobody told."""
    return _moved(line, RECEIVED, replace(line, received=_up_to(line, line.received, units)))


def _up_to(line: Standing, so_far: int, units: int | None) -> int:
    """Return all units of a kind; of a whole line, all but those that are refused."""
    if units is not None:
        return so_far + units
    rest = line.planned - line.refused
    return max(so_far, rest) if rest else line.planned


def _moved(line: Standing, status: str, after: Standing) -> Standing | Impossible:
    """Return the line after a move; what has left was not refused."""
    if after.moved > line.planned:
        return _too_many(status, after.moved, line.planned)
    return replace(after, refused=min(line.refused, line.planned - after.moved))


def _too_many(status: str, units: int, planned: int) -> Impossible:
    """Return that more is told of than was planned."""
    return Impossible(UNITS, f"{units} units {status}, expected at most the {planned} planned")


_STEPS: Mapping[str, Callable[[Standing, int | None], Standing | Impossible]] = {
    TAKEN: _take,
    REFUSED: _refuse,
    SHIPPED: _ship,
    RECEIVED: _receive,
}
