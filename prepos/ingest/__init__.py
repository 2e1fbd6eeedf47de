"""Station 1: files to tables that honour the contract, or everything that is wrong with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prepos.core.lazily import lazy_names

if TYPE_CHECKING:
    from prepos.ingest.acknowledgements import read_answers
    from prepos.ingest.edited import read_edited
    from prepos.ingest.make import make_nodes, make_products, make_stock
    from prepos.ingest.options import IngestOptions
    from prepos.ingest.orders import load_orders
    from prepos.ingest.read import read_tables, refuse_faults
    from prepos.ingest.sums import input_sums

__all__ = [
    "IngestOptions",
    "input_sums",
    "load_orders",
    "make_nodes",
    "make_products",
    "make_stock",
    "read_answers",
    "read_edited",
    "read_tables",
    "refuse_faults",
]

_HOMES = {
    "IngestOptions": "prepos.ingest.options",
    "input_sums": "prepos.ingest.sums",
    "load_orders": "prepos.ingest.orders",
    "make_nodes": "prepos.ingest.make",
    "make_products": "prepos.ingest.make",
    "make_stock": "prepos.ingest.make",
    "read_answers": "prepos.ingest.acknowledgements",
    "read_edited": "prepos.ingest.edited",
    "read_tables": "prepos.ingest.read",
    "refuse_faults": "prepos.ingest.read",
}
__getattr__ = lazy_names(__name__, _HOMES)
