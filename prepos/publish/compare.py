"""Two plans beside each other: what another case costs, serves and moves otherwise.

Stands on the files of both runs alone, so any two plans can be compared. Where one was made later,
what the other ships before that day is no difference: it was to be shipped by then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from prepos.core.run import LOADS, REDIRECTS, TRANSFERS, RunFiles
from prepos.errors import ConfigError

LANE = ["origin", "destination", "lane_id"]
LINE = ["sku", *LANE, "ship_date"]
# What people act on; the rest of a line is what it costs, saves, and why.
DECIDED = {
    TRANSFERS: ["transfer_id", "quantity", *LINE, "arrival_date", "load_id"],
    REDIRECTS: ["sku", "quantity", "node_id", "arrives_on", "hub_node_id", "at_hub_on"],
    LOADS: ["load_id", *LANE, "ship_date", "arrival_date"],
}
PROOF = ("method", "solver", "status", "objective", "bound", "gap", "held_back")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing in both plans; None where one of them does not tell it."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneChange:
    """Units on one lane in both plans; ``change`` is added, removed, changed or same.

    Those that were to be shipped before the later plan's first day are not in them.
    """

    origin: str
    destination: str
    lane_id: str
    before: int
    after: int
    change: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineChange:
    """Units of one SKU on one departure in both plans, and what they save in each."""

    sku: str
    origin: str
    destination: str
    lane_id: str
    ship_date: str
    before: int
    after: int
    change: str
    saving_before: float  # currency
    saving_after: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """All that differs between two plans; lanes and lines come with the largest change first.

    Attributes
    ----------
    before, after : str
        Run ids.
    settings : tuple of Change
        Keys of the configuration that differ.
    figures : tuple of Change
        Costs by part, units, fill and shares: all of them, whether they differ or not; then
        ``redirected``, the units taken off at hubs.
    proof : tuple of Change
        How each was found, what is proven of it, and what the guard held back of it.
    lanes : tuple of LaneChange
        All lanes in use.
    lines : tuple of LineChange
        Those that differ.
    since : str
        The later plan's first day, ISO; empty where both begin on one.
    shipped : tuple of LineChange
        What the earlier plan was to ship before, by ship date: in neither lanes nor lines.
    """

    before: str
    after: str
    currency: str
    settings: tuple[Change, ...]
    figures: tuple[Change, ...]
    proof: tuple[Change, ...]
    lanes: tuple[LaneChange, ...]
    lines: tuple[LineChange, ...]
    since: str
    shipped: tuple[LineChange, ...]


def compare_plans(before: RunFiles, after: RunFiles) -> Comparison:
    """Return what differs between two runs that hold plans.

    Raises
    ------
    ConfigError
        Where one holds no plan, or they count in different money.
    """
    for files in (before, after):
        if not files.kpis:
            raise ConfigError(f"run {files.manifest.get('run_id')} holds no plan to compare with")
    money = [files.kpis["currency"] for files in (before, after)]
    if money[0] != money[1]:
        raise ConfigError(f"run.currency is {money[1]}, expected {money[0]} as in the base")
    configs = [_flat(files.manifest.get("config", {})) for files in (before, after)]
    settings = _changes(configs[0], configs[1], tuple(sorted(configs[0] | configs[1])))
    plans = before.kpis["plan"], after.kpis["plan"]
    moved = [files.frames[TRANSFERS] for files in (before, after)]
    since = later_day(*configs)
    first = pd.Timestamp(since or pd.Timestamp.min)
    rest = [lines[lines["ship_date"] >= first] for lines in moved]
    past = [lines[lines["ship_date"] < first] for lines in moved]
    off = [float(files.frames[REDIRECTS]["quantity"].sum()) for files in (before, after)]
    return Comparison(
        before=str(before.manifest["run_id"]),
        after=str(after.manifest["run_id"]),
        currency=money[0],
        settings=tuple(change for change in settings if change.before != change.after),
        figures=(
            *_changes(*plans, plans[1]),
            Change(name="redirected", before=off[0], after=off[1]),
        ),
        proof=_changes(before.kpis, after.kpis, PROOF),
        lanes=compare_lanes(*rest),
        lines=compare_lines(*rest),
        since=since,
        shipped=list_shipped(*past),
    )


def later_day(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """Return the first day of the plan that was made later, ISO; empty where both have one."""
    days = {str(config.get("time.cutoff", "")) for config in (before, after)}
    return max(days) if len(days) > 1 and "" not in days else ""


def list_shipped(before: pd.DataFrame, after: pd.DataFrame) -> tuple[LineChange, ...]:
    """Return what either plan was to ship by then, in the order of ship dates."""
    lines = (replace(line, change="shipped") for line in compare_lines(before, after))
    return tuple(sorted(lines, key=lambda line: (line.ship_date, line.lane_id, line.sku)))


def is_same_plan(before: RunFiles, after: RunFiles) -> bool:
    """Return whether two runs' plans have the same transfers, redirects and vehicles."""
    return all(
        before.frames[file][columns].equals(after.frames[file][columns])
        for file, columns in DECIDED.items()
    )


