"""Second opinion on the stock there is: every source of the inputs, and the value put on each.

Any values from 0 on prove a bound; so all that is asked of ``supply.parquet`` is that it tells each
source once, with its units.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from prepos.core.run import SUPPLY, RunFiles
from prepos.core.types import FloatArray, IntArray
from prepos.core.verdict import Check
from prepos.plan.verify_book import Given, find_rows
from prepos.plan.verify_compare import Where, check_equal, check_holds
from prepos.plan.verify_receipts import SOURCE, list_receipts
from prepos.plan.verify_transfers import named, shown

Start = tuple[int, int]  # node, days after the cutoff


@dataclass(frozen=True, eq=False)
class Supply:
    """What lies where from which day after the cutoff, by SKU; arrays (M,).

    Stock on hand lies from day -1; ``value`` is currency per unit. ``hub`` and ``hub_day`` tell
    where and when it may be taken off before; what has no hub ahead has its own node and day.
    """

    sku: IntArray
    node: IntArray
    day: IntArray
    hub: IntArray
    hub_day: IntArray
    units: FloatArray
    value: FloatArray

    def of_skus(self, skus: IntArray) -> Supply:
        """Return the sources of some SKUs in a row, counted among them."""
        mine = slice(*np.searchsorted(self.sku, [skus[0], skus[-1] + 1]).tolist())
        return Supply(
            self.sku[mine] - skus[0],
            self.node[mine],
            self.day[mine],
            self.hub[mine],
            self.hub_day[mine],
            self.units[mine],
            self.value[mine],
        )

    def by_place(self) -> Iterator[tuple[Start, Start, IntArray]]:
        """Yield where stock lies, where it may be taken off before, and its positions."""
        places = np.stack([self.node, self.day, self.hub, self.hub_day])
        different, of_place = np.unique(places, axis=1, return_inverse=True)
        for number, (node, day, hub, hub_day) in enumerate(different.T.tolist()):
            yield (node, day), (hub, hub_day), np.flatnonzero(of_place.ravel() == number)


def list_sources(given: Given) -> pd.DataFrame:
    """Return stock on hand and receipts of the window: what each is, and its units; sorted."""
    coming, on_hand = list_receipts(given)
    node, sku = np.nonzero(on_hand)
    there = pd.DataFrame({"sku": sku, "node": node, "day": -1, "hub": node, "hub_day": -1})
    there["units"] = on_hand[node, sku]
    receipts = coming[SOURCE].assign(units=coming["quantity"])
    both = pd.concat([there, receipts], ignore_index=True)
    return both.groupby(SOURCE, as_index=False, sort=True)[["units"]].sum()


def find_supply(run: RunFiles, given: Given) -> tuple[Supply, list[Check]]:
    """Return the sources of the inputs with the values that the run tells, 0 where it tells none.

    The checks are that the run tells each source once, with its units and a value from 0 on.
    """
    axes = {"sku": given.skus, "node_id": given.nodes, "hub_node_id": given.nodes}
    rows, checks = find_rows(run, SUPPLY, axes, given, key="sku")
    keys = {"sku": rows.at["sku"], "node": rows.at["node_id"], "hub": rows.at["hub_node_id"]}
    days = {"day": "lies_from", "hub_day": "at_hub_on"}
    keys |= {name: given.day_of(rows.frame[column]) for name, column in days.items()}
    told = pd.DataFrame(keys)[SOURCE]
    sources = list_sources(given)
    units = told.merge(sources, on=SOURCE, how="left")["units"].fillna(0.0).to_numpy()
    sound = (rows["value"] >= 0) & ~told.duplicated().to_numpy()
    known = told[sound].assign(value=rows["value"][sound])
    value = sources.merge(known, on=SOURCE, how="left")["value"]
    missing = sources[value.isna()]
    things = [
        f"{given.skus[k]} at {given.nodes[j]} from day {day}"
        for k, j, day in missing[SOURCE[:3]].itertuples(index=False)
    ]
    where = ("sku", "node_id", "lies_from")
    checks += [
        check_equal("supply", rows.where("units", *where), rows["units"], units),
        check_holds(
            "supply",
            rows.where("value", *where),
            sound,
            found=shown(rows["value"]),
            expected=lambda _: "0 or more, each source in one row",
        ),
        check_holds(
            "supply",
            Where(SUPPLY, "units", named(things)),
            np.zeros(len(things), dtype=np.bool_),
            found=lambda _: "in no row",
            expected=lambda i: f"{missing['units'].iloc[i]:g}, from stock or receipts",
        ),
    ]
    columns = {name: sources[name].to_numpy() for name in (*SOURCE, "units")}
    return Supply(**columns, value=value.fillna(0.0).to_numpy()), checks
