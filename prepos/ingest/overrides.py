"""The planner's words: whether they contradict each other, and whether their lanes exist."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

from prepos.core.faults import Fault
from prepos.ingest.ledger import Ledger
from prepos.ingest.stage import Staged

# what a rule leaves open, for two overrides a and b of one SKU and lane: from least to most units
_LEAST = "CASE r.rule WHEN 'pin' THEN r.quantity WHEN 'min' THEN r.quantity ELSE 0 END"
_MOST = "CASE r.rule WHEN 'forbid' THEN 0 WHEN 'min' THEN 1e18 ELSE r.quantity END"


def check_overrides(
    connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Staged], ledger: Ledger
) -> None:
    """Refuse overrides that contradict each other, and those of a lane that is not there."""
    label = tables["overrides"].label
    _check_contradictions(connection, label, ledger)
    if "lanes" in tables:
        if tables["lanes"].whole:
            known = "FROM lanes l WHERE l.origin = o.origin AND l.destination = o.destination"
            hint = f"no such lane in {tables['lanes'].label}"
            _check_lanes(connection, label, known, hint, ledger)
    elif "nodes" in tables and tables["nodes"].whole:
        known = (
            "FROM nodes a, nodes b WHERE a.node_id = o.origin AND b.node_id = o.destination "
            "AND a.kind = 'origin' AND b.kind = 'forward'"
        )
        hint = "without a lanes table there are lanes from origins to forward nodes only"
        _check_lanes(connection, label, known, hint, ledger)


def _check_contradictions(
    connection: duckdb.DuckDBPyConnection, label: str, ledger: Ledger
) -> None:
    """Refuse two overrides of one SKU and lane that cannot both hold."""
    pairs = connection.execute(
        "SELECT b.line, a.line, b.rule, b.quantity, a.rule, a.quantity, b.sku, b.origin, "
        "b.destination FROM overrides a JOIN overrides b "
        "ON a.origin = b.origin AND a.destination = b.destination "
        "AND (a.sku = b.sku OR a.sku = '*' OR b.sku = '*') AND a.line < b.line "
        f"WHERE list_aggregate([{_MOST} FOR r IN [a, b]], 'min') "
        f"< list_aggregate([{_LEAST} FOR r IN [a, b]], 'max') ORDER BY b.line"
    ).fetchall()
    for line, first, rule, quantity, other, than, sku, origin, destination in pairs:
        mine = rule if quantity is None else f"{rule} {quantity}"
        theirs = other if than is None else f"{other} {than}"
        message = (
            f"override {sku} {origin} -> {destination}: {mine} contradicts {theirs} on line {first}"
        )
        ledger.fault(Fault(label, line, "rule", rule, "PP-SENSE-OVERRIDES", message))


def _check_lanes(
    connection: duckdb.DuckDBPyConnection, label: str, known: str, hint: str, ledger: Ledger
) -> None:
    """Refuse overrides whose ends SQL does not know as a lane."""
    missing = connection.execute(
        "SELECT line, origin, destination FROM overrides o WHERE origin IS NOT NULL "
        f"AND destination IS NOT NULL AND NOT EXISTS ({known}) ORDER BY line"
    ).fetchall()
    for line, origin, destination in missing:
        message = f"override {origin} -> {destination}: {hint}"
        ledger.fault(Fault(label, line, "destination", destination, "PP-KEY-LANE", message))
