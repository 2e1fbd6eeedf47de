"""The exact model as text, so that any solver can be tried on it: LP or MPS, by PuLP.

Columns and rows are called after what they mean: what is done, how manieth, and to what. Ids are
shortened and what such files do not allow in names becomes a line; the number keeps names apart.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pulp

from prepos.errors import ConfigError
from prepos.plan.exact import columns_by_sku
from prepos.plan.frame import Frame, make_frame
from prepos.plan.problem import Problem, make_problem
from prepos.plan.question import Question
from prepos.plan.shared import list_shared_rows
from prepos.plan.solver import Names, write_problem
from prepos.plan.transport.build import Transport, as_transport
from prepos.plan.transport.cases import make_cases
from prepos.plan.transport.exact import Draft, Place, draft_exact

LONGEST = 255  # letters of a name in an LP file
ID_LENGTH = 30  # letters of an id in a name: up to five of them
MOST_COLUMNS = 2_000_000  # some 2 GB in PuLP
ODD = re.compile(r"[^A-Za-z0-9]+")


def draft_model(question: Question) -> Callable[[Path], None]:
    """Return what writes the exact model of a plan to a path, by its ending.

    The model is the whole problem in the config's currency, whole numbers marked; a limit may be
    passed at its penalty.

    Raises
    ------
    ConfigError
        If the model has too many columns for such a file.
    """
    problem = make_problem(question)
    frame = make_frame(problem, list_shared_rows(problem))
    transport = as_transport(problem, frame)
    count = int(columns_by_sku(transport.problem).sum())
    if count > MOST_COLUMNS:
        raise ConfigError(
            f"--write-model: the model has about {count:,} columns, expected {MOST_COLUMNS:,} at "
            "most; plan fewer SKUs, or with a smaller plan.near or plan.cover"
        )
    products = problem.products
    draft = draft_exact(transport.problem, make_cases(products.case_pack, products.minimum_lot))
    names = Namer(problem, frame, transport, draft).names()
    model, _, _ = write_problem(draft.program(transport.problem.shortage), 1.0, names)
    return lambda path: _write(model, path)


def _write(model: pulp.LpProblem, path: Path) -> None:
    """Write a model in MPS where the path's ending says so, else in LP."""
    if path.suffix.lower() == ".mps":
        model.writeMPS(str(path))
    else:
        model.writeLP(str(path), max_length=LONGEST)


@dataclass(frozen=True, slots=True, eq=False)
class Namer:
    """Knows what the positions of a draft mean."""

    problem: Problem
    frame: Frame
    transport: Transport
    draft: Draft

    def names(self) -> Names:
        """Return the names of all columns and rows."""
        draft, shared = self.draft, self.frame.shared
        columns, rows = [""] * len(draft.cost), [""] * len(draft.lowest)
        for row, limit in enumerate(shared):
            rows[row] = name("limit", row, limit.name, limit.place)
            columns[row] = name("over", row, limit.name, limit.place)
        for kind, number in enumerate(self.transport.kinds.tolist(), start=len(shared)):
            columns[kind] = name("vehicles", kind, *self.departure(number))
        for column, place, _, route, _ in draft.sent:
            columns[column] = self.journey(column, place, route)
        for column, place, rank in draft.aside:
            columns[column] = name("serve", column, *self.place(place), *self.wanted(rank)[1:])
        for column, place in draft.idle:
            columns[column] = name("idle", column, *self.place(place))
        for column, opened, row in draft.lots:
            columns[opened] = name("open", opened, columns[column])
            rows[row], rows[row + 1] = (name(f"lot_{side}", column) for side in ("most", "least"))
        for rank, row in enumerate(draft.served):
            rows[row] = name("wanted", row, *self.wanted(rank))
        for place, row in draft.places.items():
            rows[row] = name("balance", row, *self.place(place))
        for source, row in enumerate(draft.stock):
            rows[row] = name("stock", row, *self.stock(source))
        return Names(columns, rows)

    def place(self, place: Place) -> tuple[str, ...]:
        """Return SKU, node and first period served of a place."""
        sku, node, period, _ = place
        return self.problem.products.skus[sku], self.problem.network.node_axis[node], f"p{period}"

    def wanted(self, rank: int) -> tuple[str, str]:
        """Return SKU and catchment of a rank; the last catchment is where rules let units lie."""
        ranks, axis = self.transport.problem.ranks, self.problem.catchments.axis
        sku = int(np.searchsorted(ranks.first, rank, side="right")) - 1
        zone = int(ranks.catchment[rank])
        return self.problem.products.skus[sku], axis[zone] if zone < len(axis) else "nobody"

    def stock(self, source: int) -> tuple[str, str]:
        """Return SKU and node of a source."""
        sources = self.transport.problem.sources
        sku = int(np.searchsorted(sources.first, source, side="right")) - 1
        release = self.transport.releases[int(sources.release[source])]
        return self.problem.products.skus[sku], self.problem.network.node_axis[release.node]

    def journey(self, column: int, place: Place, route: int) -> str:
        """Return the name of what takes a route: staying or stopping, or the departures it has."""
        legs = self.transport.legs[route]
        if not legs:
            stays = "stop" if self.transport.redirects[route] else "stay"
            return name(stays, column, *self.place(place))
        ways = [word for number in legs for word in self.departure(number)]
        return name("send", column, self.problem.products.skus[place[0]], *ways)

    def departure(self, number: int) -> tuple[str, str]:
        """Return lane and ship date of a departure."""
        departure = self.problem.departures[number]
        lane = self.problem.network.lanes[departure.lane]
        return lane.lane_id, f"{departure.ship_date:%Y%m%d}"


def name(kind: str, number: int, *ids: str) -> str:
    """Return a name that no other is like: what it is, which one, and of what."""
    told = [ODD.sub("_", each)[:ID_LENGTH].strip("_") for each in ids if each]
    return "_".join([kind, str(number), *told])[:LONGEST]
