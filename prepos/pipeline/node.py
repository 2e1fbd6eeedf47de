"""What one more m3, vehicle or unit at a node is worth: prices and plan from a run's files.

How full a limit is takes the inputs too: where one changed since, or cannot be opened, the files
alone are told, with a notice.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from prepos.config import restore_config
from prepos.config.keys import nearest
from prepos.core.network import Node
from prepos.core.progress import SILENT, Progress
from prepos.core.run import LOADS, TARGETS, TRANSFERS, VALUES, RunFiles
from prepos.errors import ConfigError, PreposError
from prepos.pipeline.in_transit import from_run
from prepos.pipeline.judging import refuse_changes
from prepos.pipeline.known import Known, open_inputs
from prepos.pipeline.node_limits import ToldLimit, tell_limits, touching
from prepos.publish import Stopwatch
from prepos.publish.manifest import settings_folder

MOST_VALUED = 20  # SKUs


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldStock:
    """Expected units at the node in one period, of all SKUs."""

    period_start: str
    opening: float
    receipts: float
    transfers_in: float
    transfers_out: float
    expected_use: float
    closing: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldWay:
    """What the plan moves on one lane that touches the node."""

    lane_id: str
    origin: str
    destination: str
    units: int
    skus: int
    volume_m3: float
    vehicles: int
    first_ships: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldValue:
    """What one more unit of a SKU at the node is worth, and what lies there at first."""

    sku: str
    value: float
    on_hand: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldNode:
    """A node in a plan; ``kind`` is empty where only the run's files could be read."""

    node_id: str
    name: str
    kind: str
    currency: str
    limits: tuple[ToldLimit, ...]
    stock: tuple[ToldStock, ...]
    ways: tuple[ToldWay, ...]
    values: tuple[ToldValue, ...]
    valued_skus: int
    notices: tuple[str, ...] = ()


def explain_node(
    files: RunFiles, folder: Path, node_id: str, progress: Progress = SILENT
) -> ToldNode:
    """Return what a run's plan says of a node.

    Raises
    ------
    ConfigError
        Where the run holds no plan, or knows no such node.
    """
    if not files.certificate:
        raise ConfigError("the run holds no plan, expected one of `prepos plan`")
    known: Known | None = None
    notices: tuple[str, ...] = ()
    try:
        known = reopen(files, folder, Stopwatch(progress))
    except PreposError as error:
        notices = (f"only the run's own files are told: {error}",)
    nodes = list_nodes(files, known)
    if node_id not in nodes:
        near = nearest(node_id, nodes)
        raise ConfigError(f"node is {node_id!r}, expected one of {', '.join(sorted(nodes))}{near}")
    node = nodes[node_id]
    values = files.frames[VALUES]
    worth = values[values["node_id"] == node_id]
    return ToldNode(
        node_id=node_id,
        name=node.name if node else "",
        kind=node.kind if node else "",
        currency=files.kpis["currency"],
        limits=tell_limits(files, node_id, known),
        stock=tell_stock(files, node_id),
        ways=tell_ways(files, node_id),
        values=tell_values(files, node_id, worth),
        valued_skus=len(worth),
        notices=notices,
    )


def reopen(files: RunFiles, folder: Path, watch: Stopwatch) -> Known:
    """Return the run's inputs but for orders; raises a PreposError where they are not as they were.

    Limits come from the tables alone.
    """
    manifest = files.manifest
    config = restore_config(settings_folder(folder, manifest), manifest["config"])
    known = open_inputs(config, watch, with_orders=False, on_its_way=from_run(folder))
    refuse_changes(folder, manifest["inputs"], known)
    return known


def list_nodes(files: RunFiles, known: Known | None) -> dict[str, Node | None]:
    """Return the nodes by id; None for those of which the files tell no more."""
    if known is not None:
        return {node.node_id: node for node in known.network.nodes}
    moved = files.frames[TRANSFERS]
    told = [files.frames[TARGETS]["node_id"], files.frames[VALUES]["node_id"]]
    everyone = pd.concat([*told, moved["origin"], moved["destination"]])
    return dict.fromkeys(everyone.unique().tolist())


def tell_stock(files: RunFiles, node_id: str) -> tuple[ToldStock, ...]:
    """Return the node's expected units by period."""
    targets = files.frames[TARGETS]
    mine = targets[targets["node_id"] == node_id]
    columns = [name for name in ToldStock.__slots__ if name != "period_start"]
    sums = mine.groupby("period_start")[columns].sum()
    return tuple(
        ToldStock(period_start=f"{start:%Y-%m-%d}", **{name: float(row[name]) for name in columns})
        for start, row in sums.iterrows()
    )


def tell_ways(files: RunFiles, node_id: str) -> tuple[ToldWay, ...]:
    """Return what moves on each lane that touches the node, the most first."""
    vehicles = files.frames[LOADS].groupby("lane_id").size()
    ways = []
    for lane_id, lines in touching(files.frames[TRANSFERS], node_id).groupby("lane_id"):
        ways.append(
            ToldWay(
                lane_id=str(lane_id),
                origin=str(lines["origin"].iloc[0]),
                destination=str(lines["destination"].iloc[0]),
                units=int(lines["quantity"].sum()),
                skus=int(lines["sku"].nunique()),
                volume_m3=float(lines["volume_m3"].sum()),
                vehicles=int(vehicles.get(lane_id, 0)),
                first_ships=f"{lines['ship_date'].min():%Y-%m-%d}",
            )
        )
    return tuple(sorted(ways, key=lambda way: (-way.units, way.lane_id)))


def tell_values(files: RunFiles, node_id: str, worth: pd.DataFrame) -> tuple[ToldValue, ...]:
    """Return the SKUs of which one more unit is worth most at the node."""
    targets = files.frames[TARGETS]
    first = targets[targets["period_start"] == pd.Timestamp(files.kpis["window"]["cutoff"])]
    mine = first[first["node_id"] == node_id]
    there: dict[str, Any] = dict(zip(mine["sku"], mine["opening"], strict=True))
    best = worth.sort_values(["value", "sku"], ascending=[False, True], kind="stable")
    return tuple(
        ToldValue(sku=str(sku), value=float(value), on_hand=float(there.get(sku, 0.0)))
        for sku, value in best[["sku", "value"]].head(MOST_VALUED).itertuples(index=False)
    )
