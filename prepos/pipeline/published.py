"""The published plan that a new one stands on: read from its run, cut to what still counts.

What ships in the first ``time.frozen`` periods stands; the rest of the window may be changed, at
``plan.stability_cost`` a unit. What shipped before the cutoff is past.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from prepos.config import Config
from prepos.core.run import DATE, INTEGER, PUBLISHED, RUN_TABLES, TRANSFERS
from prepos.core.transfer import Transfer
from prepos.core.types import BoolArray
from prepos.errors import ConfigError
from prepos.pipeline.known import Known
from prepos.plan import NOTHING_FROZEN, Frozen, planning_window
from prepos.publish import Stopwatch, read_run

BY_UNIT = ("volume_m3", "weight_kg", "transport_cost", "expected_saving")  # of a line's units


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Published:
    """A published run's id, its transfers and its limits' prices, as read back from disk.

    ``prices`` are by name and place of a limit.
    """

    run_id: str
    transfers: pd.DataFrame
    prices: Mapping[tuple[str, str], float]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Standing:
    """What a plan stands on: as the planner takes it, as the run keeps it, and what names it.

    ``prices`` are by name and place of a limit; ``told`` is what the manifest says of it besides.
    """

    frozen: Frozen = NOTHING_FROZEN
    files: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    wishes: Mapping[str, Any] = field(default_factory=dict)
    prices: Mapping[tuple[str, str], float] = field(default_factory=dict)
    told: Mapping[str, Any] = field(default_factory=dict)


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
    )


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
    lines = take_off(lines[used], left_of(published, known), known)
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
    )


def left_of(published: Published, known: Known) -> dict[str, int]:
    """Return the units of each line that have left already, ahead of their day."""
    own = known.in_transit[known.in_transit["run_id"] == published.run_id]
    return dict(zip(own["transfer_id"], own["left"].tolist(), strict=True))


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
