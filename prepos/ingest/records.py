"""The slow and careful reader: records with the line they start on, and what is wrong with them.

Used where the fast reader stopped or found a fault. It writes the well-formed records, each with
its physical line, to a file of one plain dialect, which is then checked by the same rules. Streams;
after a quote that does not close it goes on with the next line.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from prepos.core.faults import Fault
from prepos.ingest.ledger import Ledger

LONGEST_RECORD = 1000  # lines; a quote that stays open longer is taken as unclosed


class _LongRecordError(Exception):
    """A record goes on for too many lines."""


@dataclass(slots=True)
class _Lines:
    """The physical lines of a file, which can be put back."""

    stream: IO[str]
    number: int = 0  # of the line given last
    held: list[str] = field(default_factory=list)  # of the record being read
    _back: list[str] = field(default_factory=list)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self.held) >= LONGEST_RECORD:
            raise _LongRecordError
        line = self._back.pop() if self._back else next(self.stream)
        self.number += 1
        self.held.append(line)
        return line

    def put_back(self, kept: int) -> None:
        """Keep the first lines of the record and put the others back."""
        again = self.held[kept:]
        self._back.extend(reversed(again))
        self.number -= len(again)


@dataclass(frozen=True, slots=True)
class Broken:
    """A record that cannot be read."""

    line: int
    reason: str


def read_records(stream: IO[str], delimiter: str) -> Iterator[tuple[int, list[str]] | Broken]:
    """Yield each record with the line it starts on, blank lines left out."""
    lines = _Lines(stream)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        lines.held.clear()
        first = lines.number + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except (csv.Error, _LongRecordError) as error:
            opening = 0 if "limit" in str(error) else _opening(lines.held, delimiter)
            yield Broken(first + opening, str(error))
            lines.put_back(opening + 1)
            reader = csv.reader(lines, delimiter=delimiter, strict=True)
            continue
        if cells:
            yield first, cells


def _opening(held: Sequence[str], delimiter: str) -> int:
    """Return on which of a record's lines the last quoted cell opens."""
    inside, opened, before = False, 0, delimiter
    starts = (delimiter, "\n", "\r")
    for number, line in enumerate(held):
        for sign in line:
            if sign == '"' and inside:
                inside = False
            elif sign == '"' and before == '"':  # a doubled quote: still the same cell
                inside = True
            elif sign == '"' and before in starts:
                inside, opened = True, number
            before = sign
    return opened


def rewrite_records(
    path: Path, target: Path, *, names: Sequence[str], delimiter: str, label: str, ledger: Ledger
) -> int:
    """Write every well-formed record, its line first, as plain CSV; return how many are lost."""
    lost = 0
    with (
        path.open(encoding="utf-8-sig", newline="") as stream,
        target.open("w", encoding="utf-8", newline="") as sink,
    ):
        writer = csv.writer(sink, lineterminator="\n", quoting=csv.QUOTE_ALL)
        records = read_records(stream, delimiter)
        next(records, None)  # the header, which read_header has read
        for record in records:
            if isinstance(record, Broken):
                ledger.fault(_broken_fault(record, label))
                lost += 1
            elif fault := _shape_fault(record, names, label):
                ledger.fault(fault)
                lost += fault.code != "PP-DIALECT-HEADER-AGAIN"
            else:
                writer.writerow((record[0], *record[1]))
    return lost


def _broken_fault(record: Broken, label: str) -> Fault:
    """Name what keeps a record from being read."""
    if "limit" in record.reason:
        message = f"a cell is longer than {csv.field_size_limit():,} letters"
        return Fault(label, record.line, "", "", "PP-FILE-LINE", message)
    message = "a quote opens here and is not closed before the next comma, expected a pair"
    return Fault(label, record.line, "", '"', "PP-DIALECT-QUOTE", message)


def _shape_fault(record: tuple[int, list[str]], names: Sequence[str], label: str) -> Fault | None:
    """Name what is wrong with a record's number of cells; None where nothing is."""
    line, cells = record
    if len(cells) != len(names):
        code = "PP-DIALECT-EXTRA" if len(cells) > len(names) else "PP-DIALECT-SHORT"
        hint = "; a cell that holds the separator needs quotes" if len(cells) > len(names) else ""
        message = f"row has {len(cells)} cells, expected {len(names)} as in the header{hint}"
        return Fault(label, line, "", ",".join(cells)[:200], code, message)
    if cells[0].strip() == names[0] and [cell.strip() for cell in cells] == list(names):
        message = "header is repeated as a row, expected it once, on line 1"
        return Fault(label, line, "", cells[0], "PP-DIALECT-HEADER-AGAIN", message)
    return None
