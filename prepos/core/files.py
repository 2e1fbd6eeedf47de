"""The contract of the tables a run writes: column, type, unit, meaning.

Stands on ``core.columns``; joined with the input tables in ``core.tables``. Input and output share
names only where they mean the same.
"""

from __future__ import annotations

from dataclasses import replace

from prepos.core.columns import (
    Column,
    Kind,
    Table,
    choice_column,
    date_column,
    id_column,
    number_column,
    quantile_columns,
    text_column,
    whole_column,
)
from prepos.core.files_of_fits import BACKCAST
from prepos.core.files_of_replay import REPLAY_TABLES
from prepos.core.files_of_scores import SCORE_TABLES
from prepos.core.files_of_transit import IN_TRANSIT, REDIRECTS

SKU = id_column("sku", "the item", required=True)
REGION = id_column("region_id", "where", required=True)
NODE = id_column("node_id", "where", required=True)
PERIOD = date_column("period_start", "first day of the period", required=True)
MEAN = number_column("mean", "expected demand", unit="units", required=True)
CATCHMENT = id_column("catchment_id", "regions served cheapest by one node", required=True)

TRANSFERS = Table(
    name="transfers",
    meaning="the plan, one line a transfer, sorted by ship_date, origin, destination, sku",
    label="transfer {transfer_id}",
    key=("transfer_id",),
    columns=(
        id_column("transfer_id", "the same for the same decision", required=True),
        id_column("plan_id", "the plan it belongs to", required=True),
        SKU,
        whole_column("quantity", "whole case packs", unit="units", required=True, above=0),
        id_column("origin", "the node that sends", required=True),
        id_column("destination", "the node that receives", required=True),
        id_column("lane_id", "the lane it travels on", required=True),
        date_column("ship_date", "day it leaves", required=True),
        date_column("arrival_date", "day it is put away", required=True),
        id_column("load_id", "its vehicle; empty where the lane has none"),
        number_column("volume_m3", "space it takes", unit="m3", required=True),
        number_column("weight_kg", "what it weighs", unit="kg", required=True),
        number_column(
            "transport_cost", "by unit, m3 and kg, without vehicles", unit="currency", required=True
        ),
        Column(
            name="expected_saving",
            kind=Kind.NUMBER,
            meaning="against not moving these units",
            unit="currency",
            required=True,
        ),
        number_column("chance_unused", "share expected unused", required=True, maximum=1),
        text_column("reason", "why it is moved", required=True),
    ),
)

PUBLISHED = replace(
    TRANSFERS,
    name="published",
    meaning="the lines of the published plan that the plan stands on, less what has left of them",
    label="published {transfer_id}",
)

LOADS = Table(
    name="loads",
    meaning="one line a vehicle",
    label="load {load_id}",
    key=("load_id",),
    columns=(
        id_column("load_id", "the vehicle on its day", required=True),
        id_column("lane_id", "the lane it drives", required=True),
        id_column("origin", "the node that sends", required=True),
        id_column("destination", "the node that receives", required=True),
        date_column("ship_date", "day it leaves", required=True),
        date_column("arrival_date", "day it is put away", required=True),
        number_column("volume_m3", "space taken", unit="m3", required=True),
        number_column("weight_kg", "weight carried", unit="kg", required=True),
        number_column(
            "fill", "the larger of the volume's and the weight's share", required=True, maximum=1
        ),
        number_column("cost", "the vehicle's alone", unit="currency", required=True),
    ),
)

TARGETS = Table(
    name="targets",
    meaning="expected stock where anything is not zero; "
    "opening + receipts + transfers_in - transfers_out - expected_use = closing",
    label="target of {sku} at {node_id} for {period_start}",
    key=("node_id", "sku", "period_start"),
    columns=(
        NODE,
        SKU,
        PERIOD,
        *(
            number_column(name, meaning, unit="units", required=True)
            for name, meaning in (
                ("opening", "stock as the period starts"),
                ("receipts", "in transit before, arriving here with the plan's redirects"),
                ("transfers_in", "arriving by the plan"),
                ("transfers_out", "leaving by the plan"),
                ("expected_use", "expected to be ordered from here"),
                ("closing", "stock as the period ends"),
                ("closing_without_plan", "the same, if nothing moved"),
            )
        ),
        number_column("fill_rate", "of the node's own catchments", required=True, maximum=1),
    ),
)

FORECAST = Table(
    name="forecast",
    meaning="demand by region, SKU and period whose mean is above forecast.floor",
    label="forecast of {sku} in {region_id} for {period_start}",
    key=("region_id", "sku", "period_start"),
    columns=(REGION, SKU, PERIOD, MEAN, *quantile_columns(required=True)),
)

FORECAST_TOTAL = Table(
    name="forecast_total",
    meaning="demand over the whole horizon, forecast as a sum",
    label="forecast of {sku} in {region_id}",
    key=("region_id", "sku"),
    columns=(REGION, SKU, MEAN, *quantile_columns(required=True)),
)

SIGNALS = Table(
    name="signals",
    meaning="what each signal adds to the mean over the horizon",
    label="signal {signal} of {sku} in {region_id}",
    key=("region_id", "sku", "signal"),
    columns=(
        REGION,
        SKU,
        text_column("signal", "its name", required=True),
        Column(name="mean", kind=Kind.NUMBER, meaning="what it adds", unit="units", required=True),
    ),
)

