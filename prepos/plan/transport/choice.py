"""From prices to whole flows that keep the shared rows.

Vehicles are counted first (``counts``); held at whole numbers, their room is a limit like any
other, for which prices are found anew. Where SKUs are many, each block of them is then asked at
prices of its own, so that all together hardly miss the limits (``steer``). Where they are few
beside the rows, shares of the passes are found that keep the limits (``shares``), and every SKU is
given one pass by its block's shares, evenly over the SKUs' sizes. What then is missed or left over
is settled by choosing anew for the SKUs that lose least by another answer (``settle``), and where
SKUs are few by changing their cases one by one (``refine``). Where cases are larger than single
units, SKUs are asked again in whole cases (``cases``). Answers are whole, so what is chosen is
whole.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from prepos.core.types import FloatArray, IntArray
from prepos.plan.transport.batch import Flows, blocks_of
from prepos.plan.transport.cases import Cases, make_cases
from prepos.plan.transport.climb import Pass, Search
from prepos.plan.transport.counts import count_vehicles, dear_prices, hold, shut
from prepos.plan.transport.listing import list_sent
from prepos.plan.transport.mix import Mixed
from prepos.plan.transport.passes import (
    ask,
    ask_some,
    ask_whole,
    offer,
    read_passes,
    sum_passes,
)
from prepos.plan.transport.prices import find_near
from prepos.plan.transport.problem import TransportProblem
from prepos.plan.transport.refine import refine
from prepos.plan.transport.sent import answer_sent, sent_by
from prepos.plan.transport.settle import Given, ask_passes, pick_skus, settle
from prepos.plan.transport.shares import ROUNDS, share_passes, spread_passes
from prepos.plan.transport.steer import elasticity, felt_prices, near_prices, steer, sum_use
from prepos.plan.transport.trim import excess, trim

KEPT_WITHIN = 20.0  # times what may be lost: passes that cost more have no share worth having
PROGRAMS = (120, 400)  # SKUs that a program gives whole answers
OTHERS = 60  # passes whose answers may be given instead
# SKUs for each priced row, from which blocks are asked at prices of their own; of cases.
STEERED_FROM, CASES_FROM = 12, 300
FINER = 0.1  # of the precision asked for: of prices at held counts, that blocks are asked near
COUNTED = 24  # rounds of asking for passes before vehicles are counted: the bound rises with them
REFINED_UP_TO = (500, 2000)  # SKUs, steered and mixed: above, answers leave no room that is seen
MATTERS = 0.02  # share of all SKUs from which a pass is asked for in whole cases


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Chosen:
    """What is moved and whom it serves.

    Attributes
    ----------
    flows : Flows
        Of all SKUs, sorted by SKU, source, rank and route; the rank is -1 where units moved but
        serve nobody. What stays and serves nobody is not listed.
    bought : (V,) float
        Whole numbers of vehicles.
    cost : float
        Of all SKUs and purchases, prices left out, ``TransportProblem.shortage`` included.
    use : (S,) float
        Of the shared rows, by the SKUs.
    over : (S,) float
        By how much each limit is not kept.
    """

    flows: Flows
    bought: FloatArray
    cost: float
    use: FloatArray
    over: FloatArray


def choose_flows(
    problem: TransportProblem,
    search: Search,
    case_pack: IntArray,
    minimum_lot: IntArray,
    *,
    solver: str,
    precision: float,
) -> Chosen:
    """Return whole flows that keep the limits, at little more than the bound.

    Parameters
    ----------
    search : Search
        Prices near the best, and the passes that found them; a better bound is kept.
    case_pack, minimum_lot : (K,) int
        Units that move together; units that a SKU's source sends by one route, if any.
    precision : float
        Share of the cost that may be lost on the way.
    """
    if not len(problem):
        return choose_nothing(problem)
    enough = 0.5 * precision * abs(search.bound)
    cases = make_cases(case_pack, minimum_lot)
    least = CASES_FROM if cases.matter else STEERED_FROM
    held, bought = problem, np.zeros(len(problem.purchases.cost))
    if problem.purchases.most.any():
        bought = buy(problem, search, enough, solver)
        held = hold(problem, bought)
        near = replace(search, prices=shut(problem, bought, search.prices))
        search = find_near(held, near, solver=solver, precision=FINER * precision)
    mixed = len(problem) < least * int(np.count_nonzero(search.prices))
    if mixed:
        given = mix_passes(held, search, cases, enough, solver)
    else:
        given = steer_passes(held, search, cases, enough)
    found, cost, use = settle(held, search, given, enough=2.0 * enough, solver=solver)
    passes = [*given.passes, *given.others]
    if excess(held, use).any():
        passes, found = trim(held, search, passes, found, given.prices, cases, use)
        cost, use = sum_passes(held, search, passes, found)
    chosen = Chosen(
        flows=read_passes(held, search, passes, found, np.arange(len(problem))),
        bought=bought,
        cost=cost + float(problem.purchases.cost @ bought) + problem.shortage,
        use=use,
        over=excess(held, use),
    )
    if is_few(problem, mixed=mixed) and cost > given.least + 2.0 * enough:
        near_enough, fixed = given.least + 2.0 * enough, chosen.cost - cost
        return refine_chosen(held, search, given, cases, chosen, least=near_enough, fixed=fixed)
    return chosen


def is_few(problem: TransportProblem, *, mixed: bool) -> bool:
    """Return whether SKUs are few enough to change their cases one by one."""
    return len(problem) <= REFINED_UP_TO[mixed]


def refine_chosen(
    held: TransportProblem,
    search: Search,
    given: Given,
    cases: Cases,
    chosen: Chosen,
    *,
    least: float,
    fixed: float,
) -> Chosen:
    """Return the choice, cases changed one by one where all together then costs less.

    Currency: ``least`` of the SKUs alone is near enough, ``fixed`` is what else the choice costs.
    """
    skus, prices = np.arange(len(held)), given.prices
    felt = np.maximum(prices, search.scale)
    sent = refine(held, prices, felt, sent_by(held, chosen.flows), cases, least)
    cost, use = answer_sent(held, prices, skus, sent)
    taken = use.sum(axis=0)
    better = replace(
        chosen,
        flows=list_sent(held, prices, skus, sent),
        cost=float(cost.sum()) + fixed,
        use=taken,
        over=excess(held, taken),
    )
    return min(chosen, better, key=lambda each: each.cost + float(each.over @ held.ceiling))


def choose_nothing(problem: TransportProblem) -> Chosen:
    """Return the choice where there are no SKUs."""
    none, use = np.zeros(0, dtype=np.int64), np.zeros(len(problem.limit))
    return Chosen(
        flows=Flows(none, none, none, none, np.zeros(0)),
        bought=np.zeros(len(problem.purchases.cost)),
        cost=problem.shortage,
        use=use,
        over=excess(problem, use),
    )


def steer_passes(problem: TransportProblem, search: Search, cases: Cases, enough: float) -> Given:
    """Return a pass of each block of SKUs at prices of its own, and others near the best prices."""
    some, skus = partial(ask_some, problem, search, cases), pick_skus(problem)
    scarce = (search.prices > 0) | (search.use > problem.limit)
    felt = np.where(scarce, felt_prices(search), 0.0)
    most = np.where(scarce, problem.ceiling, 0.0)
    others = [
        offer(problem, search, cases, prices, skus)
        for prices in (*near_prices(search.prices, felt), most)
    ]
    told = ask_passes(problem, search, others, skus)
    start = next(each for each in search.passes if (each.prices == search.prices).all())
    if cases.matter:
        start = ask_whole(problem, search, cases, search.prices)
    elastic = elasticity(felt, told.use[:-1].sum(axis=1))
    passes = steer(problem, search, start, elastic, some, enough)
    number = np.repeat(np.arange(len(passes)), np.diff(blocks_of(len(problem))))
    cost, use = sum(float(each.cost.sum()) for each in passes), sum_use(passes)
    if passes[0].prices is start.prices:  # of answers that cost alike others may be given now
        cost, use = sum_passes(problem, search, passes, number)
    return Given(
        passes=passes,
        number=number,
        cost=cost,
        use=use,
        others=others,
        told=told,
        prices=search.prices,
        least=search.bound - problem.shortage,
        programs=(),
        refined=False,
    )


def mix_passes(
    problem: TransportProblem, search: Search, cases: Cases, enough: float, solver: str
) -> Given:
    """Return a pass of each SKU by a mix that keeps the limits, and others that cost little."""
    passes, mixed = offer_passes(problem, search, cases, enough, solver)
    number = spread_passes(problem, mixed.share.reshape(len(passes), -1))
    reduced = [float(e.cost.sum() + e.use.sum(axis=0) @ mixed.prices) for e in passes[:-1]]
    near = np.argsort(reduced, kind="stable")[:OTHERS].tolist()
    others = [*(passes[each] for each in near), passes[-1]]
    cost, use = sum_passes(problem, search, passes, number)
    return Given(
        passes=passes,
        number=number,
        cost=cost,
        use=use,
        others=others,
        told=ask_passes(problem, search, others, pick_skus(problem)),
        prices=mixed.prices,
        least=mixed.cost,
        programs=PROGRAMS,
        refined=is_few(problem, mixed=True) and not cases.matter,
    )


def buy(problem: TransportProblem, search: Search, enough: float, solver: str) -> FloatArray:
    """Return whole numbers of vehicles (V,), near those of a mix in single units."""
    passes, mixed = mix_near(problem, search, enough, solver, COUNTED)
    use = mixed.share @ np.concatenate([each.use for each in passes])
    forced = ask(problem, search, dear_prices(problem, search.prices)).use.sum(axis=0)
    return count_vehicles(problem, mixed, use, forced, solver=solver)


def offer_passes(
    problem: TransportProblem, search: Search, cases: Cases, enough: float, solver: str
) -> tuple[list[Pass], Mixed]:
    """Return passes and a mix of them that keeps the limits, cases being whole.

    ``enough`` is currency that may be lost.
    """
    passes, mixed = mix_near(problem, search, enough, solver)
    if not cases.matter:
        return passes, mixed
    share = mixed.share.reshape(len(passes), -1).mean(axis=1)
    matters = np.append(share[:-1] > MATTERS, True)
    whole = partial(ask_whole, problem, search, cases)
    passes = [whole(passes[position].prices) for position in np.flatnonzero(matters)]
    return passes, share_passes(problem, search, passes, whole, enough=enough, solver=solver)


def mix_near(
    problem: TransportProblem, search: Search, enough: float, solver: str, rounds: int = ROUNDS
) -> tuple[list[Pass], Mixed]:
    """Return passes near the best prices, in single units, and a mix that keeps the limits."""
    asked = partial(ask, problem, search)
    most = np.where(search.prices > 0, problem.ceiling, 0.0)
    near = near_passes(search, KEPT_WITHIN * enough)
    passes = [*near, asked(most)]  # the last leaves room: the mix is surely within
    return passes, share_passes(
        problem, search, passes, asked, enough=enough, solver=solver, rounds=rounds
    )


def near_passes(search: Search, within: float) -> list[Pass]:
    """Return the passes whose answers cost hardly more at the best prices than the best do."""
    reduced = [float(e.cost.sum() + e.use.sum(axis=0) @ search.prices) for e in search.passes]
    least = min(reduced)
    pairs = zip(search.passes, reduced, strict=True)
    return [each for each, cost in pairs if cost - least <= within]
