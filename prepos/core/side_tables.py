"""The contract of the input tables that only some runs have: places, wishes, consent, events.

Stands on ``core.columns``; joined with the others in ``core.tables``.
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
    quantile_columns,
    text_column,
    whole_column,
)

SKU = id_column("sku", "the item", required=True, refers="products")

PLACES = Table(
    name="places",
    meaning="where postal codes are",
    label="postal code {postal_code}",
    key=("postal_code",),
    columns=(id_column("postal_code", "the code", required=True), *point_columns(required=True)),
)

NEIGHBOURS = Table(
    name="neighbours",
    meaning="which regions buy alike because they are near",
    label="neighbours {region_id} and {neighbour_id}",
    key=("region_id", "neighbour_id"),
    columns=(
        id_column("region_id", "the region", required=True, refers="regions"),
        id_column("neighbour_id", "its neighbour", required=True, refers="regions"),
        number_column("weight", "how much it counts", required=True, above=0),
    ),
)

INTENTS = Table(
    name="intents",
    meaning="what customers looked at or put aside",
    label="intent of {customer_id} for {sku}",
    key=("customer_id", "sku", "kind", "at"),
    columns=(
        id_column("customer_id", "who", required=True),
        SKU,
        choice_column(
            "kind", ("wishlist", "cart", "view", "search"), "how it was shown", required=True
        ),
        instant_column("at", "when", required=True),
    ),
)

CONSENTS = Table(
    name="consents",
    meaning="with it, only who granted is used one by one",
    label="consent of {customer_id} to {purpose}",
    key=("customer_id", "purpose", "at", "granted"),
    columns=(
        id_column("customer_id", "who", required=True),
        choice_column("purpose", ("personal_forecast", "offers"), "for what", required=True),
        Column(name="granted", kind=Kind.BOOLEAN, meaning="given, or taken back", required=True),
        instant_column("at", "when; the last one counts", required=True),
    ),
)

CALENDAR = Table(
    name="calendar",
    meaning="events known ahead",
    label="event {event} on {date}",
    key=("date", "region_id", "event", "kind", "sku", "category"),
    columns=(
        date_column("date", "the day", required=True),
        id_column("region_id", "where; empty means everywhere", refers="regions"),
        text_column("event", "its name", required=True),
        choice_column("kind", ("holiday", "promotion"), "what sort", required=True),
        id_column("sku", "the item promoted", refers="products"),
        text_column("category", "the group of items promoted"),
    ),
)

STOCKOUTS = Table(
    name="stockouts",
    meaning="spans without stock: demand then is censored, not zero",
    label="stockout of {sku} from {from}",
    key=("node_id", "region_id", "sku", "from", "to"),
    columns=(
        id_column("node_id", "where stock was missing; or region_id", refers="nodes"),
        id_column("region_id", "where orders could not be placed", refers="regions"),
        SKU,
        date_column("from", "first day", required=True),
        date_column("to", "last day", required=True),
    ),
)

FORECASTS = Table(
    name="forecasts",
    meaning="a forecast of the user's own; rows left out are zero",
    label="forecast of {sku} in {region_id} for {period_start}",
    key=("region_id", "sku", "period_start"),
    columns=(
        id_column("region_id", "where", required=True, refers="regions"),
        SKU,
        date_column("period_start", "first day of the period", required=True),
        number_column("mean", "expected demand", unit="units", required=True),
        number_column("dispersion", "a of variance = mean + a * mean^2", default="0"),
        *quantile_columns(),
    ),
)

OVERRIDES = Table(
    name="overrides",
    meaning="the planner's word, kept over replans; over the whole horizon, for each SKU by itself",
    label="override {rule} {sku} {origin} -> {destination}",
    key=("sku", "origin", "destination", "rule"),
    columns=(
        id_column(
            "sku", "the item, or * for each", required=True, refers="products", wildcard=True
        ),
        id_column("origin", "the node that sends", required=True, refers="nodes"),
        id_column("destination", "the node that receives", required=True, refers="nodes"),
        choice_column("rule", ("forbid", "pin", "max", "min"), "what holds", required=True),
        whole_column("quantity", "units, but for forbid", unit="units"),
        text_column("note", "why"),
    ),
)

SIDE_TABLES = (
    PLACES,
    NEIGHBOURS,
    INTENTS,
    CONSENTS,
    CALENDAR,
    STOCKOUTS,
    FORECASTS,
    OVERRIDES,
)
