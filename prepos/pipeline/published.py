"""The published plan that a new one stands on: read from its run, cut to what still counts.

What ships in the first ``time.frozen`` periods stands; the rest of the window may be changed, at
``plan.stability_cost`` a unit. What shipped before the cutoff is past.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from prepos.config import Config
from prepos.core.faults import Fault
from prepos.core.run import DATE, IN_TRANSIT, INTEGER, PUBLISHED, RUN_TABLES, TRANSFERS
from prepos.core.transfer import Transfer
from prepos.core.types import BoolArray
from prepos.database.address import label_of
from prepos.errors import ConfigError, RunError
from prepos.pipeline.known import Known
from prepos.pipeline.left import ANY_PLAN
from prepos.plan import NOTHING_FROZEN, Frozen, planning_window
from prepos.publish import Stopwatch, read_run

OTHER = "PP-SHIPPED-OTHER"
BY_UNIT = ("volume_m3", "weight_kg", "transport_cost", "expected_saving")  # of a line's units


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Published:
    """A published run's id, its transfers and its limits' prices, as read back from disk.

    ``prices`` are by name and place of a limit, ``left`` the units by transfer that had left when
    it was made.
    """

    run_id: str
    transfers: pd.DataFrame
    prices: Mapping[tuple[str, str], float]
    left: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Standing:
    """What a plan stands on: as the planner takes it, as the run keeps it, and what names it.

    ``prices`` are by name and place of a limit; ``told`` is what the manifest says of it besides.
    ``notices`` are what receipts tell of its lines that cannot be.
    """

    frozen: Frozen = NOTHING_FROZEN
    files: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    wishes: Mapping[str, Any] = field(default_factory=dict)
    prices: Mapping[tuple[str, str], float] = field(default_factory=dict)
    told: Mapping[str, Any] = field(default_factory=dict)
    notices: tuple[Fault, ...] = ()


def read_published(folder: Path, watch: Stopwatch) -> Published:
    """Return the plan of a run's folder.

    Raises
    ------
    ConfigError
        If the run holds no plan.
    RunError
        If there is no run, or it is not as it was written.
    """
    with watch.stage("reading the published plan"):
        files = read_run(folder)
    if not files.kpis or TRANSFERS not in files.frames:
        raise ConfigError(
            f"--published: {folder} holds no plan, expected the folder of a run of `prepos plan`"
        )
    rows = files.certificate.get("rows", ())
    return Published(
        run_id=str(files.manifest["run_id"]),
        transfers=files.frames[TRANSFERS],
        prices={(row["limit"], row["place"]): float(row["price"]) for row in rows},
        left=most_left(files.frames.get(IN_TRANSIT)),
    )


def stood_on(folder: Path, asked: Mapping[str, str], name: str) -> Path | None:
    """Return the run that a run stood on, beside it; None where it stood on none.

    ``name`` is ``published``, the plan before, or ``update``, whose forecast it took.
    """
    run_id = asked.get(name)
    if run_id is None:
        return None
    place = folder.resolve().parent / str(run_id)
    if not place.is_dir():
        raise RunError(f"{folder} stood on run {run_id}, expected it in {place.parent}")
    return place


def most_left(in_transit: pd.DataFrame | None) -> dict[str, int]:
    """Return the units by transfer that had left, in whichever plan."""
    if in_transit is None:
        return {}
    most = in_transit.groupby("transfer_id")["left"].max()
    return dict(zip(most.index.tolist(), most.tolist(), strict=True))


def stand_on(published: Published | None, known: Known, config: Config) -> Standing:
    """Return what the plan stands on: the published lines that ship within its window.

    Of a line of which units have left ahead of its day, the rest stands. Lines that stand are all
    kept, so that the planner can name those it has no place for; of the others those whose SKU and
    lane there still are, and that ship on a day on which the lane does.
    """
    if published is None:
        return Standing()
    window = planning_window(known.network, known.periods, config.plan)
    before, last = window.start(config.time.frozen), window.end(window.horizon - 1)
    lines = published.transfers
    ships = lines["ship_date"]
    within = ships.between(pd.Timestamp(window.cutoff), pd.Timestamp(last)).to_numpy()
    stands = (ships < pd.Timestamp(before)).to_numpy()
    used = within & (stands | has_place(lines, known))
    left = left_of(published, known)
    notices = tuple(doubts_of(lines, left, known, label_of(config.data.get("receipts", ""))))
    lines = take_off(lines[used], left, known)
    transfers = read_transfers(lines)
    return Standing(
        frozen=Frozen(
            before=before,
            transfers=tuple(line for line in transfers if line.ship_date < before),
            published=tuple(line for line in transfers if line.ship_date >= before),
        ),
        files={PUBLISHED: lines[list(RUN_TABLES[PUBLISHED])].reset_index(drop=True)},
        wishes={"published": published.run_id},
        prices=published.prices,
        notices=notices,
    )


def left_of(published: Published, known: Known) -> dict[str, int]:
    """Return the units of each line that have left already, ahead of their day.

    Where the receipts name a line without its plan, they are what has left since this plan was
    made. What they tell of a line as another SKU is none of it.
    """
    rows = known.in_transit.merge(published.transfers[["transfer_id", "sku"]])
    in_all, own = (
        dict(zip(of["transfer_id"], of["left"].tolist(), strict=True))
        for of in (rows[rows["run_id"] == run] for run in (ANY_PLAN, published.run_id))
    )
    since = {name: units - published.left.get(name, 0) for name, units in in_all.items()}
    return {name: max(own.get(name, 0), since.get(name, 0)) for name in own.keys() | since.keys()}


def doubts_of(
    lines: pd.DataFrame, left: Mapping[str, int], known: Known, file: str
) -> Iterator[Fault]:
    """Yield what receipts tell of lines that cannot be: another SKU, more units than planned."""
    names, skus = lines["transfer_id"].tolist(), lines["sku"].tolist()
    planned = dict(zip(names, zip(skus, lines["quantity"].tolist(), strict=True), strict=True))
    rows = known.in_transit
    for name, sku in zip(rows["transfer_id"], rows["sku"], strict=True):
        if name in planned and sku != planned[name][0]:
            words = f"{name} is told of as SKU {sku}, expected {planned[name][0]} as published"
            yield Fault(file, 0, "sku", sku, OTHER, words)
    for name, (_, units) in planned.items():
        if left.get(name, 0) > units:
            words = f"{name}: {left[name]} units have left, expected {units} at most as published"
            yield Fault(file, 0, "quantity", str(left[name]), OTHER, words)


def take_off(lines: pd.DataFrame, left: Mapping[str, int], known: Known) -> pd.DataFrame:
    """Return the lines less the units that have left, those with a rest alone.

    A rest is whole case packs: what has left of a case took all of it along. Volume, weight, cost
    and saving go with the units.
    """
    products = known.products
    packs = dict(zip(products.skus.ids, products.case_pack.tolist(), strict=True))
    was = lines["quantity"].to_numpy()
    pack = np.array([packs.get(sku, 1) for sku in lines["sku"]], dtype=np.int64)
    gone = np.array([left.get(name, 0) for name in lines["transfer_id"]], dtype=np.int64)
    rest = np.where(gone > 0, np.maximum(was - gone, 0) // pack * pack, was)
    changed = lines.assign(quantity=rest)
    for name in BY_UNIT:
        changed[name] = lines[name].where(gone == 0, lines[name] * (rest / was))
    return changed[rest > 0]


def has_place(lines: pd.DataFrame, known: Known) -> BoolArray:
    """Return which lines could be planned now: SKU and lane are there, and the lane leaves."""
    lanes = {lane.lane_id: lane for lane in known.network.lanes}
    ways = zip(lines["lane_id"], lines["ship_date"], strict=True)
    leaves = [lane in lanes and lanes[lane].ships_on(day.date()) for lane, day in ways]
    known_skus = lines["sku"].isin(known.products.skus.ids)
    return (known_skus & pd.Series(leaves, lines.index, dtype=bool)).to_numpy()


def read_transfers(lines: pd.DataFrame) -> tuple[Transfer, ...]:
    """Return the lines of ``transfers.csv`` as they were planned."""
    kinds = {name: kind for name, kind in RUN_TABLES[TRANSFERS].items() if name != "plan_id"}
    rows = zip(*(lines[name] for name in kinds), strict=True)
    return tuple(
        Transfer(**{n: of_python(v, kinds[n]) for n, v in zip(kinds, row, strict=True)})
        for row in rows
    )


def of_python(value: Any, kind: str) -> Any:
    """Return a cell as a value of Python's own."""
    if kind == DATE:
        return value.date()
    return int(value) if kind == INTEGER else value
