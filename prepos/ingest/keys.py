"""What must hold between rows and between tables: keys told apart, ids that exist.

Reads the views that staging leaves. A table of which records were lost is not referred to, so that
one broken row does not make a thousand unknown ids.
"""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

from prepos.core.columns import REFERRED, Column
from prepos.core.faults import Fault
from prepos.ingest import sql
from prepos.ingest.ledger import Ledger
from prepos.ingest.stage import Staged
from prepos.ingest.tell import row_label

Tables = Mapping[str, Staged]


def check_keys(connection: duckdb.DuckDBPyConnection, tables: Tables, ledger: Ledger) -> None:
    """Note rows that share a key, ids that differ in case only, and ids that no table knows."""
    for staged in tables.values():
        if staged.table.key:
            _check_duplicates(connection, staged, ledger)
        for column in staged.table.columns:
            known = tables.get(column.refers)
            if column.name in staged.given and known and known.whole and known.rows:
                _check_reference(connection, staged, column, known, ledger)
    for name in set(REFERRED) & set(tables):
        _check_case(connection, tables[name], ledger)
    if "lanes" in tables:
        _check_lane_ids(connection, tables["lanes"], ledger)
    if "orders" in tables:
        for name in ("consents", "intents"):
            if name in tables:
                _check_customers(connection, tables[name], ledger)


def _cells(staged: Staged) -> str:
    """Return SQL: every column of the contract as text, for labels."""
    return ", ".join(f"t.{sql.name(name)}::VARCHAR" for name in staged.table.names)


def _check_duplicates(
    connection: duckdb.DuckDBPyConnection, staged: Staged, ledger: Ledger
) -> None:
    """Refuse rows of one key with other content; tell of those alike."""
    table = staged.table
    key = ", ".join(sql.name(name) for name in table.key)
    rest = [f"coalesce({sql.name(name)}::VARCHAR, '')" for name in table.names]
    complete = " AND ".join(
        f"{sql.name(name)} IS NOT NULL" for name in table.key if table.column(name).required
    )
    view = sql.name(table.name)
    if not connection.execute(
        f"SELECT 1 FROM {view} WHERE {complete} GROUP BY {key} HAVING count(*) > 1 LIMIT 1"
    ).fetchall():
        return
    ranked = (
        f"SELECT *, min(line) OVER (PARTITION BY {key}) AS first_line, "
        f"row_number() OVER (PARTITION BY {key} ORDER BY line) AS nth, "
        f"hash({', '.join(rest)}) <> first(hash({', '.join(rest)})) "
        f"OVER (PARTITION BY {key} ORDER BY line) AS other "
        f"FROM {view} WHERE {complete}"
    )
    alike = connection.execute(
        f"SELECT count(*), min(line) FROM ({ranked}) WHERE nth > 1 AND NOT other"
    ).fetchall()[0]
    again = f"SELECT line, first_line, {_cells(staged)} FROM ({ranked}) t WHERE nth > 1 AND other"
    for line, first, *row in sql.rows(connection, again):
        texts = dict(zip(table.names, row, strict=True))
        column = table.key[-1] if texts[table.key[-1]] else table.key[0]
        message = (
            f"{row_label(table, texts)}stands here again with other values than on line {first}, "
            f"expected one row"
        )
        ledger.fault(
            Fault(staged.label, line, column, str(texts[column] or ""), "PP-KEY-TWICE", message)
        )
    if alike[0]:
        message = f"{alike[0]:,} rows repeat another one to the letter and count once"
        ledger.notice(staged.label, "", "PP-KEY-REPEATED", message, line=alike[1])


def _check_reference(
    connection: duckdb.DuckDBPyConnection,
    staged: Staged,
    column: Column,
    known: Staged,
    ledger: Ledger,
) -> None:
    """Refuse ids that the table referred to does not have."""
    mine, key = sql.name(column.name), sql.name(REFERRED[column.refers])
    other, view = sql.name(known.table.name), sql.name(staged.table.name)
    wild = f"AND {mine} <> '*'" if column.wildcard else ""
    ids = (
        f"SELECT DISTINCT {mine} AS id FROM {view} WHERE {mine} IS NOT NULL {wild} "
        f"EXCEPT SELECT {key} FROM {other}"
    )
    strange = connection.execute(
        f"SELECT s.id, min(k.{key}) FROM ({ids}) s LEFT JOIN {other} k ON lower(s.id) = "
        f"lower(k.{key}) OR ltrim(s.id, '0') = ltrim(k.{key}, '0') GROUP BY s.id ORDER BY s.id"
    ).fetchall()
    if not strange:
        return
    connection.execute("CREATE OR REPLACE TEMP TABLE strange (id VARCHAR)")
    connection.executemany("INSERT INTO strange VALUES (?)", [(row[0],) for row in strange])
    found = f"SELECT line, s.id, {_cells(staged)} FROM {view} t JOIN strange s ON t.{mine} = s.id"
    like = dict(strange)
    for line, found_id, *row in sql.rows(connection, found):
        hint = f"; is {like[found_id]!r} meant?" if like[found_id] else ""
        place = row_label(staged.table, dict(zip(staged.table.names, row, strict=True)))
        message = (
            f"{place}{column.name} is {found_id!r}, expected a {REFERRED[column.refers]} of "
            f"{known.label}{hint}"
        )
        ledger.fault(Fault(staged.label, line, column.name, found_id, "PP-KEY-UNKNOWN", message))


def _check_case(connection: duckdb.DuckDBPyConnection, staged: Staged, ledger: Ledger) -> None:
    """Tell of ids that differ in case only: two are meant, or one."""
    key = sql.name(REFERRED[staged.table.name])
    pairs = connection.execute(
        f"SELECT min(line), min({key}), max({key}) FROM {sql.name(staged.table.name)} "
        f"WHERE {key} IS NOT NULL GROUP BY lower({key}) HAVING count(DISTINCT {key}) > 1 "
        f"ORDER BY 1"
    ).fetchall()
    if pairs:
        line, first, second = pairs[0]
        message = (
            f"{len(pairs):,} ids differ from another in case only and are taken as two, such as "
            f"{first!r} and {second!r}"
        )
        column = REFERRED[staged.table.name]
        ledger.notice(staged.label, column, "PP-KEY-CASE", message, line=line)


def _check_lane_ids(connection: duckdb.DuckDBPyConnection, lanes: Staged, ledger: Ledger) -> None:
    """Refuse a lane_id that two pairs of nodes share."""
    shared = connection.execute(
        "SELECT lane_id, max(line), min(line) FROM lanes WHERE lane_id IS NOT NULL "
        "GROUP BY lane_id HAVING count(DISTINCT (origin, destination)) > 1 ORDER BY lane_id"
    ).fetchall()
    for lane_id, line, first in shared:
        message = (
            f"lane_id is {lane_id!r} for another pair of nodes on line {first}, expected an id of "
            f"its own"
        )
        ledger.fault(Fault(lanes.label, line, "lane_id", lane_id, "PP-KEY-TWICE", message))


def _check_customers(connection: duckdb.DuckDBPyConnection, staged: Staged, ledger: Ledger) -> None:
    """Tell how many customers of a side table never ordered."""
    found = connection.execute(
        f"SELECT count(DISTINCT customer_id), min(line) FROM {sql.name(staged.table.name)} "
        f"WHERE customer_id NOT IN (SELECT customer_id FROM orders WHERE customer_id IS NOT NULL)"
    ).fetchall()[0]
    if found[0]:
        message = f"{found[0]:,} customers are in no order"
        ledger.notice(staged.label, "customer_id", "PP-KEY-CUSTOMER", message, line=found[1])
