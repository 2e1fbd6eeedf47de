"""What earlier plans' lines have on their way, by the ledger and by the user's receipts.

The receipts stand: of a line that they name, as its transfer or its exported key, nothing is added.
A key names the plan too; a transfer alone is a line's in whichever plan, as a plan that keeps it
gives it the same id. So what of it has left in all is noted, and a later plan knows what is new.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

import pandas as pd

from prepos.core.acknowledged import Acknowledgement, Standing, by_line, stand
from prepos.pipeline.answering import STEM

ANY_PLAN = ""


class Row(NamedTuple):
    """Units of one line on their way, in the order of the columns of ``in_transit.csv``.

    ``left`` are its units that have left by then, those that are received too; where ``run_id`` is
    ``ANY_PLAN``, those of all plans that have it.
    """

    node_id: str
    sku: str
    quantity: int
    arrives_on: date
    transfer_id: str
    run_id: str
    left: int


class Named(NamedTuple):
    """A line that the user's receipts name: its plan, or ``ANY_PLAN``, and what they tell of it.

    Several rows of one line add up, and arrive with the last.
    """

    run_id: str
    transfer_id: str
    node_id: str
    sku: str
    quantity: int
    arrives_on: date


class Line(NamedTuple):
    """A line that other systems answered to, and where it stands in each plan that has it.

    A plan that is not the rest of the one before stands alone: it tells of the same units.
    """

    last: Acknowledgement
    plans: tuple[tuple[str, Standing], ...]  # the latest last

    @property
    def received(self) -> int:
        """Units that are received, of all plans."""
        return sum(one.received for _, one in self.plans)


def list_named(receipts: pd.DataFrame | None) -> list[Named]:
    """Return the lines that receipts name, in rows whose cells could all be read."""
    found: dict[tuple[str, str], Named] = {}
    if receipts is None:
        return []
    cells = ["transfer_id", "node_id", "sku", "quantity", "arrives_on"]
    for given, node, sku, units, day in receipts[cells].dropna().itertuples(index=False):
        run, name = split_name(given)
        one = Named(run, name, node, sku, int(units), day)
        before = found.get((run, name), one._replace(quantity=0))
        found[run, name] = before._replace(
            quantity=before.quantity + one.quantity,
            arrives_on=max(before.arrives_on, one.arrives_on),
        )
    return [found[key] for key in sorted(found)]


def split_name(given: str) -> tuple[str, str]:
    """Return a line's plan, or ``ANY_PLAN``, and its transfer id, whichever name is given."""
    run, _, name = given.removeprefix(STEM).rpartition("_")
    return (run, name) if given.startswith(STEM) else (ANY_PLAN, given)


def find_lines(told: Sequence[Acknowledgement], cutoff: date) -> list[Line]:
    """Return the lines that were told of before the cutoff, by transfer id."""
    before = [one for one in told if one.at < cutoff.isoformat()]
    lines: dict[str, list[tuple[str, Acknowledgement, Standing]]] = {}
    for answers in by_line(before).values():
        first, last = answers[0], max(one.at for one in answers)
        found = stand(first.planned, answers)
        if isinstance(found, Standing):
            lines.setdefault(first.transfer_id, []).append((last, first, found))
    return [line_of(sorted(plans, key=lambda one: one[0])) for _, plans in sorted(lines.items())]


def line_of(plans: Sequence[tuple[str, Acknowledgement, Standing]]) -> Line:
    """Return one line of plans, the latest last.

    Where a plan has it with no more units than an earlier one's that had not left, it is their
    rest: what left by the earlier one is on its way beside it.
    """
    chain: list[tuple[str, Standing]] = []
    for _, one, now in plans:
        is_rest = bool(chain) and now.planned <= chain[-1][1].planned - chain[-1][1].moved
        chain = [*(chain if is_rest else ()), (one.run_id, now)]
    return Line(plans[-1][1], tuple(chain))


def find_shipped(
    told: Sequence[Acknowledgement], cutoff: date, named: Iterable[Named] = ()
) -> list[Row]:
    """Return the lines with units on their way by what was told of before the cutoff.

    Besides those of which something left that were to arrive later, and those that receipts name.
    """
    by_name = {(one.run_id, one.transfer_id): one for one in named}
    lines = {one.last.transfer_id: one for one in find_lines(told, cutoff)}
    rows = [row_of(line, by_name) for line in lines.values()]
    answered = {(row.run_id, row.transfer_id) for row in rows}
    return [
        *(row for row in rows if row.quantity or (row.left and row.arrives_on >= cutoff)),
        *(
            named_row(one, lines.get(one.transfer_id))
            for key, one in by_name.items()
            if key not in answered
        ),
    ]


def row_of(line: Line, named: Mapping[tuple[str, str], Named]) -> Row:
    """Return what of a line is on its way that receipts do not name, and what of it has left."""
    name = line.last.transfer_id
    is_named = (ANY_PLAN, name) in named
    run, last = line.plans[-1]
    told = named.get((run, name))
    return Row(
        node_id=line.last.destination,
        sku=line.last.sku,
        quantity=sum(
            one.shipped for run, one in line.plans if not is_named and (run, name) not in named
        ),
        arrives_on=date.fromisoformat(line.last.arrives_on),
        transfer_id=name,
        run_id=run,
        left=max(last.moved, last.received + (0 if told is None else told.quantity)),
    )


def named_row(one: Named, line: Line | None) -> Row:
    """Return what has left of a line that receipts name; what ledgers tell of, is received."""
    received = 0
    if line is not None and one.run_id == ANY_PLAN:
        received = line.received
    return Row(
        node_id=one.node_id,
        sku=one.sku,
        quantity=0,
        arrives_on=one.arrives_on,
        transfer_id=one.transfer_id,
        run_id=one.run_id,
        left=received + one.quantity,
    )


def beside(rows: Iterable[Row], named: Iterable[Named]) -> list[Row]:
    """Return the rows of a run, those that receipts name not on their way."""
    names = {(one.run_id, one.transfer_id) for one in named}
    return [
        row._replace(quantity=0)
        if names & {(row.run_id, row.transfer_id), (ANY_PLAN, row.transfer_id)}
        else row
        for row in rows
    ]
