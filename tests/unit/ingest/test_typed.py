"""Typed rows on disk: many batches, lines, what fails in mid-stream."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from prepos.core.tables import STOCK
from prepos.ingest.typed import BATCH, open_rows, write_rows

ROWS = 3 * BATCH + 7


def test_rows_come_back_with_their_lines_over_many_batches(tmp_path: Path) -> None:
    """Lines are counted on from batch to batch; columns that were not given are null."""
    select = f"SELECT i::VARCHAR AS sku, 1::BIGINT << (i % 3) AS mask FROM range({ROWS}) t(i)"
    with duckdb.connect() as connection:
        told = write_rows(connection, select, tmp_path / "stock.arrow", first_line=2)
        rows = open_rows(connection, STOCK, tmp_path / "stock.arrow")
        found = connection.execute(
            "SELECT count(*), min(line), max(line), bool_and(line = sku::BIGINT + 2), "
            f"count(node_id), count(on_hand) FROM ({rows})"
        ).fetchall()

    assert told == (ROWS, 7)
    assert found == [(ROWS, 2, ROWS + 1, True, 0, 0)]


def test_row_that_fails_in_mid_stream_is_an_error_of_the_sql(tmp_path: Path) -> None:
    """It is told apart from a disk that is full."""
    select = (
        f"SELECT CASE WHEN i = {ROWS - 1} THEN error('row is broken') ELSE 0 END::BIGINT AS mask "
        f"FROM range({ROWS}) t(i)"
    )
    with duckdb.connect() as connection, pytest.raises(duckdb.Error, match="row is broken"):
        write_rows(connection, select, tmp_path / "stock.arrow", first_line=2)


def test_file_that_cannot_be_written_is_an_error_of_the_system(tmp_path: Path) -> None:
    """The command then says which file, and ends with exit 7."""
    with duckdb.connect() as connection, pytest.raises(FileNotFoundError, match="nowhere"):
        write_rows(connection, "SELECT 0::BIGINT AS mask", tmp_path / "nowhere" / "x", first_line=2)