VALUES = Table(
    name="values",
    meaning="for order routing: serve from where service cost plus value is least. Where stock "
    "lies, what the plan would lose without a unit of it; elsewhere what one more would save; both "
    "beyond what a unit costs that lies idle. A unit in no row is worth nothing",
    label="value of {sku} at {node_id}",
    key=("node_id", "sku"),
    columns=(
        NODE,
        SKU,
        number_column("value", "of a unit there now", unit="currency per unit", required=True),
    ),
)

ROUTING = Table(
    name="routing",
    meaning="for order routing: the nodes to ask one after another for a region's orders of a SKU, "
    "by service cost plus value; the first that has the units serves. A cell in no row is served "
    "nearest first, the least service cost first; so is what none of the listed nodes has. Of more "
    "than 250,000 cells those that are expected to order most are looked at",
    label="rank {rank} of {sku} for {region_id}",
    key=("region_id", "sku", "rank"),
    columns=(
        REGION,
        SKU,
        whole_column("rank", "1 is asked first, 3 last", required=True, above=0),
        NODE,
        number_column(
            "service_cost", "from there to the region", unit="currency per unit", required=True
        ),
        number_column("value", "of a unit there now", unit="currency per unit", required=True),
        number_column("price", "service cost plus value", unit="currency per unit", required=True),
    ),
)

REJECTS = Table(
    name="rejects",
    meaning="every input line that was refused",
    label="{file} line {line}",
    columns=(
        text_column("file", "its name", required=True),
        whole_column("line", "on which the record starts; 0 is the whole file", required=True),
        text_column("column", "empty where it is the whole line"),
        text_column("value", "as it stands in the file"),
        text_column("code", "stable; prepos explain spells it out", required=True),
        text_column("message", "found and expected", required=True),
    ),
)

CATCHMENTS = Table(
    name="catchments",
    meaning="the forecast of every span of the planning window by catchment, where the mean is "
    "above 0; a span's dispersion is fitted on its sum",
    label="catchment {catchment_id}, {sku} for {periods} periods from {period_start}",
    key=("catchment_id", "sku", "period_start", "periods"),
    columns=(
        CATCHMENT,
        SKU,
        PERIOD,
        whole_column("periods", "of the span, from period_start on", required=True, above=0),
        MEAN,
        number_column("dispersion", "a of variance = mean + a * mean^2", required=True),
    ),
)

ALLOCATION = Table(
    name="allocation",
    meaning="units put aside at a node until the window's end for a slice of a catchment's demand "
    "over it",
    label="{plan}: {sku} at {node_id} for {catchment_id}, from {period_start}",
    key=("plan", "sku", "node_id", "catchment_id", "period_start", "moved", "rank_from"),
    columns=(
        choice_column("plan", ("plan", "nothing"), "with transfers, or without", required=True),
        SKU,
        NODE,
        CATCHMENT,
        PERIOD,
        whole_column("moved", "1 where the plan brings the units, 0 where they are", required=True),
        whole_column("rank_from", "the slice starts after this unit", unit="units", required=True),
        whole_column("rank_to", "its last unit", unit="units", required=True, above=0),
        number_column("units", "put aside", unit="units", required=True),
        number_column("expected_use", "of them", unit="units", required=True),
        number_column("relieved", "by origins, as these come late", unit="units", required=True),
    ),
)

SUPPLY = Table(
    name="supply",
    meaning="what one more unit of stock on hand or to come would save: with certificate.json, the "
    "proof of the bound",
    label="supply of {sku} at {node_id} from {lies_from}",
    key=("sku", "node_id", "lies_from", "hub_node_id", "at_hub_on"),
    columns=(
        SKU,
        NODE,
        date_column("lies_from", "day it comes, or the day before the cutoff", required=True),
        id_column("hub_node_id", "where it may be redirected, else node_id", required=True),
        date_column("at_hub_on", "day it comes there, else lies_from", required=True),
        whole_column("units", "there are", unit="units", required=True),
        number_column("value", "of one more unit", unit="currency per unit", required=True),
    ),
)

CUSTOMERS = Table(
    name="customers",
    meaning="what the next order of each customer who agreed to it is likeliest to hold",
    label="next order of {customer_id}, {sku}",
    key=("customer_id", "sku"),
    columns=(
        id_column("customer_id", "who orders", required=True),
        SKU,
        whole_column("rank", "1 is the likeliest", required=True, above=0),
        number_column("chance", "that the next order holds the SKU", required=True, maximum=1),
        whole_column("times_bought", "orders before that held it, 0 for a first", required=True),
        number_column("expected_orders", "of the customer over the horizon", required=True),
        number_column("chance_of_order", "that one comes in the horizon", required=True, maximum=1),
    ),
)

STATE = Table(
    name="state",
    meaning="discounted units of every cell that ever sold, for `prepos forecast --update`: one "
    "column a speed, half_life_<weeks>_weeks; what holds for all of them stands in fitted.json",
    label="state of {sku} in {region_id}",
    key=("region_id", "sku"),
    columns=(REGION, SKU),
)

RUN_TABLES = (
    TRANSFERS,
    REDIRECTS,
    PUBLISHED,
    IN_TRANSIT,
    LOADS,
    TARGETS,
    FORECAST,
    FORECAST_TOTAL,
    SIGNALS,
    VALUES,
    ROUTING,
    REJECTS,
    CATCHMENTS,
    ALLOCATION,
    SUPPLY,
    CUSTOMERS,
    STATE,
    BACKCAST,
    *SCORE_TABLES,
    *REPLAY_TABLES,
)
