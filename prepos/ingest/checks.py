"""All checks of one table as SQL over the text of its cells; a row's mask has one bit per rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from prepos.core.columns import Kind, Table
from prepos.ingest.rows import ROW_RULES, RowRule
from prepos.ingest.rules import Reading, Rule, has_offset, make_rule

TRIMMED, WITH_OFFSET = 1 << 40, 1 << 41  # bits of the mask that only tell
FAULTS = TRIMMED - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """Where the text of the cells comes from: SQL with columns c0 … and, if known, ``line``."""

    select: str
    line: str  # SQL of a row's line; empty while the fast reader does not know it


@dataclass(frozen=True, slots=True)
class Checks:
    """All that is checked in one table."""

    rules: tuple[Rule, ...]
    rows: tuple[RowRule, ...]
    names: Mapping[str, str]  # placeholders of row rules
    exempt: str  # SQL: rows that are left out anyway
    reading: Reading


def make_checks(table: Table, known: Mapping[str, int], reading: Reading) -> Checks:
    """Return the rules of the columns given, and what must hold between them."""
    drop = table.name == "orders" and reading.options.cancellations == "drop"
    rules = tuple(
        make_rule(
            replace(column, above=None) if drop and column.name == "quantity" else column,
            known[column.name],
            reading,
        )
        for column in table.columns
        if column.name in known
    )
    names = dict.fromkeys(table.names, "NULL") | {f"{name}_cell": "NULL" for name in table.names}
    for rule in rules:
        names[rule.column.name] = rule.cell.replace("c", "v")
        names[f"{rule.column.name}_cell"] = rule.cell
    exempt = f"coalesce({names['quantity']} <= 0, FALSE)" if drop else "FALSE"
    rows = ROW_RULES.get(table.name, ())
    if table.name == "orders" and names["region_id"] == names["postal_code"] == "NULL":
        rows = rows if names["latitude"] != "NULL" else ()  # the header's fault is told once
    return Checks(rules, rows, names, exempt, reading)


def values_sql(cells: Cells, checks: Checks) -> str:
    """Return SQL of the cells and the values that rules try to read in them."""
    tried = [f"{rule.value} AS {rule.cell.replace('c', 'v')}" for rule in checks.rules]
    return f"SELECT {', '.join(['*', *tried])} FROM ({cells.select})"


def bads_sql(checks: Checks) -> list[str]:
    """Return SQL for each rule, first of columns and then of rows: true where it is broken."""
    bad = [rule.bad for rule in checks.rules]
    bad += [f"coalesce({rule.bad.format_map(checks.names)}, FALSE)" for rule in checks.rows]
    return bad if checks.exempt == "FALSE" else [f"({b}) AND NOT {checks.exempt}" for b in bad]


def mask_sql(checks: Checks) -> str:
    """Return SQL of a row's mask: a bit for each rule broken, and bits that only tell."""
    parts = [
        f"CASE WHEN {bad} THEN {1 << bit} ELSE 0 END" for bit, bad in enumerate(bads_sql(checks))
    ]
    for rule in checks.rules:
        value = rule.cell.replace("c", "v")
        if rule.column.kind is Kind.ID:
            parts.append(f"CASE WHEN {value} <> {rule.cell} THEN {TRIMMED} ELSE 0 END")
        if rule.column.name == "ordered_at":
            parts.append(f"CASE WHEN {has_offset(rule.cell)} THEN {WITH_OFFSET} ELSE 0 END")
    clear = [rule.clear for rule in checks.rules]
    clear += [f"({rule.bad.format_map(checks.names)}) IS NOT TRUE" for rule in checks.rows]
    full = " | ".join(f"({part})::BIGINT" for part in parts)
    return f"CASE WHEN {' AND '.join(clear)} THEN 0 ELSE {full} END" if parts else "0"
