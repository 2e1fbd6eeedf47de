"""What the history tells as a whole."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from prepos.ingest import IngestOptions, read_tables
from prepos.ingest.history import skipped_hours
from tests.faults.small_tables import CLEAN, TODAY, line, read


def test_lines_from_the_cutoff_on_are_counted(tmp_path: Path) -> None:
    """They are not read, and not in the numbers of the places."""
    (tmp_path / "orders.csv").write_text(CLEAN["orders"])

    inputs = read_tables(
        {"orders": "orders.csv"},
        IngestOptions(),
        folder=tmp_path,
        work_folder=tmp_path / "work",
        today=TODAY,
        cutoff=date(2025, 1, 13),
    )

    (told,) = (n for n in inputs.findings.notices if n.code == "PP-TIME-CUTOFF")
    assert told.line == 3
    assert told.message.startswith("2 order lines are at or after the cutoff 2025-01-13")
    assert inputs.places["lines"].tolist() == [1, 0]
    assert inputs.last_order_day == date(2025, 1, 20)


def test_refused_dates_count_in_no_span(tmp_path: Path) -> None:
    """A slip into year 26 or into the future is a fault, and makes no gap and no cutoff."""
    for slip in ("0026-01-13", "2925-01-13"):
        inputs = read(tmp_path, line("orders", 3, f"O2,{slip},B,2,C2,R2"))

        assert len(inputs.findings.faults) == 1
        assert inputs.last_order_day == date(2025, 1, 20)
        told = {notice.code for notice in inputs.findings.notices}
        assert told.isdisjoint({"PP-TIME-GAP", "PP-TIME-CUTOFF"})


def test_orders_of_refused_dates_only_are_no_demand(tmp_path: Path) -> None:
    """Nothing is left to learn from."""
    rows = "order_id,ordered_at,sku,quantity,region_id\nO1,x,A,1,R1\n"

    inputs = read(tmp_path, {"orders": rows})

    assert "PP-SENSE-NO-DEMAND" in {notice.code for notice in inputs.findings.notices}
    assert inputs.last_order_day is None


def test_hour_that_the_clock_skips_is_known() -> None:
    """In Berlin it is from two to three, once a year; in UTC there is none."""
    year = (date(2025, 1, 1), date(2025, 12, 31))

    (span,) = skipped_hours("Europe/Berlin", *year)

    assert [str(moment) for moment in span] == ["2025-03-30 02:00:00", "2025-03-30 03:00:00"]
    assert skipped_hours("UTC", *year) == []
