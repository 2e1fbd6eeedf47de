"""Any other system: our columns under its names, as a mapping file says.

Heads and lines of a document may share a line, or the heads stand on the first line only, or in a
file of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from prepos.core.run import DATE, INTEGER, NUMBER
from prepos.core.types import AnyArray, BoolArray
from prepos.errors import ConfigError
from prepos.publish.exporters.batch import Batch, group_lines
from prepos.publish.exporters.delimited import text_of
from prepos.publish.exporters.exporter import Exporter
from prepos.publish.exporters.mapping_file import (
    COLUMNS,
    LINE_BREAKERS,
    ColumnMapping,
    MappedColumn,
    can_write,
    read_mapping,
)
from prepos.publish.exporters.names import name_places
from prepos.publish.exporters.options import NODE, ExportOptions
from prepos.publish.exporters.rules import LONG, TEXT, Breach, where
from prepos.publish.exporters.sheet import Dialect, Files, Sheet

ENCODING = "PP-EXPORT-ENCODING"


def check_mapping(batch: Batch, options: ExportOptions) -> Iterator[Breach]:
    """Yield cells that the file cannot hold as it is to be written, or that are too long."""
    mapping = _read(options)
    batch = _grouped(batch, mapping)
    unquoted = mapping.dialect.quoting == "none"
    for column in mapping.columns:
        if column.column is None:
            continue
        cells = np.array(_cells(batch, column, mapping.dialect, options), dtype=object)
        if column.longest is not None:
            long = where(cells, _longer(column.longest))
            yield Breach(column.column, cells, long, LONG, f"{column.longest} letters at most")
        alien = ~where(cells, partial(can_write, encoding=mapping.dialect.encoding))
        expected = f"letters that {mapping.dialect.encoding} has"
        yield Breach(column.column, cells, alien, ENCODING, expected)
        if unquoted:
            split = where(cells, _has(mapping.dialect.delimiter))
            yield Breach(column.column, cells, split, TEXT, "neither delimiter, quote nor line end")


def make_mapping(batch: Batch, options: ExportOptions) -> Files:
    """Return one file, or one of heads and one of lines."""
    mapping = _read(options)
    batch = _grouped(batch, mapping)

    def sheet(columns: Sequence[MappedColumn], rows: BoolArray | None = None) -> tuple[Sheet]:
        found = {}
        for column in columns:
            cells = np.array(_cells(batch, column, mapping.dialect, options), dtype=object)
            if column.of == "head" and mapping.heads == "first_line":
                cells = batch.on_heads(cells)
            found[column.name] = cells if rows is None else cells[rows]
        return (Sheet(columns=found, dialect=mapping.dialect),)

    if mapping.heads != "file":
        return {mapping.name: sheet(mapping.columns)}
    heads = [column for column in mapping.columns if column.of == "head"]
    lines = [column for column in mapping.columns if column.of == "line"]
    return {mapping.heads_name: sheet(heads, batch.heads), mapping.name: sheet(lines)}


def _read(options: ExportOptions) -> ColumnMapping:
    """Return the mapping that the options name."""
    if not options.mapping:
        raise ConfigError("no mapping is named, expected --mapping FILE or publish.mapping")
    return read_mapping(Path(options.mapping))


def _grouped(batch: Batch, mapping: ColumnMapping) -> Batch:
    """Return the lines in the mapping's documents; where it names none, in ours."""
    return group_lines(batch, mapping.by) if mapping.by else batch


def _cells(
    batch: Batch, column: MappedColumn, dialect: Dialect, options: ExportOptions
) -> list[str]:
    """Return (n,) texts of one output column."""
    if column.column is None:
        return [f"{column.prefix}{column.constant}"] * len(batch.keys)
    cells = _source(batch, column.column, options)
    if column.decimals is not None:
        texts = [f"{n:.{column.decimals}f}".replace(".", dialect.decimal) for n in cells.tolist()]
    else:
        dates = dialect.dates if column.dates is None else column.dates
        texts = text_of(cells, Dialect(decimal=dialect.decimal, dates=dates))
    return [f"{column.prefix}{text}" for text in texts] if column.prefix else texts


def _source(batch: Batch, name: str, options: ExportOptions) -> AnyArray:
    """Return (n,) cells of one of our columns."""
    if name in ("key", "document_key"):
        return batch.keys if name == "key" else batch.document_keys
    if name == "document":
        return batch.documents + 1
    if name == "line":
        return _line_numbers(batch)
    if name in ("run_id", "currency"):
        return np.full(len(batch.keys), getattr(batch, name), dtype=object)
    if name in ("origin_name", "destination_name"):
        return name_places(batch, options.locations, NODE)[name == "destination_name"]
    if COLUMNS[name] == DATE:
        return batch.day(name)
    typed = COLUMNS[name] in (INTEGER, NUMBER)
    return batch.transfers[name].to_numpy() if typed else batch.text(name)


def _line_numbers(batch: Batch) -> AnyArray:
    """(n,) int: which line of its document each is, from 1."""
    first = np.flatnonzero(batch.heads)
    return np.arange(len(batch.keys)) - first[batch.documents] + 1


def _longer(longest: int) -> Callable[[str], bool]:
    """Return the test of a text that is longer."""
    return lambda text: len(text) > longest


def _has(delimiter: str) -> Callable[[str], bool]:
    """Return the test of a text that would break a line that is not quoted."""
    return lambda text: not {delimiter, *LINE_BREAKERS}.isdisjoint(text)


MAPPING = Exporter(
    name="mapping",
    meaning="any other system, as a mapping file says (--mapping FILE or publish.mapping)",
    check=check_mapping,
    make=make_mapping,
)
