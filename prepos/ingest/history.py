"""What the orders tell as a whole: spans, gaps, time zones, repeats, cancellations.

Everything here is a notice, but orders alike to the letter where the options refuse them.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import duckdb
import numpy as np

from prepos.core.faults import Fault
from prepos.ingest import sql
from prepos.ingest.checks import TRIMMED, WITH_OFFSET
from prepos.ingest.ledger import LISTED, Ledger
from prepos.ingest.options import IngestOptions
from prepos.ingest.stage import Staged

SEASON_DAYS = 365
AT_ONCE = 4_000_000  # lines whose letters are compared in memory at a time


def check_history(
    connection: duckdb.DuckDBPyConnection,
    orders: Staged,
    options: IngestOptions,
    *,
    timezone: str,
    cutoff: date | None,
    ledger: Ledger,
) -> None:
    """Note what makes the history doubtful."""
    days = connection.execute(
        "SELECT ordered_at::DATE AS day, count(*), min(line) FROM orders "
        "WHERE ordered_at IS NOT NULL GROUP BY day ORDER BY day"
    ).fetchall()
    if not days:
        ledger.notice(orders.label, "", "PP-SENSE-NO-DEMAND", "no order lines are left to read")
        return
    if cutoff is not None:
        _tell_after_cutoff(days, cutoff, orders.label, ledger)
    known = [day for day, *_ in days if cutoff is None or day < cutoff]
    _tell_spans(known, orders.label, ledger)
    _tell_zones(connection, orders, timezone, (days[0][0], days[-1][0]), ledger)
    _tell_repeats(connection, orders, options, ledger)
    _tell_anonymous(connection, orders, ledger)
    if options.cancellations == "drop":
        _tell_cancelled(connection, orders, ledger)


def tell_trimmed(connection: duckdb.DuckDBPyConnection, staged: Staged, ledger: Ledger) -> None:
    """Say how many rows have ids with blanks around them."""
    if staged.mask & TRIMMED:
        count, line = connection.execute(
            f"SELECT count(*), min(line) FROM {sql.name(staged.table.name)} "
            f"WHERE mask & {TRIMMED} > 0"
        ).fetchall()[0]
        if count:
            message = f"{count:,} rows have ids with blanks around them, which are taken off"
            ledger.notice(staged.label, "", "PP-ID-TRIMMED", message, line=line)


def _tell_after_cutoff(
    days: list[tuple[date, int, int]], cutoff: date, label: str, ledger: Ledger
) -> None:
    """Count the lines that are not read."""
    after = [row for row in days if row[0] >= cutoff]
    if after:
        message = (
            f"{sum(count for _, count, _ in after):,} order lines are at or after the cutoff "
            f"{cutoff} and are not read"
        )
        line = min(first for *_, first in after)
        ledger.notice(label, "ordered_at", "PP-TIME-CUTOFF", message, line=line)


def _tell_spans(days: list[date], label: str, ledger: Ledger) -> None:
    """Tell of whole weeks without orders, and of a history shorter than a year."""
    for before, after in pairwise(days):
        if (after - before).days > 14:  # a whole week lies between, wherever weeks start
            message = (
                f"no orders between {before} and {after}, {(after - before).days - 1} days; if "
                f"they are lost, the forecast reads them as no demand"
            )
            ledger.notice(label, "ordered_at", "PP-TIME-GAP", message)
    if not days:
        ledger.notice(label, "", "PP-SENSE-NO-DEMAND", "no order lines are before the cutoff")
    elif (span := (days[-1] - days[0]).days + 1) < SEASON_DAYS - 7:
        message = f"orders span {span} days, less than a year: seasons cannot be learnt"
        ledger.notice(label, "ordered_at", "PP-TIME-SHORT", message)


def _tell_zones(
    connection: duckdb.DuckDBPyConnection,
    orders: Staged,
    timezone: str,
    span: tuple[date, date],
    ledger: Ledger,
) -> None:
    """Tell of offsets mixed with local times, and of local times that the clock skips."""
    naive = f"mask & {WITH_OFFSET} = 0"
    count, line = connection.execute(
        f"SELECT count(*), min(line) FROM orders WHERE {naive}"
    ).fetchall()[0]
    if orders.mask & WITH_OFFSET and count:
        message = (
            f"{count:,} order lines have no offset from UTC and others have: those without are "
            f"taken as {timezone}"
        )
        ledger.notice(orders.label, "ordered_at", "PP-TIME-ZONES", message, line=line)
    for start, end in skipped_hours(timezone, *span):
        count, line = connection.execute(
            f"SELECT count(*), min(line) FROM orders WHERE {naive} AND "
            f"ordered_at >= TIMESTAMP '{start}' AND ordered_at < TIMESTAMP '{end}'"
        ).fetchall()[0]
        if count:
            message = (
                f"{count:,} order lines are between {start} and {end}, which the clock of "
                f"{timezone} skips; are the times of another zone?"
            )
            ledger.notice(orders.label, "ordered_at", "PP-TIME-DST", message, line=line)


def skipped_hours(timezone: str, first: date, last: date) -> list[tuple[datetime, datetime]]:
    """Return the spans of local time that the zone's clock skips between two days."""
    zone = ZoneInfo(timezone)
    midnights = [
        datetime(first.year, first.month, first.day) + timedelta(days=n)  # noqa: DTZ001 - local
        for n in range((last - first).days + 2)
    ]
    offsets = [midnight.replace(tzinfo=zone).utcoffset() or timedelta() for midnight in midnights]
    spans = []
    for midnight, before, after in zip(midnights, offsets, offsets[1:], strict=False):
        if after > before:
            quarters = (midnight + timedelta(minutes=15 * n) for n in range(97))
            start = next((quarter for quarter in quarters if _is_skipped(quarter, zone)), midnight)
            spans.append((start, start + (after - before)))
    return spans


