"""Station 1: files to tables that honour the contract, or everything that is wrong with them."""

from prepos.ingest.edited import read_edited
from prepos.ingest.make import make_nodes, make_products, make_stock
from prepos.ingest.options import IngestOptions
from prepos.ingest.orders import load_orders
from prepos.ingest.read import read_tables, refuse_faults

__all__ = [
    "IngestOptions",
    "load_orders",
    "make_nodes",
    "make_products",
    "make_stock",
    "read_edited",
    "read_tables",
    "refuse_faults",
]
