"""All that is known before the cutoff, as nouns: files to tables, tables to map, stock and orders.

Every fault of every table is told at once: the map is drawn even where other tables are refused, so
that its own faults are among them.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd

from prepos.config import Config
from prepos.config.keys import nearest
from prepos.core.consent import consented_customers
from prepos.core.faults import Fault, Findings, merge_findings
from prepos.core.inputs import Inputs, Source
from prepos.core.network import Network
from prepos.core.orders import Orders
from prepos.core.periods import Periods
from prepos.core.placement import Placement
from prepos.core.products import Products
from prepos.core.snapshot import Snapshot
from prepos.core.stock import Stock
from prepos.database.address import is_address, label_of
from prepos.errors import ConfigError, InputError
from prepos.ingest import load_orders, make_nodes, make_products, make_stock, read_tables
from prepos.pipeline.in_transit import NOTHING, OnItsWay, add_to_receipts
from prepos.publish import Stopwatch
from prepos.regions.network import MapOptions, make_network

SIDE_TABLES = ("intents", "calendar", "stockouts", "consents", "forecasts")  # of a snapshot
MAP_TABLES = ("nodes", "regions", "lanes", "service", "neighbours", "places")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Known:
    """Inputs that honour the contract, and what they say.

    Attributes
    ----------
    tables : table name to frame
    orders : Orders or None
        Those before the cutoff; None where they were not asked for.
    notices : tuple of Fault
        What is worth knowing and stops nothing.
    in_transit : frame
        What of the receipts was shipped by earlier plans, as ``in_transit.csv``.
    """

    tables: dict[str, pd.DataFrame]
    periods: Periods
    products: Products
    network: Network
    stock: Stock
    orders: Orders | None
    sources: tuple[Source, ...]
    notices: tuple[Fault, ...]
    in_transit: pd.DataFrame


def open_inputs(
    config: Config,
    watch: Stopwatch,
    *,
    today: date | None = None,
    with_orders: bool = True,
    on_its_way: OnItsWay = NOTHING,
) -> Known:
    """Read, check and draw the map.

    Parameters
    ----------
    today : date or None
        Orders later than it are faults; None is the present day in the run's time zone.
    with_orders : bool
        False leaves the order lines on disk: a check of a plan needs none.
    on_its_way : OnItsWay
        What earlier plans shipped, to be added to the receipts.

    Raises
    ------
    RefusedError
        With every fault found, and the tables as far as they could be read.
    ConfigError
        If a minimum fill is of a category that no product has.
    """
    day = today or datetime.now(ZoneInfo(config.time.timezone)).date()
    with tempfile.TemporaryDirectory(prefix="prepos-", ignore_cleanup_errors=True) as work:
        with watch.stage("reading the tables") as reading:
            inputs = read_inputs(config, Path(work), day)
            reading.rows = sum(source.rows for source in inputs.sources)
        periods = make_periods(config, inputs.last_order_day or day)
        inputs, in_transit, of_transit = add_to_receipts(inputs, on_its_way, periods.cutoff)
        with watch.stage("drawing the map"):
            network, placement = draw_map(config, inputs, periods)
        products, of_products = make_products(
            inputs.tables["products"], config.products, label=label_of(config.data["products"])
        )
        with watch.stage("loading the orders") as loading:
            orders, of_orders = (
                load_orders(
                    inputs,
                    region_of_place=placement.region_of_place,
                    regions=network.region_axis,
                    skus=products.skus,
                    cutoff=periods.cutoff,
                    duplicates=config.ingest.duplicates,
                )
                if with_orders
                else (None, Findings())
            )
            loading.rows = None if orders is None else len(orders)
    refuse_strange_categories(config, products)
    found = merge_findings((inputs.findings, placement.findings, of_products, of_orders))
    tables, nodes = inputs.tables, network.node_axis
    return Known(
        tables=tables,
        periods=periods,
        products=products,
        network=network,
        stock=make_stock(tables["stock"], tables.get("receipts"), nodes=nodes, skus=products.skus),
        orders=orders,
        sources=inputs.sources,
        notices=(*of_transit, *found.notices),
        in_transit=in_transit,
    )


def read_inputs(config: Config, work_folder: Path, today: date) -> Inputs:
    """Return the tables of a configuration, checked, as `read_tables` does."""
    return read_tables(
        config.data,
        config.ingest,
        folder=config.folder,
        work_folder=work_folder,
        today=today,
        timezone=config.time.timezone,
        cutoff=config.time.cutoff,
        regions_made=config.regions.cells is not None,
        database=config.database,
        queries=config.queries,
    )


class RefusedError(InputError):
    """The input is refused; carries the tables as far as they could be read, to name the run."""

    def __init__(self, faults: Sequence[Fault], inputs: Inputs, periods: Periods) -> None:
        files = len({fault.file for fault in faults})
        told = "1 fault" if len(faults) == 1 else f"{len(faults):,} faults"
        super().__init__(
            f"the input is refused: {told} in {files} {'file' if files == 1 else 'files'}", faults
        )
        self.inputs = inputs
        self.periods = periods


def refuse_strange_categories(config: Config, products: Products) -> None:
    """Raise ConfigError naming every category with a minimum fill that no product has."""
    known = {category for category in products.category if category}
    strange = [
        f"plan.category_min_fill.{name}: no product has the category {name!r}, expected one of "
        f"{len(known)}{nearest(name, known)}"
        for name in config.plan.category_min_fill
        if name not in known
    ]
    if strange:
        raise ConfigError("\n".join(strange))


def make_periods(config: Config, last_day: date) -> Periods:
    """Return the grid of periods; the cutoff, if not given, is the day after the last order."""
    return Periods(
        cutoff=config.time.cutoff or last_day + timedelta(days=1),
        days=config.time.period_days,
        horizon=config.time.horizon,
    )


def draw_map(config: Config, inputs: Inputs, periods: Periods) -> tuple[Network, Placement]:
    """Return the network and where orders fall; raises RefusedError with all tables' faults."""
    faults = inputs.findings.faults
    files = {table: label_of(path) for table, path in config.data.items()}
    torn = {fault.file for fault in faults}
    if "nodes" not in inputs.tables or torn & {files.get(table, table) for table in MAP_TABLES}:
        raise RefusedError(faults, inputs, periods)
    regions = config.data.get("regions", "")
    is_layer = bool(regions) and "regions" not in inputs.tables and not is_address(regions)
    try:
        network, placement = make_network(
            make_nodes(inputs.tables["nodes"]),
            inputs.tables,
            inputs.places,
            regions_path=config.folder / regions if is_layer else None,
            options=MapOptions(
                regions=config.regions,
                service=config.service,
                lanes=config.lanes,
                allow_odd_ids=config.ingest.allow_odd_ids,
            ),
            files=files,
        )
    except InputError as error:
        raise RefusedError(once((*faults, *error.faults)), inputs, periods) from error
    if faults:
        raise RefusedError(faults, inputs, periods)
    return network, placement


def once(faults: Sequence[Fault]) -> tuple[Fault, ...]:
    """Return the faults sorted; what two stations say of one cell is told once."""
    told: dict[tuple[object, ...], Fault] = {}
    for fault in faults:
        told.setdefault((fault.file, fault.line, fault.column, fault.value, fault.code), fault)
    return tuple(sorted(told.values()))


def make_snapshot(known: Known, config: Config) -> Snapshot:
    """Return what the forecast may see: nothing from the cutoff on."""
    if known.orders is None:
        raise InputError("orders were not loaded, expected them for a forecast")
    return Snapshot(
        orders=known.orders,
        periods=known.periods,
        products=known.products,
        network=known.network,
        consented=consented_customers(
            known.tables.get("consents"),
            known.orders.customers,
            purpose="personal_forecast",
            at=known.periods.cutoff,
            default=config.privacy.default_consent.personal_forecast,
        ),
        tables={name: known.tables[name] for name in SIDE_TABLES if name in known.tables},
    )
