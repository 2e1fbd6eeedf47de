"""What the planner's rules come to for one SKU, and which of them a plan does not keep.

A rule speaks of what lies at its origin and leaves from there: stock that only passes through, or
is taken off there in transit, does not take a lane that is under a rule. Rules on one way from node
to node are joined; those for ``*`` hold for each SKU by itself.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from prepos.core.types import BoolArray
from prepos.errors import InfeasibleError
from prepos.plan.frame import Frame
from prepos.plan.moves import Moves
from prepos.plan.overrides import Override
from prepos.plan.problem import Problem

EVERYONE = "*"
NAMED = 20  # of what is broken, at most

Way = tuple[int, int]  # positions of origin and destination


@dataclass(frozen=True, slots=True)
class Bound:
    """What the rules on one SKU and one way come to, in whole cases.

    ``least`` and ``most`` are units, ``most`` infinite where nothing holds them back; ``least`` may
    be the larger one: then the rules contradict each other. ``done`` is moved by frozen lines.
    """

    rules: tuple[Override, ...]
    least: int
    most: float
    done: int = 0

    def broken(self, moved: float) -> list[tuple[float, str]]:
        """Return (units, words) of every rule that does not hold when so much is moved."""
        told = []
        for rule in self.rules:
            least, most = rule.bounds
            if moved < least:
                against = [str(other) for other in self.rules if other.bounds[1] < least]
                beside = f" beside {' and '.join(against)}" if against else ""
                told.append((least - moved, f"{rule}: {least - moved:g} units missing{beside}"))
            elif moved > most:
                told.append((moved - most, f"{rule}: {moved - most:g} units over"))
        return told


def join_rules(rules: tuple[Override, ...], case_pack: int, done: int = 0, lot: int = 1) -> Bound:
    """Return what rules on one SKU and way come to when some is done.

    Only whole cases move, and what moves is a whole lot or more.
    """
    least = max(0.0, max(rule.bounds[0] for rule in rules) - done)
    most = max(0.0, min(rule.bounds[1] for rule in rules) - done)
    whole = case_pack * math.floor(most / case_pack) if math.isfinite(most) else most
    asked = case_pack * math.ceil(least / case_pack)
    return Bound(rules, max(asked, lot) if asked else 0, whole if whole >= lot else 0, done)


class Rulebook:
    """All rules of a problem, by SKU."""

    def __init__(self, problem: Problem) -> None:
        self._nodes, self._products = problem.network.node_axis, problem.products
        self._rules: dict[str, list[Override]] = {}
        for rule in problem.overrides:
            self._rules.setdefault(rule.sku, []).append(rule)
        self._common = self._rules.get(EVERYONE, [])

    def closed_ways(self) -> set[Way]:
        """Return the ways that no SKU may take."""
        return {self._way(rule) for rule in self._common if rule.rule == "forbid"}

    def skus(self) -> list[int]:
        """Return the positions of all SKUs under a rule that is more than a way closed to all."""
        axis = self._products.skus
        if any(rule.rule != "forbid" for rule in self._common):
            return list(range(len(axis)))
        return sorted(axis.position(sku) for sku in self._rules if sku != EVERYONE)

    def bounds(self, sku: int, done: Mapping[Way, int] | None = None) -> dict[Way, Bound]:
        """Return what the rules on one SKU come to, by way, when some units are moved already."""
        name = self._products.skus[sku]
        by_way: dict[Way, list[Override]] = {}
        for rule in (*self._common, *self._rules.get(name, [])):
            by_way.setdefault(self._way(rule), []).append(replace(rule, sku=name))
        pack, lot = int(self._products.case_pack[sku]), int(self._products.least_sent[sku])
        moved = done or {}
        return {
            way: join_rules(tuple(by_way[way]), pack, moved.get(way, 0), lot)
            for way in sorted(by_way)
        }

    def _way(self, rule: Override) -> Way:
        return self._nodes.position(rule.origin), self._nodes.position(rule.destination)


def refuse(broken: list[tuple[float, str]]) -> None:
    """Raise InfeasibleError naming what is broken, by (how much, words), the worst first."""
    if broken:
        words = [words for _, words in sorted(broken, reverse=True)]
        more = [f"and {len(words) - NAMED} more"] if len(words) > NAMED else []
        raise InfeasibleError("limits contradict: " + "; ".join([*words[:NAMED], *more]))


def moved_by_way(frame: Frame, moves: Moves) -> dict[int, dict[Way, int]]:
    """Return SKU -> way -> units."""
    moved: dict[int, dict[Way, int]] = {}
    for departure, sku, units in moves.rows():
        way = int(frame.origin[departure]), int(frame.destination[departure])
        mine = moved.setdefault(sku, {})
        mine[way] = mine.get(way, 0) + units
    return moved


def broken_rules(problem: Problem, frame: Frame, moves: Moves) -> list[tuple[float, str]]:
    """Return (units, words) of every rule that is not kept by what moves, the worst first."""
    moved, book = moved_by_way(frame, moves), Rulebook(problem)
    told = [
        entry
        for sku in book.skus()
        for way, bound in book.bounds(sku).items()
        for entry in bound.broken(moved.get(sku, {}).get(way, 0))
    ]
    return sorted(told, reverse=True)


def closed_departures(problem: Problem, frame: Frame) -> BoolArray:
    """Return (D,) which departures are not decided on: before the frozen day, or closed to all."""
    closed = Rulebook(problem).closed_ways()
    ways = zip(frame.origin.tolist(), frame.destination.tolist(), strict=True)
    shut = np.array([way in closed for way in ways], dtype=np.bool_)
    if problem.frozen.before is not None:
        shut |= frame.ship_day < problem.frozen.before.toordinal()
    return shut
