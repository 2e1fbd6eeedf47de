"""Put every broken rule into words, cell by cell: the second look at what the mask has shown."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

from prepos.core.columns import Table
from prepos.core.faults import Fault
from prepos.ingest import sql
from prepos.ingest.checks import Cells, Checks, bads_sql, values_sql
from prepos.ingest.explain import explain_cell
from prepos.ingest.ledger import LISTED, Ledger
from prepos.ingest.rows import RowRule
from prepos.ingest.rules import Rule


def tell_cells(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    cells: Cells,
    checks: Checks,
    mask: int,
    label: str,
    ledger: Ledger,
) -> None:
    """Put every rule that the mask shows broken into words, cell by cell."""
    by_name = {rule.column.name: rule.cell for rule in checks.rules}
    texts = ", ".join(f"{cell} AS {sql.name(name)}" for name, cell in by_name.items())
    rules: list[Rule | RowRule] = [*checks.rules, *checks.rows]
    for bit, (rule, bad) in enumerate(zip(rules, bads_sql(checks), strict=True)):
        if not mask >> bit & 1:
            continue
        chosen = f"FROM ({values_sql(cells, checks)}) WHERE {bad}"
        found = connection.execute(
            f"SELECT line, {texts} {chosen} ORDER BY line LIMIT {LISTED}"
        ).fetchall()
        total = connection.execute(f"SELECT count(*) {chosen}").fetchall()[0][0]
        column = rule.column if isinstance(rule, RowRule) else rule.column.name
        ledger.more(label, column, total - len(found))
        for line, *row in found:
            named = dict.fromkeys(table.names) | dict(zip(by_name, row, strict=True))
            code, words = _words(rule, named, checks)
            message = f"{row_label(table, named)}{words}"
            ledger.fault(Fault(label, line, column, named[column] or "", code, message))


def _words(
    rule: Rule | RowRule, named: Mapping[str, str | None], checks: Checks
) -> tuple[str, str]:
    """Return code and words of one broken rule."""
    if isinstance(rule, RowRule):
        return rule.code, rule.words.format_map({k: v or "" for k, v in named.items()})
    return explain_cell(rule.column, named[rule.column.name], checks.reading)


def row_label(table: Table, texts: Mapping[str, str | None]) -> str:
    """Return how a row is called in a message, with a colon."""
    named = {name: text or "?" for name, text in texts.items()}
    return f"{table.label.format_map(named)}: "
