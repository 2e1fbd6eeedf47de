"""From prices to whole flows that keep the shared rows: contested SKUs are chosen for.

At prices near the best ones nearly every SKU's answer stays as it is when prices move a little. The
SKUs whose answers change are contested: each offers its answers at several prices, a program in
PuLP chooses one of them for each so that the limits hold, and its own row prices ask for more.
Answers are whole, so what is chosen is whole. Assumes that a few thousand contested SKUs are
enough to fill the rows exactly; of more, those are taken that lie evenly among them.

References
----------
Dantzig and Wolfe (1960), Operations Research 8(1), 101-111, on a part of the SKUs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pulp

from prepos.core.types import BoolArray, FloatArray, IntArray
from prepos.errors import SolverError
from prepos.plan.solver import call_solver
from prepos.plan.transport.batch import answer_each
from prepos.plan.transport.prices import Search, excess, spread
from prepos.plan.transport.problem import TransportProblem

MOST = 1500  # SKUs that are chosen for
ROUNDS = 8  # of asking for more answers
STEPS = (0.5, 1.0, 2.0)  # along each row's excess, in its scale: prices of the first answers
CLEAR = 0.2  # of its scale: how far each price is raised for answers that leave room
NEARER = 0.5  # from the best prices to the program's
CHANGED = 1e-9  # relative: answers that cost the same are the same
KEPT = 1e-9  # of a limit's size: less is the solver's tolerance
CHOOSING_S = 20.0  # seconds that the choice may take


@dataclass(slots=True)
class Offers:
    """Answers of the contested SKUs: one entry for each of N prices.

    Attributes
    ----------
    prices : list of (S,) float
    cost : list of (J,) float
        Prices left out.
    use : list of (J, S) float
    """

    skus: IntArray
    prices: list[FloatArray] = field(default_factory=list)
    cost: list[FloatArray] = field(default_factory=list)
    use: list[FloatArray] = field(default_factory=list)

    def ask(self, problem: TransportProblem, prices: FloatArray, value: FloatArray) -> None:
        """Add the SKUs' answers at these prices."""
        cost, use = answer_each(problem, prices, value, self.skus)
        self.prices.append(prices)
        self.cost.append(cost)
        self.use.append(use)

    def fresh(self) -> BoolArray:
        """(N, J) whether an answer is none of the SKU's earlier ones."""
        cost = np.stack(self.cost)
        known = np.zeros(cost.shape, dtype=np.bool_)
        for number in range(1, len(cost)):
            near = np.abs(cost[:number] - cost[number]) <= CHANGED * (1.0 + np.abs(cost[number]))
            known[number] = near.any(axis=0)
        return ~known


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Choice:
    """Which answer every SKU gives.

    Attributes
    ----------
    prices : (N, S) float
    number : (K,) int
        Of the prices at which the SKU answers.
    cost : float
        Of all SKUs and purchases, prices left out, ``TransportProblem.shortage`` included.
    bought : (V,) float
        Whole numbers of vehicles.
    use : (S,) float
        Of the shared rows, by the SKUs.
    over : (S,) float
        By how much each limit is not kept.
    """

    prices: FloatArray
    number: IntArray
    cost: float
    bought: FloatArray
    use: FloatArray
    over: FloatArray


def choose_answers(
    problem: TransportProblem, search: Search, *, solver: str, precision: float
) -> Choice:
    """Return whole answers that keep the limits, at little more than the bound.

    Parameters
    ----------
    search : Search
        Prices near the best.
    precision : float
        Share of the cost that may be lost on the way.
    """
    everyone = np.arange(len(problem))
    cost, use = answer_each(problem, search.prices, search.value, everyone)
    whole = use.sum(axis=0)
    if (whole <= problem.limit).all() and not (search.prices > 0).any():
        return make_choice(problem, search, None, everyone, cost, use)
    first = first_prices(problem, search, whole)
    changed = np.zeros(len(problem), dtype=np.bool_)
    for prices in first:
        other, _ = answer_each(problem, prices, search.value, everyone)
        changed |= np.abs(other - cost) > CHANGED * (1.0 + np.abs(cost))
    skus = np.flatnonzero(changed) if len(problem) > MOST else everyone
    skus = skus[spread(len(skus), MOST)] if len(skus) > MOST else skus
    offers = Offers(skus)
    for prices in (search.prices, *first):
        offers.ask(problem, prices, search.value)
    room = problem.limit - (whole - offers.use[0].sum(axis=0))
    fixed = float(cost.sum() - offers.cost[0].sum()) + problem.shortage
    for _ in range(ROUNDS):
        found, told = mix_offers(problem, offers, room, whole=False, solver=solver)
        enough = precision * abs(search.bound)
        if found.cost + fixed - search.bound <= enough and not (found.over > 0).any():
            break
        known = len(offers.prices)
        offers.ask(problem, search.prices + NEARER * (told - search.prices), search.value)
        offers.ask(problem, told, search.value)
        if not offers.fresh()[known:].any():
            break
    found, _ = mix_offers(problem, offers, room, whole=True, solver=solver, slack=precision / 2)
    return make_choice(problem, search, (offers, found), everyone, cost, use)


