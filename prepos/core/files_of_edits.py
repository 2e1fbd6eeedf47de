"""The contract of a planner's edited copy of ``transfers.csv``: what of it is read.

What a line moves is read; what it costs, saves and why is worked out anew, so those columns may
hold anything.
"""

from __future__ import annotations

from prepos.core.columns import Table, date_column, id_column, text_column, whole_column
from prepos.core.files import TRANSFERS

READ = (
    id_column("transfer_id", "as planned; empty for a line that is added"),
    id_column("sku", "the item", required=True, refers="products"),
    whole_column("quantity", "whole case packs", unit="units", required=True, above=0),
    id_column("origin", "the node that sends; may be left out where lane_id is given"),
    id_column("destination", "the node that receives; likewise"),
    id_column("lane_id", "the lane; may be left out where one alone joins the nodes"),
    date_column("ship_date", "day it leaves", required=True),
)
_NAMES = tuple(column.name for column in READ)

EDITED = Table(
    name="edited",
    meaning="a planner's copy of transfers.csv: quantities changed, lines removed or added",
    label="{sku} on {ship_date}",
    columns=(
        *READ,
        *(
            text_column(column.name, "not read: worked out anew")
            for column in TRANSFERS.columns
            if column.name not in _NAMES
        ),
    ),
)
