"""The contract of every table: column, type, unit, rule, meaning.

The one source: what ingest checks, what ``prepos schema`` prints and what ``data/schemas`` holds
are made from it. Assumes that a name here is public: changing one is a breaking change.
"""

from __future__ import annotations

from prepos.core.columns import (
    Column,
    Kind,
    Table,
    choice_column,
    date_column,
    id_column,
    instant_column,
    number_column,
    point_columns,
    text_column,
    whole_column,
)
from prepos.core.files import RUN_TABLES
from prepos.core.files_of_acknowledgements import ACKNOWLEDGEMENTS
from prepos.core.files_of_edits import EDITED
from prepos.core.side_tables import SIDE_TABLES
from prepos.errors import ConfigError

SKU = id_column("sku", "the item", required=True, refers="products")

ORDERS = Table(
    name="orders",
    meaning="order lines; lines of one order and SKU add up",
    label="order {order_id}",
    required=True,
    columns=(
        id_column("order_id", "the order that the line belongs to", required=True),
        instant_column("ordered_at", "when it was placed, in the run's time zone", required=True),
        SKU,
        whole_column("quantity", "units ordered", unit="units", required=True, above=0),
        id_column("customer_id", "who ordered; empty where not known"),
        id_column("region_id", "where it is delivered: first choice", refers="regions"),
        *point_columns(required=False),
        id_column("postal_code", "where it is delivered, with the places table: third choice"),
        Column(
            name="unit_price",
            kind=Kind.NUMBER,
            meaning="price paid; negative for adjustments",
            unit="currency per unit",
        ),
    ),
)

PRODUCTS = Table(
    name="products",
    meaning="the items that are planned; an empty value takes the config's default",
    label="product {sku}",
    required=True,
    key=("sku",),
    columns=(
        id_column("sku", "the item", required=True),
        number_column(
            "unit_volume_m3", "space one unit takes", unit="m3", default="plan.unit_volume_m3"
        ),
        number_column(
            "unit_weight_kg", "weight of one unit", unit="kg", default="plan.unit_weight_kg"
        ),
        number_column("unit_value", "what one unit is worth", unit="currency per unit"),
        number_column(
            "shortage_cost",
            "cost of a unit short",
            unit="currency per unit",
            default="plan.shortage_cost",
        ),
        number_column(
            "holding_cost",
            "cost of a unit lying at a forward node at a period's end",
            unit="currency per unit and period",
            default="plan.holding_cost",
        ),
        number_column(
            "return_cost",
            "cost of a moved unit that is left unused at the horizon's end",
            unit="currency per unit",
            default="plan.return_cost",
        ),
        whole_column(
            "case_pack",
            "units that travel together",
            unit="units",
            above=0,
            default="plan.case_pack",
        ),
        whole_column(
            "minimum_lot",
            "what one departure takes of it at least, if anything; frozen lines stand as they are",
            unit="units",
            above=0,
            default="1",
        ),
        text_column("category", "a group of items that sell alike"),
        number_column("shelf_life_days", "days until it is unsaleable", unit="days", above=0),
        date_column("launched_on", "first day it was on sale"),
    ),
)

NODES = Table(
    name="nodes",
    meaning="places that hold stock",
    label="node {node_id}",
    required=True,
    key=("node_id",),
    columns=(
        id_column("node_id", "the place", required=True),
        choice_column(
            "kind",
            ("origin", "forward"),
            "origin holds stock to send, forward receives it ahead of orders",
            required=True,
        ),
        *point_columns(required=True),
        text_column("name", "its name for people"),
        number_column("storage_m3", "room for stock", unit="m3", default="no limit"),
        number_column("inbound_m3", "most it takes in", unit="m3 per period", default="no limit"),
        number_column("outbound_m3", "most it sends out", unit="m3 per period", default="no limit"),
        number_column(
            "handling_cost",
            "cost of a unit that the plan brings in, by transfer or redirect",
            unit="currency per unit",
            default="0",
        ),
    ),
)

REGIONS = Table(
    name="regions",
    meaning="areas planned as one; or a polygon layer with region_id",
    label="region {region_id}",
    required=True,
    key=("region_id",),
    columns=(
        id_column("region_id", "the area", required=True),
        *point_columns(required=True),
        text_column("name", "its name for people"),
        number_column("population", "people living there", unit="people"),
    ),
)