def first_prices(problem: TransportProblem, search: Search, whole: FloatArray) -> list[FloatArray]:
    """Return prices near the best ones: along what is asked for too much, well above, and the most.

    At the highest prices there is hardly a use left, so that some answers surely leave room.
    """
    step = search.scale * np.clip(excess(problem, whole), -0.3, 0.3)
    step = np.where((search.prices > 0) | (step > 0), step, 0.0)
    near = [search.prices + share * step for share in STEPS]
    near.append(search.prices + CLEAR * search.scale)
    near.append(np.where((search.prices > 0) | (step > 0), problem.ceiling, 0.0))
    return [np.clip(prices, 0.0, problem.ceiling) for prices in near]


@dataclass(frozen=True, slots=True, eq=False)
class Mixed:
    """What the program chose: shares of offers (N, J), cost, limits not kept (S,), purchases."""

    share: FloatArray
    cost: float
    over: FloatArray
    bought: FloatArray  # (V,)


def mix_offers(
    problem: TransportProblem,
    offers: Offers,
    room: FloatArray,
    *,
    whole: bool,
    solver: str,
    slack: float = 0.0,
) -> tuple[Mixed, FloatArray]:
    """Return the cheapest mix of the offers within ``room`` (S,), and the prices of the rows.

    With ``whole`` each SKU gives one answer, to within ``slack`` of the cost; the prices are of the
    program in fractions.
    """
    fresh, cost, use = offers.fresh(), np.stack(offers.cost), np.stack(offers.use)
    number, sku = np.nonzero(fresh)
    order = np.lexsort((number, sku))
    number, sku = number[order], sku[order]
    program = pulp.LpProblem("offers", pulp.LpMinimize)
    kind = pulp.LpBinary if whole else pulp.LpContinuous
    shares = [program.add_variable(f"x{entry}", 0, 1, kind) for entry in range(len(sku))]
    overs = [program.add_variable(f"o{row}", 0) for row in range(len(room))]
    kinds = problem.purchases
    whole_kind = pulp.LpInteger if whole else pulp.LpContinuous
    bought = [program.add_variable(f"b{n}", 0, m, whole_kind) for n, m in enumerate(kinds.most)]
    gives = kinds.take.tocsr()
    rows = []
    for row, left in enumerate(room.tolist()):
        taken = use[number, sku, row]
        terms = [(shares[entry], float(taken[entry])) for entry in np.flatnonzero(taken)]
        terms.append((overs[row], -1.0))
        given = slice(*gives.indptr[row : row + 2].tolist())
        members = zip(gives.indices[given], gives.data[given], strict=True)
        terms += [(bought[kind], float(amount)) for kind, amount in members]
        rows.append(
            pulp.LpConstraint(pulp.LpAffineExpression(terms), pulp.LpConstraintLE, None, left)
        )
        program.addConstraint(rows[-1], f"row{row}")
    begin = np.searchsorted(sku, np.arange(len(offers.skus) + 1))
    for position, (start, end) in enumerate(pairwise(begin.tolist())):
        terms = [(share, 1.0) for share in shares[start:end]]
        one = pulp.LpConstraint(pulp.LpAffineExpression(terms), pulp.LpConstraintEQ, None, 1.0)
        program.addConstraint(one, f"sku{position}")
    terms = list(zip(shares, cost[number, sku].tolist(), strict=True))
    terms += list(zip(overs, problem.ceiling.tolist(), strict=True))
    terms += list(zip(bought, kinds.cost.tolist(), strict=True))
    program.setObjective(pulp.LpAffineExpression(terms))
    program.solve(call_solver(solver, gap=slack, time_limit_s=CHOOSING_S))
    if program.sol_status not in (pulp.LpSolutionOptimal, pulp.LpSolutionIntegerFeasible):
        raise SolverError(f"solver {solver} chose no answers, expected one for each SKU")
    share = np.zeros(fresh.shape)
    share[number, sku] = [variable.varValue or 0.0 for variable in shares]
    over = np.array([variable.varValue or 0.0 for variable in overs])
    over[over <= KEPT * (1.0 + np.abs(problem.limit))] = 0.0
    told = np.zeros(len(room)) if whole else np.array([-(row.pi or 0.0) for row in rows])
    count = np.array([variable.varValue or 0.0 for variable in bought])
    count = np.rint(count) if whole else count
    mixed = Mixed(share, float((share * cost).sum() + kinds.cost @ count), over, count)
    return mixed, np.clip(told, 0.0, problem.ceiling)


def make_choice(
    problem: TransportProblem,
    search: Search,
    chosen: tuple[Offers, Mixed] | None,
    everyone: IntArray,
    cost: FloatArray,
    use: FloatArray,
) -> Choice:
    """Return the answers of all SKUs: at the best prices, but for those chosen for."""
    number, prices = np.zeros(len(everyone), dtype=np.int64), [search.prices]
    bought = np.zeros(len(problem.purchases.cost))
    if chosen is not None:
        offers, mixed = chosen
        position = np.arange(len(offers.skus))
        number[offers.skus] = mixed.share.argmax(axis=0)
        prices, bought = offers.prices, mixed.bought
        cost, use = cost.copy(), use.copy()
        cost[offers.skus] = np.stack(offers.cost)[number[offers.skus], position]
        use[offers.skus] = np.stack(offers.use)[number[offers.skus], position]
    whole = use.sum(axis=0)
    over = whole + problem.purchases.take @ bought - problem.limit
    over[over <= KEPT * (1.0 + np.abs(problem.limit))] = 0.0
    return Choice(
        prices=np.stack(prices),
        number=number,
        cost=float(cost.sum() + problem.purchases.cost @ bought) + problem.shortage,
        bought=bought,
        use=whole,
        over=np.maximum(over, 0.0),
    )
