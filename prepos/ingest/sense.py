"""What is allowed but should be doubted, and what contradicts itself, once the tables are read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import duckdb

from prepos.core.faults import Fault
from prepos.ingest import sql
from prepos.ingest.ledger import Ledger
from prepos.ingest.options import IngestOptions
from prepos.ingest.overrides import check_overrides
from prepos.ingest.stage import Staged
from prepos.ingest.swapped import check_swapped

DENSEST_KG_M3 = 22_600.0  # osmium; a denser product has its units wrong
LARGEST_UNIT_M3 = 20.0  # a quarter of a lorry; above it the volume is likely in litres

Tables = Mapping[str, Staged]


def check_sense(
    connection: duckdb.DuckDBPyConnection,
    tables: Tables,
    options: IngestOptions,
    *,
    cutoff: date | None,
    ledger: Ledger,
) -> None:
    """Note everything that the tables say together and should not."""
    for name, staged in tables.items():
        if not staged.rows and staged.whole and name != "orders":
            _tell_empty(staged, ledger)
    if "products" in tables:
        _check_units(connection, tables["products"], ledger)
    if "stock" in tables:
        _check_stock(connection, tables["stock"], options, cutoff, ledger)
    if "receipts" in tables and cutoff is not None:
        _check_receipts(connection, tables["receipts"], cutoff, ledger)
    if "receipts" in tables and "nodes" in tables and tables.get("lanes", tables["nodes"]).whole:
        _check_hubs(connection, tables, ledger)
    if "nodes" in tables and tables["nodes"].rows:
        _check_nodes(connection, tables, ledger)
    if "consents" in tables:
        _check_consents(connection, tables["consents"], cutoff, ledger)
    check_swapped(connection, tables, ledger)
    if "overrides" in tables:
        check_overrides(connection, tables, ledger)


def _tell_empty(staged: Staged, ledger: Ledger) -> None:
    """Refuse a needed table without rows; tell of another."""
    message = f"table {staged.table.name} has a header and no rows"
    if staged.table.required and staged.table.name != "stock":
        fault = Fault(staged.label, 1, "", "", "PP-FILE-NO-ROWS", f"{message}, expected rows")
        ledger.fault(fault)
    else:
        ledger.notice(staged.label, "", "PP-FILE-NO-ROWS", message, line=1)


def _check_units(connection: duckdb.DuckDBPyConnection, products: Staged, ledger: Ledger) -> None:
    """Tell of volumes and weights that look a factor of 1000 off."""
    looks = (
        ("unit_volume_m3", f"unit_volume_m3 > {LARGEST_UNIT_M3}", "m3; are these litres?"),
        (
            "unit_weight_kg",
            f"unit_weight_kg > {DENSEST_KG_M3} * unit_volume_m3 AND unit_volume_m3 > 0",
            "kg no denser than metal; are these grams, or is the volume too small?",
        ),
    )
    for column, doubt, hint in looks:
        count, line, sku, value = connection.execute(
            f"SELECT count(*), min(line), arg_min(sku, line), arg_min({column}, line) "
            f"FROM products WHERE {doubt}"
        ).fetchall()[0]
        if count:
            message = f"product {sku}: {column} is {value:g}, expected {hint} ({count:,} products)"
            ledger.notice(products.label, column, "PP-SENSE-UNITS", message, line=line)


def _check_stock(
    connection: duckdb.DuckDBPyConnection,
    stock: Staged,
    options: IngestOptions,
    cutoff: date | None,
    ledger: Ledger,
) -> None:
    """Tell of no stock anywhere, and of counts that are old or of later than the cutoff."""
    total, first, last = connection.execute(
        "SELECT coalesce(sum(on_hand), 0), min(counted_on), max(counted_on) FROM stock"
    ).fetchall()[0]
    if not total:
        ledger.notice(
            stock.label, "on_hand", "PP-SENSE-NO-STOCK", "no stock anywhere: nothing can be moved"
        )
    if cutoff is None or first is None:
        return
    if first < cutoff - timedelta(days=options.max_stock_age_days):
        message = (
            f"stock was counted on {first}, {(cutoff - first).days} days before the cutoff "
            f"{cutoff}, expected at most {options.max_stock_age_days} "
            f"(ingest.max_stock_age_days)"
        )
        ledger.notice(stock.label, "counted_on", "PP-TIME-STOCK-AGE", message)
    if last > cutoff:
        message = f"stock was counted on {last}, after the cutoff {cutoff}: it knows the future"
        ledger.notice(stock.label, "counted_on", "PP-TIME-STOCK-AGE", message)


def _check_receipts(
    connection: duckdb.DuckDBPyConnection, receipts: Staged, cutoff: date, ledger: Ledger
) -> None:
    """Tell of receipts that should have arrived."""
    count, line = connection.execute(
        f"SELECT count(*), min(line) FROM receipts WHERE arrives_on < {sql.day(cutoff)}"
    ).fetchall()[0]
    if count:
        message = f"{count:,} receipts arrive before the cutoff {cutoff} and count as arrived on it"
        ledger.notice(receipts.label, "arrives_on", "PP-TIME-RECEIPT", message, line=line)
    count, line = connection.execute(
        f"SELECT count(*), min(line) FROM receipts WHERE at_hub_on < {sql.day(cutoff)} "
        f"AND arrives_on >= {sql.day(cutoff)}"
    ).fetchall()[0]
    if count:
        message = f"{count:,} receipts have passed their hub before the cutoff {cutoff} and go on"
        ledger.notice(receipts.label, "at_hub_on", "PP-TIME-HUB", message, line=line)


def _check_hubs(connection: duckdb.DuckDBPyConnection, tables: Tables, ledger: Ledger) -> None:
    """Tell of hubs that no lane leaves; without a lanes table origins alone have lanes."""
    senders = "SELECT node_id FROM nodes WHERE kind = 'origin'"
    if "lanes" in tables:
        senders = "SELECT origin FROM lanes WHERE origin IS NOT NULL"
    alone = connection.execute(
        "SELECT min(line), hub_node_id, count(*) FROM receipts WHERE hub_node_id IS NOT NULL "
        f"AND hub_node_id NOT IN ({senders}) GROUP BY hub_node_id ORDER BY 1"
    ).fetchall()
    for line, hub, count in alone:
        message = (
            f"hub {hub}: no lane leaves it, so {count:,} receipts can only go on or stay there"
        )
        ledger.notice(tables["receipts"].label, "hub_node_id", "PP-SENSE-HUB", message, line=line)


def _check_nodes(connection: duckdb.DuckDBPyConnection, tables: Tables, ledger: Ledger) -> None:
    """Tell of a network in which nothing can move, and of forward nodes that no lane reaches."""
    nodes = tables["nodes"]
    kinds = {row[0] for row in connection.execute("SELECT DISTINCT kind FROM nodes").fetchall()}
    for kind, verb in (("origin", "sends"), ("forward", "receives")):
        if kind not in kinds and nodes.whole:
            message = f"no node is of kind {kind}: none {verb} stock"
            ledger.notice(nodes.label, "kind", "PP-SENSE-NO-NODE", message)
    if "lanes" not in tables or not tables["lanes"].whole:
        return
    alone = connection.execute(
        "SELECT line, node_id FROM nodes WHERE kind = 'forward' AND node_id NOT IN "
        "(SELECT destination FROM lanes WHERE destination IS NOT NULL) ORDER BY line"
    ).fetchall()
    for line, node in alone:
        message = f"node {node}: no lane reaches it, so nothing can be sent there"
        ledger.notice(nodes.label, "node_id", "PP-SENSE-NO-LANE", message, line=line)


def _check_consents(
    connection: duckdb.DuckDBPyConnection, consents: Staged, cutoff: date | None, ledger: Ledger
) -> None:
    """Tell of consents that are not known yet, and of those that contradict each other."""
    if cutoff is not None:
        count, line = connection.execute(
            f'SELECT count(*), min(line) FROM consents WHERE "at" > {sql.day(cutoff)}'
        ).fetchall()[0]
        if count:
            message = f"{count:,} consents are of after the cutoff {cutoff} and are not read"
            ledger.notice(consents.label, "at", "PP-TIME-CONSENT", message, line=line)
    torn = connection.execute(
        "SELECT min(line), any_value(customer_id), any_value(purpose) FROM consents "
        'GROUP BY customer_id, purpose, "at" HAVING bool_or(granted) AND NOT bool_and(granted) '
        "ORDER BY 1"
    ).fetchall()
    if torn:
        line, customer, purpose = torn[0]
        message = (
            f"{len(torn):,} consents are given and taken back at one instant, such as that of "
            f"{customer} to {purpose}: they count as no"
        )
        ledger.notice(consents.label, "granted", "PP-SENSE-CONSENTS", message, line=line)
