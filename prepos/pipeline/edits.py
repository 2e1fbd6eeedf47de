"""A planner's edited plan: its lines read, each checked against the plan it was, and made to stand.

An edited plan is one that stands in all its periods: every line as the planner wrote it, nothing
beside them. So limits, costs, vehicles and stock are accounted as for published lines that are
frozen, by the same planner, and verified by the same second opinion.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from prepos.config import Config
from prepos.config.keys import nearest
from prepos.core.faults import Fault
from prepos.core.network import Lane
from prepos.core.periods import Periods
from prepos.core.run import PUBLISHED
from prepos.core.transfer import Transfer
from prepos.errors import InputError, RunError
from prepos.ingest import read_edited
from prepos.pipeline.judging import refuse_changes
from prepos.pipeline.known import Known
from prepos.pipeline.published import Published, Standing, read_published, read_transfers, stood_on
from prepos.plan import Frozen, name_transfer, planning_window, unit_transport
from prepos.publish import Stopwatch, lines_frame, read_run

MOVE = ("sku", "lane_id", "ship_date")  # what makes a transfer the one that it is


class EditedLine(NamedTuple):
    """One line as a planner wrote it; ids that were left out are empty."""

    line: int
    transfer_id: str
    sku: str
    quantity: int
    origin: str
    destination: str
    lane_id: str
    ship_date: date


class Wrong(NamedTuple):
    """A cell of a line that cannot stand, and what was expected there."""

    column: str
    expected: str


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Edits:
    """A planner's lines, and the run whose plan they were.

    Attributes
    ----------
    inputs : list of dict
        What that run was made from, as its manifest tells.
    carried : Path or None
        The run whose fit its forecast carried on, if any.
    faults : tuple of Fault
        Of cells; those lines are left out of ``lines``.
    """

    base: Published
    folder: Path
    inputs: list[dict[str, Any]]
    carried: Path | None
    file: str
    lines: tuple[EditedLine, ...]
    faults: tuple[Fault, ...]
    by: str

    @property
    def changes_nothing(self) -> bool:
        """Whether every line is as it was planned."""
        names = EditedLine._fields[1:]
        planned = read_transfers(self.base.transfers)
        was = sorted(tuple(getattr(line, name) for name in names) for line in planned)
        return not self.faults and was == sorted(one[1:] for one in self.lines)


def read_edits(file: Path, folder: Path, config: Config, watch: Stopwatch, by: str) -> Edits:
    """Return the edits of a run's plan; raises RunError or ConfigError where that cannot be read.

    Faults of the file are told later, beside those that only the inputs show.
    """
    base, manifest = read_published(folder, watch), read_run(folder).manifest
    today = datetime.now(ZoneInfo(config.time.timezone)).date()
    with tempfile.TemporaryDirectory(prefix="prepos-", ignore_cleanup_errors=True) as work:
        frame, found = read_edited(file, config.ingest, work_folder=Path(work), today=today)
    return Edits(
        base=base,
        folder=folder,
        inputs=manifest["inputs"],
        carried=carried_by(folder, manifest, watch),
        file=file.name,
        lines=tuple(read_line(row) for row in frame.to_dict("records")),
        faults=found.faults,
        by=by,
    )


def carried_by(folder: Path, manifest: Mapping[str, Any], watch: Stopwatch) -> Path | None:
    """Return the run whose fit a run's forecast carried on; None, and told, where it is gone."""
    try:
        return stood_on(folder, manifest.get("asked", {}), "update")
    except RunError as gone:
        watch.tell(
            f"{gone}; the forecast is fitted anew, and what is expected may differ",
            level="warning",
        )
        return None


def read_line(row: Mapping[Any, Any]) -> EditedLine:
    """Return a row as a line."""
    cells = {name: row[name] for name in EditedLine._fields}
    kept = {"line": int(row["line"]), "quantity": int(row["quantity"])}
    return EditedLine(**{**cells, **kept, "ship_date": row["ship_date"].date()})


