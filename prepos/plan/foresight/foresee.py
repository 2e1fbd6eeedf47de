"""What nobody can do better than: the least that any policy costs on a course of past orders.

Orders are known, and so placement and service are foreseen together. What is optimised allows
more than any policy has (see ``known``), in parts of units and of vehicles, so its cost is a bound
for every policy under every rule of service where what cannot be served is lost. Case packs,
minimum lots, the plan's budget and rules are left out; each could only cost more. What may spoil
can be written off whenever that pays, and is never lost by it (see ``spoiling``).

Small courses are one linear program. In larger ones the limits that SKUs share are priced: any
prices prove a bound, and mixed answers at several prices tell how near the best it is.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from prepos.core.periods import Periods
from prepos.core.replayed import Course
from prepos.core.types import FloatArray
from prepos.plan.foresight.mixing import close_gap
from prepos.plan.foresight.passes import Teller
from prepos.plan.foresight.problem import Foreseen, foreseen_of
from prepos.plan.foresight.program import count_columns, solve_foreseen
from prepos.plan.options import PlanOptions
from prepos.plan.solver import choose_solver
from prepos.plan.transport.batch import BLOCKS
from prepos.plan.transport.climb import Search, climb
from prepos.plan.transport.cuts import Cuts
from prepos.plan.transport.prices import BOX

SMALL = 60_000  # columns of the program up to which it is solved as one
FINEST = 1e-6  # share of the cost below which nothing is looked for
FORGET = 10  # searches that a cut may bind nothing
NEAR = 0.2  # of the gap asked for: how near to the best prices must come
# What is told of each period, in the order of ``answer``; vehicles are told besides.
COSTS = ("transport", "handling", "carbon", "return", "service", "holding", "shortage")
UNITS = ("sent", "served", "local")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Foresight:
    """The bound, and what it looks like.

    Attributes
    ----------
    bound : float
        Currency: no policy costs less.
    cost : float
        Of what was found; the best bound lies between the two.
    by_period : (P,) float
        The cost found by period, scaled to sum to the bound.
    amounts : name to (P,) float
        Costs by part (``transport``, ``handling``, ``carbon``, ``vehicle``, ``service``,
        ``holding``, ``return``, ``shortage``), units ``sent``, ``served`` and ``local`` (served by
        the region's cheapest node) of what was found, as they are.
    method : str
        ``exact`` or ``decompose``.
    """

    periods: Periods
    bound: float
    cost: float
    by_period: FloatArray
    amounts: Mapping[str, FloatArray]
    method: str

    @property
    def gap(self) -> float:
        """How much higher the best bound could be, as a share of the cost found."""
        return (self.cost - self.bound) / abs(self.cost) if self.cost else 0.0


def foresee(
    course: Course, options: PlanOptions, *, tick: Callable[[], None] = lambda: None
) -> Foresight:
    """Return the least that any policy can cost on a course, or a bound near it.

    Parameters
    ----------
    course : Course
        What cannot be served is lost: where it waits there is no such bound.
    options : PlanOptions
        Method, solver, gap, time limit and the price of carbon are read.
    tick : callable
        Called after each pass over the SKUs.

    Raises
    ------
    SolverError
        If the solver fails.
    """
    foreseen = foreseen_of(course, options.carbon_price)
    method = options.method
    if method == "auto":
        method = "exact" if count_columns(foreseen) <= SMALL else "decompose"
    solver = choose_solver(options.solver)
    if method == "exact":
        bound, parts, bought = solve_foreseen(foreseen, solver, options.time_limit_s)
        cost = bound
    else:
        bound, cost, parts, bought = price_foreseen(foreseen, options, solver, tick)
    return tell(course.periods, foreseen, bound, cost, parts, bought, method)


def price_foreseen(
    foreseen: Foreseen, options: PlanOptions, solver: str, tick: Callable[[], None]
) -> tuple[float, float, FloatArray, FloatArray]:
    """Return bound, cost found, its parts (PARTS, P) and purchases (V,), by prices."""
    rows, sources = len(foreseen.limit), len(foreseen.supply.units)
    precision = max(NEAR * options.gap, FINEST)
    start = np.minimum(foreseen.purchases.even_prices(), foreseen.ceiling)
    search = Search(start, np.zeros(rows), np.zeros(sources))
    deadline = time.monotonic() + options.time_limit_s
    teller = Teller(foreseen, search, tick)
    ask, cuts = teller.answer, Cuts(foreseen, groups=BLOCKS, forget=FORGET)
    climb(foreseen, search, ask, BOX, solver, precision, tick, deadline, cuts=cuts)
    search.passes.append(teller.ask(foreseen.ceiling))  # nothing moves: a mix can keep all limits
    mixed = close_gap(foreseen, teller, search, solver, options.gap, deadline)
    return search.bound, mixed.cost, teller.mix(mixed.share), mixed.bought


def tell(
    periods: Periods,
    foreseen: Foreseen,
    bound: float,
    cost: float,
    parts: FloatArray,
    bought: FloatArray,
    method: str,
) -> Foresight:
    """Return what was found by name and period."""
    vehicle = np.zeros(periods.horizon)
    np.add.at(vehicle, foreseen.bought_in, foreseen.purchases.cost * bought)
    by_period = parts[: len(COSTS)].sum(axis=0) + vehicle
    whole = float(by_period.sum())
    amounts = dict(zip((*COSTS, *UNITS), parts, strict=True))
    return Foresight(
        periods=periods,
        bound=bound,
        cost=cost,
        by_period=by_period * (bound / whole if whole else 1.0),
        amounts={**amounts, "vehicle": vehicle},
        method=method,
    )