def compare_lanes(before: pd.DataFrame, after: pd.DataFrame) -> tuple[LaneChange, ...]:
    """Return the units on each lane that either plan uses."""
    both = _beside(before, after, LANE)
    rows = zip(both.index, both["quantity_before"], both["quantity_after"], strict=True)
    lanes = [
        LaneChange(
            **dict(zip(LANE, way, strict=True)),
            before=int(old),
            after=int(new),
            change=kind_of(int(old), int(new)),
        )
        for way, old, new in rows
    ]
    return tuple(sorted(lanes, key=lambda lane: (-abs(lane.after - lane.before), lane.lane_id)))


def compare_lines(before: pd.DataFrame, after: pd.DataFrame) -> tuple[LineChange, ...]:
    """Return the transfers that differ in units, first those whose saving differs most."""
    both = _beside(before, after, LINE)
    both = both[both["quantity_before"] != both["quantity_after"]]
    both = both.assign(
        weight=-(both["expected_saving_after"] - both["expected_saving_before"]).abs()
    )
    both = both.sort_values(["weight", *LINE], kind="stable")
    columns = ["quantity_before", "quantity_after", "expected_saving_before"]
    rows = both[[*columns, "expected_saving_after"]].itertuples(name=None)
    return tuple(
        LineChange(
            **dict(zip(LINE[:-1], key[:-1], strict=True)),
            ship_date=f"{key[-1]:%Y-%m-%d}",
            before=int(old),
            after=int(new),
            change=kind_of(int(old), int(new)),
            saving_before=float(saved),
            saving_after=float(saves),
        )
        for key, old, new, saved, saves in rows
    )


def kind_of(before: int, after: int) -> str:
    """Return in a word what became of some units."""
    if before == after:
        return "same"
    return "changed" if before and after else "added" if after else "removed"


def _beside(before: pd.DataFrame, after: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """Return the units and savings of both plans by key, 0 where one has none."""
    sums = [frame.groupby(key)[["quantity", "expected_saving"]].sum() for frame in (before, after)]
    both = sums[0].add_suffix("_before").join(sums[1].add_suffix("_after"), how="outer")
    return both.fillna(0.0)


def _changes(
    before: Mapping[str, Any], after: Mapping[str, Any], names: Mapping[str, Any] | tuple[str, ...]
) -> tuple[Change, ...]:
    """Return each name with its value in both."""
    return tuple(
        Change(name=name, before=before.get(name), after=after.get(name)) for name in names
    )


def _flat(tree: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return nested settings by dotted key, in order."""
    found: dict[str, Any] = {}
    for key, value in sorted(tree.items()):
        if isinstance(value, Mapping):
            found |= _flat(value, f"{prefix}{key}.")
        else:
            found[f"{prefix}{key}"] = value
    return found
