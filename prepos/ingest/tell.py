"""Put every broken rule into words, cell by cell: the second look at what the mask has shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from string import Formatter

import duckdb

from prepos.core.columns import Table
from prepos.core.faults import Fault
from prepos.ingest import sql
from prepos.ingest.checks import Cells, Checks, bads_sql, values_sql
from prepos.ingest.explain import explain_cell
from prepos.ingest.ledger import Ledger
from prepos.ingest.rows import RowRule
from prepos.ingest.rules import Rule

ALIKE = 10_000  # explanations kept, for cells alike


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
    cell_of = {rule.column.name: rule.cell for rule in checks.rules}
    rules: list[Rule | RowRule] = [*checks.rules, *checks.rows]
    for bit, (rule, bad) in enumerate(zip(rules, bads_sql(checks), strict=True)):
        if not mask >> bit & 1:
            continue
        column = rule.column if isinstance(rule, RowRule) else rule.column.name
        say = _speaker(rule, checks)
        told = _fields(table.label) | _fields(rule.words if isinstance(rule, RowRule) else "")
        names = sorted(told | {column})
        texts = ", ".join(cell_of.get(name, "NULL") for name in names)
        query = f"SELECT line, {texts} FROM ({values_sql(cells, checks)}) WHERE {bad}"
        for line, *row in sql.rows(connection, query):
            named = dict(zip(names, row, strict=True))
            code, words = say(named)
            message = f"{row_label(table, named)}{words}"
            ledger.fault(Fault(label, line, column, named[column] or "", code, message))


def _speaker(
    rule: Rule | RowRule, checks: Checks
) -> Callable[[Mapping[str, str | None]], tuple[str, str]]:
    """Return what gives code and words of a broken rule; cells alike are explained once."""
    if isinstance(rule, RowRule):
        return lambda named: (
            rule.code,
            rule.words.format_map({name: text or "" for name, text in named.items()}),
        )
    explain = lru_cache(ALIKE)(lambda cell: explain_cell(rule.column, cell, checks.reading))
    return lambda named: explain(named[rule.column.name])


def _fields(words: str) -> set[str]:
    """Return the columns that words name in braces."""
    return {name for _, name, _, _ in Formatter().parse(words) if name}


def row_label(table: Table, texts: Mapping[str, str | None]) -> str:
    """Return how a row is called in a message, with a colon."""
    named = {name: text or "?" for name, text in texts.items()}
    return f"{table.label.format_map(named)}: "