STOCK = Table(
    name="stock",
    meaning="what lies where at the cutoff",
    label="stock of {sku} at {node_id}",
    required=True,
    key=("node_id", "sku"),
    columns=(
        id_column("node_id", "where it lies", required=True, refers="nodes"),
        SKU,
        whole_column("on_hand", "usable units now", unit="units", required=True),
        date_column("counted_on", "day of the snapshot"),
    ),
)

RECEIPTS = Table(
    name="receipts",
    meaning="already in transit; arrives, unless the plan redirects it at a hub it comes by",
    label="receipt of {sku} at {node_id}",
    columns=(
        id_column("node_id", "where it arrives", required=True, refers="nodes"),
        SKU,
        whole_column("quantity", "units that arrive", unit="units", required=True, above=0),
        date_column("arrives_on", "day it is put away", required=True),
        id_column(
            "hub_node_id", "the last node it comes by, where it may be redirected", refers="nodes"
        ),
        date_column("at_hub_on", "day it comes there; from the next day on it may leave by lanes"),
        id_column(
            "transfer_id",
            "the line of an earlier plan that it is, or its exported key: it stands for what the "
            "ledger tells, and is taken off the line",
        ),
    ),
)

LANES = Table(
    name="lanes",
    meaning="ways to move stock; a pair without a row has no lane",
    label="lane {origin} -> {destination}",
    key=("origin", "destination", "lane_id"),
    columns=(
        id_column("origin", "the node that sends", required=True, refers="nodes"),
        id_column("destination", "the node that receives", required=True, refers="nodes"),
        whole_column(
            "lead_time_days", "pick to put-away", unit="days", required=True, maximum=3650
        ),
        id_column("lane_id", "tells two modes of one pair apart", default="origin>destination"),
        number_column("cost_per_unit", "cost of a unit", unit="currency per unit", default="0"),
        number_column("cost_per_m3", "cost by volume", unit="currency per m3", default="0"),
        number_column("cost_per_kg", "cost by weight", unit="currency per kg", default="0"),
        number_column(
            "vehicle_cost", "cost of one vehicle", unit="currency per vehicle", default="0"
        ),
        number_column("vehicle_m3", "room in a vehicle", unit="m3", above=0, default="no limit"),
        number_column("vehicle_kg", "payload of a vehicle", unit="kg", above=0, default="no limit"),
        whole_column("vehicles", "most vehicles", unit="vehicles per period", default="no limit"),
        Column(
            name="ship_weekdays",
            kind=Kind.WEEKDAYS,
            meaning="days on which it leaves",
            default="every day",
        ),
        number_column(
            "co2e_kg_per_kg",
            "emissions of moving goods",
            unit="kg CO2e per kg",
            default="by road distance and lanes.co2e_kg_per_tonne_km",
        ),
    ),
)

SERVICE = Table(
    name="service",
    meaning="what serving a region from a node takes; a pair without a row cannot serve",
    label="service {node_id} -> {region_id}",
    key=("node_id", "region_id"),
    columns=(
        id_column("node_id", "the node that serves", required=True, refers="nodes"),
        id_column("region_id", "the region served", required=True, refers="regions"),
        number_column("ship_cost", "cost of a unit", unit="currency per unit", required=True),
        number_column("transit_days", "order to door", unit="days", required=True),
    ),
)


TABLES: dict[str, Table] = {  # the input tables: what ``[data]`` may name
    table.name: table
    for table in (ORDERS, PRODUCTS, NODES, REGIONS, STOCK, RECEIPTS, LANES, SERVICE, *SIDE_TABLES)
}
ALL_TABLES: dict[str, Table] = {
    **TABLES,
    **{table.name: table for table in (*RUN_TABLES, EDITED, ACKNOWLEDGEMENTS)},
}


def table_schema(name: str) -> dict[str, object]:
    """Return the Frictionless Table Schema of an input table or of a table of a run.

    Raises
    ------
    ConfigError
        If there is no table of that name.
    """
    if name not in ALL_TABLES:
        raise ConfigError(f"table is {name!r}, expected one of {', '.join(ALL_TABLES)}")
    return ALL_TABLES[name].schema()