def stand_on_edits(edits: Edits, known: Known, config: Config) -> Standing:
    """Return what an edited plan stands on: all its lines, in all its periods.

    Raises
    ------
    RunError
        If an input is not what the plan was made from.
    InputError
        With every fault of every line.
    """
    refuse_changes(edits.folder, edits.inputs, known)
    window = planning_window(known.network, known.periods, config.plan)
    ways = find_ways(edits.lines, known.network.lanes)
    wrong = [
        *wrong_ids(edits),
        *((row, way) for row, way in enumerate(ways) if isinstance(way, Wrong)),
        *wrong_cells(edits.lines, ways, known, window),
        *wrong_sums(edits.lines, ways, known),
    ]
    first = {(row, what.column): what for row, what in reversed(wrong)}  # one word on a cell
    faults = [*edits.faults, *(fault_of(edits, row, what) for (row, _), what in first.items())]
    if faults:
        told = "1 fault" if len(faults) == 1 else f"{len(faults):,} faults"
        raise InputError(f"the edited plan is refused: {told} in {edits.file}", sorted(faults))
    lines = write_lines(edits.lines, ways, known)
    moves = sorted((line.sku, line.lane_id, f"{line.ship_date}", line.quantity) for line in lines)
    return Standing(
        frozen=Frozen(before=window.start(config.time.frozen), transfers=lines),
        files={PUBLISHED: lines_frame(lines, edits.base.run_id)},
        wishes={"edited": {"from": edits.base.run_id, "moves": moves}},
        prices=edits.base.prices,
        told={"edited": {"from": edits.base.run_id, "by": edits.by}},
    )


def find_ways(lines: Sequence[EditedLine], lanes: Sequence[Lane]) -> list[Lane | Wrong]:
    """Return the lane of each line, or what is wrong with the cells that should name it."""
    by_id = {lane.lane_id: lane for lane in lanes}
    by_ends: dict[tuple[str, str], list[Lane]] = {}
    for lane in lanes:
        by_ends.setdefault((lane.origin, lane.destination), []).append(lane)
    return [
        named_way(by_id, one)
        if one.lane_id
        else joining_way(by_ends.get((one.origin, one.destination), []), one.origin)
        for one in lines
    ]


def named_way(by_id: Mapping[str, Lane], one: EditedLine) -> Lane | Wrong:
    """Return the lane that a line names, whose ends it may name too."""
    if one.lane_id not in by_id:
        return Wrong("lane_id", f"one of the lanes{nearest(one.lane_id, by_id)}")
    lane = by_id[one.lane_id]
    if one.origin not in ("", lane.origin):
        return Wrong("origin", f"{lane.origin}, where lane {lane.lane_id} begins")
    if one.destination not in ("", lane.destination):
        return Wrong("destination", f"{lane.destination}, where lane {lane.lane_id} ends")
    return lane


def joining_way(lanes: Sequence[Lane], origin: str) -> Lane | Wrong:
    """Return the only lane of those that join a line's nodes."""
    if len(lanes) == 1:
        return lanes[0]
    if lanes:
        return Wrong("lane_id", f"one of {', '.join(lane.lane_id for lane in lanes)}")
    return Wrong("destination", f"a node that a lane leads to from {origin or 'the origin'}")


def wrong_ids(edits: Edits) -> Iterator[tuple[int, Wrong]]:
    """Yield the lines whose id is of none that was planned, of another, or stands twice."""
    planned = {line.transfer_id: line for line in read_transfers(edits.base.transfers)}
    seen: set[str] = set()
    for row, one in enumerate(edits.lines):
        name = one.transfer_id
        if name and name not in planned:
            near = nearest(name, planned)
            yield row, Wrong("transfer_id", f"one of run {edits.base.run_id}, or nothing{near}")
        elif name in seen:
            yield row, Wrong("transfer_id", "it once")
        elif name:
            for column in MOVE:
                cell, was = getattr(one, column), getattr(planned[name], column)
                if cell not in ("", was):
                    again = "to move it, remove the line and add one without transfer_id"
                    yield row, Wrong(column, f"{was} as planned; {again}")
        seen |= {name} if name else set()


