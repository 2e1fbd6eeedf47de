"""What the orders tell as a whole: spans, gaps, time zones, repeats, cancellations.

Everything here is a notice, but orders alike to the letter where the options refuse them. One pass
over the lines answers most of it, day by day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

import duckdb

from prepos.ingest import sql
from prepos.ingest.checks import TRIMMED, WITH_OFFSET
from prepos.ingest.ledger import Ledger
from prepos.ingest.repeats import check_repeats
from prepos.ingest.rules import FIRST_ORDER_DAY, Reading
from prepos.ingest.stage import Staged

SEASON_DAYS = 365


class Day(NamedTuple):
    """The order lines of one day: how many there are of a kind, and on which line the first is."""

    day: date | None  # None where the date was refused
    lines: int
    first: int
    local: int  # without an offset from UTC, where others have one
    first_local: int | None
    anonymous: int
    first_anonymous: int | None
    at_zero: int  # latitude and longitude are both 0
    first_at_zero: int | None


def read_days(connection: duckdb.DuckDBPyConnection, orders: Staged, reading: Reading) -> list[Day]:
    """Return the days on which there are orders, in their order; refused dates last."""
    kinds = (  # each is only looked for where it can be
        f"mask & {WITH_OFFSET} = 0" if orders.mask & WITH_OFFSET else "",
        "customer_id IS NULL" if "customer_id" in orders.given else "",
        "latitude = 0 AND longitude = 0" if "latitude" in orders.given else "",
    )
    counts = [
        f"count(*) FILTER ({kind}), min(line) FILTER ({kind})" if kind else "0, NULL"
        for kind in kinds
    ]
    known = f"ordered_at >= {sql.day(FIRST_ORDER_DAY)} AND ordered_at < {sql.day(reading.tomorrow)}"
    found = connection.execute(
        f"SELECT CASE WHEN {known} THEN ordered_at::DATE END AS day, count(*), min(line), "
        f"{', '.join(counts)} FROM orders GROUP BY day ORDER BY day NULLS LAST"
    ).fetchall()
    return [Day(*row) for row in found]


def last_day(days: Sequence[Day]) -> date | None:
    """Return the day of the last order; None where there is none."""
    return max((day.day for day in days if day.day is not None), default=None)


def check_history(
    connection: duckdb.DuckDBPyConnection,
    orders: Staged,
    reading: Reading,
    *,
    days: Sequence[Day],
    cutoff: date | None,
    ledger: Ledger,
) -> None:
    """Note what makes the history doubtful; ``days`` are those of `read_days`."""
    dated = {day.day: day for day in days if day.day is not None}
    if not dated:
        ledger.notice(orders.label, "", "PP-SENSE-NO-DEMAND", "no order lines are left to read")
        return
    if cutoff is not None:
        _tell_after_cutoff(dated, cutoff, orders.label, ledger)
    known = [day for day in dated if cutoff is None or day < cutoff]
    _tell_spans(known, orders.label, ledger)
    _tell_zones(orders, days, reading.timezone, ledger)
    _tell_skipped(connection, orders, dated, reading.timezone, ledger)
    _tell_kinds(orders, days, ledger)
    check_repeats(connection, orders, reading.options, ledger)
    if reading.options.cancellations == "drop":
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


def _tell_after_cutoff(dated: Mapping[date, Day], cutoff: date, label: str, ledger: Ledger) -> None:
    """Count the lines that are not read."""
    after = [day for when, day in dated.items() if when >= cutoff]
    if after:
        message = (
            f"{sum(day.lines for day in after):,} order lines are at or after the cutoff "
            f"{cutoff} and are not read"
        )
        line = min(day.first for day in after)
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


def _tell_zones(orders: Staged, days: Sequence[Day], timezone: str, ledger: Ledger) -> None:
    """Tell of local times mixed with offsets."""
    count, line = _sum((day.local, day.first_local) for day in days)
    if count:
        message = (
            f"{count:,} order lines have no offset from UTC and others have: those without are "
            f"taken as {timezone}"
        )
        ledger.notice(orders.label, "ordered_at", "PP-TIME-ZONES", message, line=line)


def _sum(found: Iterable[tuple[int, int | None]]) -> tuple[int, int]:
    """Return how many there are in all, and the first line; 0 where there is none."""
    rows = [(count, line) for count, line in found if line is not None]
    return sum(count for count, _ in rows), min((line for _, line in rows), default=0)


def _tell_skipped(
    connection: duckdb.DuckDBPyConnection,
    orders: Staged,
    dated: Mapping[date, Day],
    timezone: str,
    ledger: Ledger,
) -> None:
    """Tell of local times that the clock skips."""
    for start, end in skipped_hours(timezone, min(dated), max(dated)):
        if start.date() not in dated:
            continue
        count, line = connection.execute(
            f"SELECT count(*), min(line) FROM orders WHERE mask & {WITH_OFFSET} = 0 AND "
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


def _tell_kinds(orders: Staged, days: Sequence[Day], ledger: Ledger) -> None:
    """Count the lines of unknown customers, and those at 0, 0."""
    count, line = _sum((day.anonymous, day.first_anonymous) for day in days)
    if count:
        message = f"{count:,} order lines have no customer: they count in totals only"
        ledger.notice(orders.label, "customer_id", "PP-SENSE-ANONYMOUS", message, line=line)
    count, line = _sum((day.at_zero, day.first_at_zero) for day in days)
    if count:
        message = (
            f"{count:,} order lines are at latitude 0 and longitude 0, where there is only sea; "
            f"leave both empty where the place is not known"
        )
        ledger.notice(orders.label, "latitude", "PP-PLACE-NULL-ISLAND", message, line=line)


def _tell_cancelled(connection: duckdb.DuckDBPyConnection, orders: Staged, ledger: Ledger) -> None:
    """Count the lines left out as cancelled."""
    lines, units = connection.execute(
        "SELECT count(*), coalesce(sum(quantity), 0)::BIGINT FROM orders_rows WHERE quantity <= 0"
    ).fetchall()[0]
    if lines:
        message = (
            f"{lines:,} order lines with a quantity of 0 or less ({units:,} units) are left out as "
            f'cancelled (ingest.cancellations = "drop")'
        )
        ledger.notice(orders.label, "quantity", "PP-SENSE-CANCELLED", message)
