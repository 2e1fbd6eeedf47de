"""The contract of what a plan changes of stock that is under way: column, type, unit, meaning.

Stands on ``core.columns``; joined with the other tables of a run in ``core.files``.
"""

from __future__ import annotations

from prepos.core.columns import (
    Table,
    date_column,
    id_column,
    number_column,
    text_column,
    whole_column,
)

REDIRECTS = Table(
    name="redirects",
    meaning="units in transit that are taken off at a hub they come by, instead of going on; the "
    "transfers from there are in transfers.csv",
    label="redirect of {sku} to {node_id} at {hub_node_id}",
    key=("sku", "node_id", "arrives_on", "hub_node_id", "at_hub_on"),
    columns=(
        id_column("sku", "the item", required=True),
        whole_column("quantity", "whole case packs", unit="units", required=True, above=0),
        id_column("node_id", "where they would have arrived", required=True),
        date_column("arrives_on", "day they would have", required=True),
        id_column("hub_node_id", "where they are taken off", required=True),
        date_column("at_hub_on", "day they come there", required=True),
        number_column(
            "saving",
            "at the plan's prices and in single units, against letting all of the SKU go on",
            unit="currency",
            required=True,
        ),
        text_column("reason", "where they go instead, and what that is worth", required=True),
    ),
)

IN_TRANSIT = Table(
    name="in_transit",
    meaning="units of earlier plans that were shipped and not received before the cutoff, as they "
    "were added to the receipts; lines that have left in part ahead of their arrival; and those "
    "that the receipts name",
    label="{transfer_id} of {run_id}",
    key=("run_id", "transfer_id"),
    columns=(
        id_column("node_id", "where it arrives", required=True),
        id_column("sku", "the item", required=True),
        whole_column(
            "quantity",
            "that is on its way and added; 0 where it is received, or told of by the receipts",
            unit="units",
            required=True,
            minimum=0,
        ),
        date_column(
            "arrives_on", "as planned, or the cutoff's day where that is past", required=True
        ),
        id_column("transfer_id", "the line that it was planned by", required=True),
        id_column("run_id", "the plan of that line; empty where receipts name the line alone"),
        whole_column(
            "left",
            "of the line that have left, received ones too: what stands of it is the rest; of all "
            "plans that have it where run_id is empty",
            unit="units",
            required=True,
            above=0,
        ),
    ),
)