def _is_skipped(moment: datetime, zone: ZoneInfo) -> bool:
    """Whether a local time never was: there and back again gives another one."""
    there = moment.replace(tzinfo=zone).astimezone(ZoneInfo("UTC"))
    return there.astimezone(zone).replace(tzinfo=None) != moment


def _tell_repeats(
    connection: duckdb.DuckDBPyConnection, orders: Staged, options: IngestOptions, ledger: Ledger
) -> None:
    """Count lines alike to the letter; refuse them where the options say so."""
    repeats = _count_repeats(connection, orders.rows)
    if not repeats:
        return
    if options.duplicates != "refuse":
        done = "add up" if options.duplicates == "sum" else "count once"
        message = (
            f"{repeats:,} order lines repeat another one to the letter and {done} "
            f'(ingest.duplicates = "{options.duplicates}")'
        )
        ledger.notice(orders.label, "", "PP-KEY-REPEATED", message)
        return
    again = connection.execute(
        "SELECT line, order_id, first FROM (SELECT line, order_id, min(line) OVER same AS first "
        "FROM orders WINDOW same AS (PARTITION BY letters)) WHERE line > first "
        f"ORDER BY line LIMIT {LISTED}"
    ).fetchall()
    ledger.more(orders.label, "order_id", repeats - len(again))
    for line, order_id, first in again:
        message = f"order {order_id}: repeats line {first} to the letter, expected it once"
        ledger.fault(
            Fault(orders.label, line, "order_id", order_id or "", "PP-KEY-REPEATED", message)
        )


def _count_repeats(connection: duckdb.DuckDBPyConnection, rows: int) -> int:
    """Return how many lines repeat another; by 64-bit hashes, some at a time."""
    parts = rows // AT_ONCE + 1
    repeats = 0
    for part in range(parts):
        some = f"WHERE letters % {parts} = {part}" if parts > 1 else ""
        letters = connection.execute(f"SELECT letters FROM orders {some}").fetchnumpy()["letters"]
        ranked = np.sort(np.asarray(letters))
        repeats += int(np.count_nonzero(ranked[1:] == ranked[:-1]))
    return repeats


def _tell_anonymous(connection: duckdb.DuckDBPyConnection, orders: Staged, ledger: Ledger) -> None:
    """Count the lines of unknown customers."""
    if "customer_id" not in orders.given:
        return
    count, line = connection.execute(
        "SELECT count(*), min(line) FROM orders WHERE customer_id IS NULL"
    ).fetchall()[0]
    if count:
        message = f"{count:,} order lines have no customer: they count in totals only"
        ledger.notice(orders.label, "customer_id", "PP-SENSE-ANONYMOUS", message, line=line)


def _tell_cancelled(connection: duckdb.DuckDBPyConnection, orders: Staged, ledger: Ledger) -> None:
    """Count the lines left out as cancelled."""
    lines, units = connection.execute(
        f"SELECT count(*), coalesce(sum(quantity), 0)::BIGINT "
        f"FROM read_parquet({sql.file(orders.parquet)}) WHERE quantity <= 0"
    ).fetchall()[0]
    if lines:
        message = (
            f"{lines:,} order lines with a quantity of 0 or less ({units:,} units) are left out as "
            f'cancelled (ingest.cancellations = "drop")'
        )
        ledger.notice(orders.label, "quantity", "PP-SENSE-CANCELLED", message)
