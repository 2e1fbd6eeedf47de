"""Ways out of what contradicts: enough, minimal, both ways where there is a choice."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from prepos.core.ways_out import Change, WayOut
from prepos.errors import InfeasibleError
from prepos.plan import Frozen, ways_out
from prepos.plan.planner import cost_of
from prepos.plan.question import NOTHING_FROZEN
from prepos.plan.transport.part import Part
from prepos.plan.transport.problem import TransportProblem
from tests.instances import (
    Case,
    day,
    forward,
    lane,
    make_case,
    one_lane,
    origin,
    published,
    random_case,
)

Rule = tuple[str, str, str, str, float]
LESS = 0.01  # of a limit's unit: by this much less it is raised, to see that it then is too little
SEEDS = range(9)


@dataclass(frozen=True)
class Asked:
    """A case with rules and frozen lines, and what is planned for it."""

    case: Case
    rules: tuple[Rule, ...] = ()
    frozen: Frozen = NOTHING_FROZEN
    budget: float | None = None

    def plan_cost(self) -> float:
        """Return what the plan costs; no way out is looked for where there is none."""
        options = {"budget": self.budget, "method": "exact", "gap": 1e-4}
        problem = self.case.problem(*self.rules, frozen=self.frozen, **options)
        return cost_of(problem, "highs")

    def stands(self) -> bool:
        """Return whether there is a plan."""
        try:
            self.plan_cost()
        except InfeasibleError:
            return False
        return True

    def ways(self) -> tuple[WayOut, ...]:
        """Return the ways out; there is no plan as it is."""
        options = {"budget": self.budget, "method": "exact", "gap": 1e-4}
        with pytest.raises(InfeasibleError, match="limits contradict") as caught:
            self.case.plan(*self.rules, frozen=self.frozen, **options)
        return caught.value.ways_out

    def with_changes(self, *changes: Change) -> Asked:
        """Return what is asked with changes made, by their names as the user reads them."""
        asked = self
        for change in changes:
            asked = asked.with_change(change)
        return asked

    def with_change(self, change: Change) -> Asked:
        """Return what is asked with one change made."""
        name, place, to = change.name, change.place, change.to
        network = self.case.network
        if name == "budget":
            return replace(self, budget=to)
        if name == "frozen":
            lines = (
                replace(t, quantity=int(to)) if t.transfer_id == place else t
                for t in self.frozen.transfers
            )
            kept = tuple(line for line in lines if line.quantity)
            return replace(self, frozen=replace(self.frozen, transfers=kept))
        if name == "vehicles":
            lanes = (replace(a, vehicles=to) if a.lane_id == place else a for a in network.lanes)
            network = replace(network, lanes=tuple(lanes))
        elif name in ("pin", "min", "max", "forbid"):
            rules = (loosen(rule, change) for rule in self.rules)
            return replace(self, rules=tuple(rules))
        else:
            nodes = (replace(a, **{name: to}) if a.node_id == place else a for a in network.nodes)
            network = replace(network, nodes=tuple(nodes))
        return replace(self, case=replace(self.case, network=network))


def loosen(rule: Rule, change: Change) -> Rule:
    """Return a rule as the change asks, where it is the one that is changed."""
    sku, start, end, kind, _ = rule
    if (f"{sku} {start} -> {end}", kind) != (change.place, change.name):
        return rule
    return (sku, start, end, "max" if kind == "forbid" else kind, change.to)


def less(asked: Asked, change: Change) -> Change:
    """Return a change that is a little smaller: a case, a vehicle, or a bit of a limit."""
    if change.unit == "units":
        sku = change.place.split(" ")[0]
        if change.name == "frozen":
            (sku,) = (t.sku for t in asked.frozen.transfers if t.transfer_id == change.place)
        products = asked.case.products
        step = float(products.case_pack[products.skus.position(sku)])
    else:
        step = 1.0 if change.name == "vehicles" else LESS
    return replace(change, to=change.to - step if change.to > change.now else change.to + step)


def drawn(seed: int) -> Asked:
    """Return a tight random case with pins, and every other time frozen lines: often too much."""
    rng = np.random.default_rng(seed)
    size = {"skus": 3, "origins": 1 + seed % 2, "periods": 1 + seed % 2}
    case = random_case(rng, **size, limits=True, vehicles=seed % 3 == 0)
    scale = float(rng.uniform(0.3, 1.1))
    nodes = tuple(
        replace(
            node,
            inbound_m3=round(node.inbound_m3 * scale, 2),
            storage_m3=round(node.storage_m3 * scale, 2),
        )
        for node in case.network.nodes
    )
    case = replace(case, network=replace(case.network, nodes=nodes))
    case = case.with_lanes(ship_weekdays=("mon", "thu"))
    if seed % 3 == 0:
        case = case.with_lanes(vehicles=1.0)
    packs = dict(zip(case.products.skus, case.products.case_pack.tolist(), strict=True))
    rules, lines = [], []
    for way in case.network.lanes:
        for sku, pack in packs.items():
            if rng.random() < 0.4:
                units = float(pack * rng.integers(1, 5))
                rules.append(
                    (sku, way.origin, way.destination, str(rng.choice(["pin", "min"])), units)
                )
            elif seed % 2 and rng.random() < 0.4:
                line = published(sku, int(pack * rng.integers(1, 4)), way.lane_id, ships=0)
                lines.append(replace(line, transfer_id=f"T{len(lines)}"))
    frozen = Frozen(before=day(1), transfers=tuple(lines)) if lines else NOTHING_FROZEN
    return Asked(case, tuple(rules), frozen, (None, 3.0)[seed % 4 == 3])


def test_most_of_what_is_drawn_contradicts_itself() -> None:
    """The random instances have no plan as they are, nearly all."""
    assert sum(not drawn(seed).stands() for seed in SEEDS) > len(SEEDS) // 2


@pytest.mark.parametrize("seed", SEEDS)
def test_a_way_out_is_enough_and_no_less_is(seed: int) -> None:
    """With all changes of a way there is the plan it told; with one left out or less, none."""
    asked = drawn(seed)
    if asked.stands():
        return
    ways = asked.ways()
    assert ways
    assert [way.penalty for way in ways] == sorted(way.penalty for way in ways)
    for way in ways:
        assert asked.with_changes(*way.changes).plan_cost() == pytest.approx(way.cost, rel=2e-4)
        for change in way.changes:
            others = [other for other in way.changes if other is not change]
            assert not asked.with_changes(*others).stands(), f"without: {change.words}"
            if way is ways[0]:
                smaller = less(asked, change)
                assert not asked.with_changes(*others, smaller).stands(), f"less: {change.words}"


FROZEN = Frozen(before=day(1), transfers=(published("S", 6, "DC>A", ships=0),))
FEWER = "send 4 instead of 6 units of S from DC to A on 2025-03-03 (frozen line T0)"
ROOM = "raise storage_m3 of A from 4 to 6 m3"
PIN = ("S", "DC", "A", "pin", 6.0)


def rule(change: str) -> str:
    """Return the words for an override of S that changes."""
    return f"change the override of S DC -> A from {change} units"


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (
            Asked(one_lane(3.0, 5).with_stock(A=7).with_nodes(storage_m3=4.0)),
            ["raise storage_m3 of A from 4 to 7 m3"],
        ),
        (Asked(one_lane(3.0, 9), (("S", "DC", "A", "min", 12.0),)), [rule("min 12 to min 9")]),
        (Asked(one_lane(3.0, 4), frozen=FROZEN), [FEWER]),
        (Asked(one_lane(3.0, 9).with_nodes(storage_m3=4.0), frozen=FROZEN), [FEWER, ROOM]),
        (
            Asked(one_lane(3.0, 9).with_nodes(storage_m3=4.0), (PIN,)),
            [rule("pin 6 to pin 4"), ROOM],
        ),
        (
            Asked(one_lane(3.0, 9), (PIN,), budget=2.5),
            ["raise plan.budget from 2.5 to 6", rule("pin 6 to pin 2")],
        ),
        (
            Asked(one_lane(3.0, 9).with_lanes(vehicle_m3=2.0, vehicles=1.0), (PIN,)),
            ["raise vehicles of DC>A from 1 to 3 vehicles", rule("pin 6 to pin 2")],
        ),
        (
            Asked(one_lane(3.0, 9), (("S", "DC", "A", "forbid", 0.0),), FROZEN),
            [rule("forbid to max 6"), FEWER.replace("4 instead", "0 instead")],
        ),
        (
            Asked(
                one_lane(3.0, 9, case_pack=4).with_nodes(inbound_m3=5.0),
                (("*", "DC", "A", "min", 8.0),),
            ),
            ["raise inbound_m3 of A from 5 to 8 m3", rule("min 8 to min 4").replace("S", "*")],
        ),
    ],
)
def test_both_ways_are_named_where_there_is_a_choice(asked: Asked, words: list[str]) -> None:
    """The least first: a limit against an override, a frozen line or what lies there."""
    assert [str(way) for way in asked.ways()] == words


def test_two_conflicts_may_be_left_each_by_its_own_way() -> None:
    """Where one conflict is least at the limit and one at the override, that is the first way."""
    case = make_case(
        [origin("DC"), forward("A", storage_m3=8.0), forward("B", storage_m3=2.0)],
        [lane("DC>A"), lane("DC>B")],
        {"A": [1.0, 9.0], "B": [9.0, 1.0], "DC": [np.inf, np.inf]},
        {"S": [[3.0, 3.0]], "U": [[3.0, 3.0]]},
        on_hand={("DC", "S"): 30, ("DC", "U"): 30},
        case_pack=[1, 10],
    )
    rules = (("U", "DC", "A", "pin", 10.0), ("S", "DC", "B", "pin", 3.0))
    first, *others = Asked(case, rules).ways()
    assert [change.name for change in first.changes][-1] == "storage_m3"
    assert first.penalty == pytest.approx(3.0)
    assert any({change.name for change in way.changes} == {"pin"} for way in others)


def many_skus(on_hand_a: int) -> Asked:
    """Return twelve SKUs, two of which are pinned to a node that is too small for them."""
    skus = [f"S{number:02d}" for number in range(12)]
    case = make_case(
        [origin("DC"), forward("A", storage_m3=30.0), forward("B")],
        [lane("DC>A"), lane("DC>B")],
        {"A": [1.0, 9.0], "B": [9.0, 1.0], "DC": [np.inf, np.inf]},
        {sku: [[1.0, 1.0]] for sku in skus},
        on_hand={("DC", sku): 30 for sku in skus} | {("A", sku): on_hand_a for sku in skus[6:]},
    )
    return Asked(case, (("S01", "DC", "A", "pin", 20.0), ("S04", "DC", "A", "pin", 14.0)))


@pytest.mark.parametrize("on_hand_a", [0, 3, 6])
def test_of_many_skus_those_that_matter_are_asked(
    on_hand_a: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program of a part finds ways as small as one of all: pinned SKUs, and what is in their way.

    At 6 units of each what lies there is too much by itself.
    """
    asked = many_skus(on_hand_a)
    whole = asked.ways()
    assert whole
    sizes: list[int] = []
    part_of = ways_out.part_of

    def told(arrays: TransportProblem, skus: np.ndarray, use: np.ndarray) -> Part:
        sizes.append(len(skus))
        return part_of(arrays, skus, use)

    monkeypatch.setattr(ways_out, "part_of", told)
    monkeypatch.setattr(ways_out, "LARGEST", 160)
    part = asked.ways()
    assert 2 <= max(sizes) < 12
    assert [way.changes for way in part] == [way.changes for way in whole]


def test_too_many_words_are_told_without_a_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where more is spoken of than a program can ask, the message stands alone."""
    monkeypatch.setattr(ways_out, "LARGEST", 1)
    assert Asked(one_lane(3.0, 4), frozen=FROZEN).ways() == ()