def wrong_cells(
    lines: Sequence[EditedLine], ways: Sequence[Lane | Wrong], known: Known, window: Periods
) -> Iterator[tuple[int, Wrong]]:
    """Yield the lines of a SKU, a quantity or a day that there is no place for."""
    packs = dict(zip(known.products.skus, known.products.case_pack.tolist(), strict=True))
    first, last = window.start(0), window.end(window.horizon - 1)
    for row, (one, lane) in enumerate(zip(lines, ways, strict=True)):
        if one.sku not in packs:
            yield row, Wrong("sku", f"one of the products{nearest(one.sku, packs)}")
        elif one.quantity % packs[one.sku]:
            yield row, Wrong("quantity", f"whole case packs of {packs[one.sku]}")
        if not first <= one.ship_date <= last:
            yield row, Wrong("ship_date", f"{first} to {last}")
        elif isinstance(lane, Lane) and not lane.ships_on(one.ship_date):
            days = ", ".join(lane.ship_weekdays)
            yield row, Wrong("ship_date", f"a day on which lane {lane.lane_id} leaves: {days}")


def wrong_sums(
    lines: Sequence[EditedLine], ways: Sequence[Lane | Wrong], known: Known
) -> Iterator[tuple[int, Wrong]]:
    """Yield added lines that repeat a move, and moves below the minimum lot."""
    lots = dict(zip(known.products.skus, known.products.least_sent.tolist(), strict=True))
    moves = [
        (one.sku, lane.lane_id, one.ship_date) if isinstance(lane, Lane) else None
        for one, lane in zip(lines, ways, strict=True)
    ]
    sums: Counter[tuple[str, str, date]] = Counter()
    for row, (one, move) in enumerate(zip(lines, moves, strict=True)):
        if move is not None:
            if not one.transfer_id and move in sums:
                yield row, Wrong("quantity", "the line of this move changed instead of a second")
            sums[move] += one.quantity
    for row, move in enumerate(moves):
        if move is not None and sums[move] < lots.get(move[0], 0):
            yield row, Wrong("quantity", f"the minimum lot of {lots[move[0]]} or more")


def fault_of(edits: Edits, row: int, wrong: Wrong) -> Fault:
    """Return what is wrong with a line, where it stands, and what was expected."""
    one = edits.lines[row]
    value = str(getattr(one, wrong.column))
    found = f"{one.sku} on {one.ship_date}: {wrong.column} is {value!r}"
    told = f"{found}, expected {wrong.expected}"
    return Fault(edits.file, one.line, wrong.column, value, "PP-EDIT-LINE", told)


def write_lines(
    lines: Sequence[EditedLine], ways: Sequence[Lane | Wrong], known: Known
) -> tuple[Transfer, ...]:
    """Return the lines as transfers, each with what it takes and the lane charges."""
    products, charge = known.products, unit_transport(known.network, known.products)
    position = {lane.lane_id: number for number, lane in enumerate(known.network.lanes)}

    def write(one: EditedLine, lane: Lane) -> Transfer:
        sku, units, day = products.skus.position(one.sku), one.quantity, one.ship_date
        return Transfer(
            transfer_id=one.transfer_id or name_transfer(one.sku, lane.lane_id, day),
            sku=one.sku,
            quantity=units,
            origin=lane.origin,
            destination=lane.destination,
            lane_id=lane.lane_id,
            ship_date=day,
            arrival_date=lane.arrival(day),
            load_id="",
            volume_m3=units * float(products.unit_volume_m3[sku]),
            weight_kg=units * float(products.unit_weight_kg[sku]),
            transport_cost=units * float(charge[position[lane.lane_id], sku]),
            expected_saving=0.0,
            chance_unused=0.0,
            reason="as edited",
        )

    rows = zip(lines, ways, strict=True)
    return tuple(write(one, lane) for one, lane in rows if isinstance(lane, Lane))
