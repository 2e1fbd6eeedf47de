"""What yields: limits raised, overrides loosened, frozen lines thinned, as a decision asks."""

from __future__ import annotations

import math
from dataclasses import replace

from prepos.core.network import Lane, Node
from prepos.core.transfer import Transfer
from prepos.core.types import FloatArray
from prepos.plan.frame import Frame
from prepos.plan.moves import Moves
from prepos.plan.overrides import Override
from prepos.plan.problem import Problem
from prepos.plan.rules import EVERYONE, Rulebook, moved_by_way
from prepos.plan.stability import published_units

STEP = 1000  # of a limit's unit: what it is raised to is told in such parts


def raise_limits(problem: Problem, frame: Frame, over: FloatArray) -> Problem:
    """Return the problem with every limit raised by what is passed of it (S,) at the most."""
    more: dict[tuple[str, int], float] = {}
    for row, amount in zip(frame.shared, over.tolist(), strict=True):
        kind, position, _ = row.key
        more[kind, position] = max(more.get((kind, position), 0.0), amount)

    def raised(kind: str, position: int, now: float) -> float:
        by = more.get((kind, position), 0.0)
        step = 1 if kind == "vehicles" else STEP
        return math.ceil((now + by) * step - 2e-3) / step if by > 0 else now

    def node_of(position: int, node: Node) -> Node:
        return replace(
            node,
            storage_m3=raised("storage_m3", position, node.storage_m3),
            inbound_m3=raised("inbound_m3", position, node.inbound_m3),
            outbound_m3=raised("outbound_m3", position, node.outbound_m3),
        )

    def lane_of(position: int, lane: Lane) -> Lane:
        return replace(lane, vehicles=raised("vehicles", position, lane.vehicles))

    network, budget = problem.network, problem.options.budget
    if budget is not None:
        budget = raised("budget", 0, budget)
    return replace(
        problem,
        options=replace(problem.options, budget=budget),
        network=replace(
            network,
            nodes=tuple(node_of(at, node) for at, node in enumerate(network.nodes)),
            lanes=tuple(lane_of(at, lane) for at, lane in enumerate(network.lanes)),
        ),
    )


def relax_rules(problem: Problem, frame: Frame, moves: Moves) -> tuple[Override, ...]:
    """Return the overrides, each loosened so far that what moves keeps it."""
    moved, book = moved_by_way(frame, moves), Rulebook(problem)
    allowed = {rule: rule for rule in problem.overrides}
    for sku in sorted({*book.skus(), *moved}):
        for way, bound in book.bounds(sku).items():
            sent = float(moved.get(sku, {}).get(way, 0))
            for rule in bound.rules:
                least, most = rule.bounds
                if least <= sent <= most:
                    continue
                own = rule if rule in allowed else replace(rule, sku=EVERYONE)
                allowed[own] = loosened(own, allowed[own], sent)
    return tuple(sorted(allowed.values(), key=str))


def loosened(rule: Override, before: Override, sent: float) -> Override:
    """Return a rule that allows what one SKU sends, and what it was loosened to allow before."""
    if sent < rule.quantity and rule.rule != "forbid":
        return replace(before, quantity=min(before.quantity, sent))
    kind = "max" if rule.rule == "forbid" else rule.rule
    return replace(before, rule=kind, quantity=max(before.quantity, sent))


def thin_lines(problem: Problem, thawed: Problem, moves: Moves) -> tuple[Transfer, ...]:
    """Return the frozen lines, thinned to what still moves of them."""
    if thawed.frozen.transfers or not problem.frozen.transfers:
        return problem.frozen.transfers
    moved = {(departure, sku): units for departure, sku, units in moves.rows()}
    lose = {}
    for departure, sku, units in published_units(thawed).rows():
        on = problem.departures[departure]
        lane, item = problem.network.lanes[on.lane].lane_id, problem.products.skus[sku]
        lose[lane, on.ship_date, item] = max(units - moved.get((departure, sku), 0), 0)
    kept = []
    for line in problem.frozen.transfers:
        key = (line.lane_id, line.ship_date, line.sku)
        cut = min(lose[key], line.quantity)
        lose[key] -= cut
        if cut < line.quantity:
            kept.append(replace(line, quantity=line.quantity - cut))
    return tuple(kept)
