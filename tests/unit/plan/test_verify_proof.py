"""The bound proved again: what the planner proves, never above what is possible, no cell unseen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from prepos.core.run import CERTIFICATE, SUPPLY, RunFiles
from prepos.core.types import FloatArray
from prepos.core.verdict import Verdict
from prepos.plan.certificate import write_certificate
from prepos.plan.transport.batch import answer
from prepos.plan.transport.build import Transport, as_transport
from prepos.plan.transport.climb import prove
from prepos.plan.verification import verify_plan
from prepos.plan.verify_book import Given
from prepos.plan.verify_demand import Areas, find_areas
from prepos.plan.verify_limits import Limit, list_limits
from prepos.plan.verify_proof import check_proof
from prepos.plan.verify_tariff import make_tariff, price_ways
from prepos.plan.verify_ways import Departures, find_departures
from tests.instances import Case, forward, framed, lane, make_case, origin, random_case
from tests.judged import files_of, given_of, planless_files
from tests.unit.plan.transport.programs import relaxed_cost

OPTIONS = {"method": "exact", "gap": 0.01}


@dataclass(frozen=True)
class World:
    """A random case as the planner sees it, and as it is judged."""

    transport: Transport
    names: list[tuple[str, str]]  # limit and place of each shared row
    run: RunFiles
    given: Given
    areas: Areas

    def limits(self, departures: Departures) -> dict[str, Limit]:
        """Return every limit that SKUs share, as the second opinion lists them."""
        return list_limits(self.given, self.areas, departures)

    def proven(self, prices: FloatArray, value: FloatArray) -> float:
        """Return what the second opinion proves from these prices and values."""
        rows = [
            {"limit": limit, "place": place, "price": price}
            for (limit, place), price in zip(self.names, prices.tolist(), strict=True)
        ]
        certificate = {"schema": "prepos/certificate@1", "bound": 0.0, "rows": rows}
        supply = self.run.frames[SUPPLY].assign(value=value)
        frames = {**self.run.frames, SUPPLY: supply}
        run = replace(self.run, frames=frames, certificate=certificate)
        bound, checks = check_proof(run, self.given, self.areas)
        broken = {check.name for check in checks if not check.passed}
        assert broken <= {"proof"}, [str(fault) for check in checks for fault in check.faults]
        return bound


def make_world(seed: int) -> World:
    """Return a world of up to four periods, with limits, vehicles and hubs now and then."""
    rng = np.random.default_rng(seed)
    case = random_case(
        rng,
        skus=4,
        forwards=3,
        origins=2,
        periods=1 + seed % 4,
        days=(7, 1)[seed % 3 == 0],
        limits=seed % 5 != 0,
        vehicles=seed % 2 == 0,
        hubs=seed % 7 < 4,
    )
    if seed % 6 == 0:  # a SKU that takes no room: it needs vehicles all the same
        case = case.with_products(unit_volume_m3=[0.0, *case.products.unit_volume_m3[1:]])
    if seed % 5 == 2:
        case = case.with_products(shelf_life_days=rng.choice([5.0, 9.0, np.inf], 4))
    options = {"min_fill": (0.0, 0.7)[seed % 3 == 1], "budget": (None, 25.0)[seed % 4 == 1]}
    if seed % 3 != 2:
        case = case.with_categories("dairy", "", "dry", "dairy")
        options["category_min_fill"] = {"dry": 0.4, "dairy": 0.9}
    if seed % 8 == 2:
        case = case.with_lanes(vehicles=np.inf)
    if seed % 3 == 2:
        case = case.with_lanes(co2e_kg_per_kg=float(rng.uniform(0.0, 0.5)))
        options["carbon_price"] = 1.5
    return world_of(case, **options)


def make_chain(seed: int) -> World:
    """Return a world whose stock goes from O by A and B to C; D is a fourth leg away.

    From B and C lanes lead back to A: out of A's room and in again no way leads.
    """
    rng = np.random.default_rng(seed)
    ends = ["O>A", "A>B", "B>A", "B>C", "C>A", "C>D"]
    nodes = [forward(name, storage_m3=9.0) for name in "ABCD"]
    costs = np.where(np.eye(4, dtype=bool), 1.0, np.inf)
    wanted = rng.uniform(0.5, 3.0, (5, 4)).round(2) * [4.0, 1.0, 1.0, 1.0]
    case = make_case(
        [origin("O"), *nodes],
        [lane(way, 0, cost_per_unit=float(rng.uniform(0.0, 0.05))) for way in ends],
        {**dict(zip("ABCD", costs, strict=True)), "O": [np.inf] * 4},
        {"S": wanted, "T": wanted[::-1]},
        on_hand={("O", "S"): 9, ("A", "S"): 20, ("A", "T"): 25, ("B", "T"): 2},
        receipts=[(1, "B", "S", 2)],
        days=1,
        return_cost=0.0,
    )
    return world_of(case)


def world_of(case: Case, **options: Any) -> World:
    """Return a case as the planner sees it, and as it is judged."""
    problem = case.problem(**options)
    frame = framed(problem)
    transport = as_transport(problem, frame)
    run, given = planless_files(case, transport, **options), given_of(case, **options)
    names = [(row.name, row.place) for row in frame.shared]
    return World(transport, names, run, given, find_areas(run, given)[0])


def draw_prices(world: World, seed: int) -> FloatArray:
    """Return prices, many of them 0, none above what breaking the limit costs."""
    rng = np.random.default_rng(100 + seed)
    ceiling = world.transport.problem.ceiling
    drawn = rng.exponential(0.7, len(ceiling)) * (rng.random(len(ceiling)) < 0.6)
    return np.minimum(drawn, ceiling)


@pytest.mark.parametrize("make", [make_world, make_chain])
@pytest.mark.parametrize("seed", range(14))
def test_any_prices_prove_what_the_planner_proves(make: Callable[[int], World], seed: int) -> None:
    """At random prices, with the values that answering for every SKU leaves, bounds are equal."""
    world = make(seed)
    prices, arrays = draw_prices(world, seed), world.transport.problem
    value = np.zeros(len(arrays.sources.units))
    cost, _ = answer(arrays, prices, value)
    assert world.proven(prices, value) == pytest.approx(prove(arrays, prices, cost), rel=1e-6)


@pytest.mark.parametrize(
    ("start", "lanes"),
    [
        ("O", {"O>A", "A>B", "B>C"}),  # neither a fourth leg, nor back to A
        ("A", {"A>B", "B>C", "C>D"}),
        ("B", {"B>A", "B>C", "C>A", "C>D"}),
        ("D", set()),
    ],
)
def test_ways_have_three_legs_and_come_to_no_node_twice(start: str, lanes: set[str]) -> None:
    """From each node of the chain the lanes that a unit may be on."""
    world = make_chain(0)
    on, sku = find_departures(world.given), np.array([0])
    limits = world.limits(on)
    free = {name: np.zeros(len(limit.places)) for name, limit in limits.items()}
    tariff = make_tariff(world.given, world.areas, on, limits, free)
    ways = price_ways(tariff, sku, world.areas.spare.saved)
    reached = ways.reach(world.given.nodes.position(start), -1, sku)
    assert {world.given.lanes[int(on.lane[number])] for number in reached} == lanes


@pytest.mark.parametrize("seed", range(8))
def test_no_prices_and_values_prove_too_much(seed: int) -> None:
    """Whatever is put on limits and sources, the relaxed program costs no less."""
    world = make_world(seed)
    arrays = world.transport.problem
    least = relaxed_cost(arrays, "highs")
    for draw in range(3):
        rng = np.random.default_rng(1000 * seed + draw)
        value = rng.exponential(2.0, len(arrays.sources.units)) * rng.integers(0, 2)
        assert world.proven(draw_prices(world, 10 * seed + draw), value) <= least + 1e-6 * abs(
            least
        )


@pytest.mark.parametrize("method", ["exact", "decompose"])
def test_stock_may_lie_elsewhere(method: str) -> None:
    """What does not fit where it lies leaves and serves nobody: a price for room proves no more.

    Nine units lie where four fit, and two are wanted: five leave for half a coin each.
    """
    case = make_case(
        [origin("DC"), forward("A", storage_m3=4.0)],
        [lane("A>DC", cost_per_unit=0.5)],
        {"A": [1.0], "DC": [np.inf]},
        {"S": [[2.0]]},
        on_hand={("A", "S"): 9},
    )
    plan = case.plan(method=method)
    assert sum(line.quantity for line in plan.transfers) == 5
    run, given = files_of(case, plan, method=method), given_of(case, method=method)
    assert [str(fault) for fault in verify_plan(run, given, "P").faults] == []
    assert run.certificate["bound"] == pytest.approx(plan.objective)

    def dear(content: dict[str, Any]) -> None:
        content["rows"][0]["price"] = 50.0

    proven, _ = check_proof(certificate(dear)(run), given, find_areas(run, given)[0])
    assert proven < plan.objective


@pytest.mark.parametrize("seed", range(8))
def test_departures_are_those_that_plans_are_made_of(seed: int) -> None:
    """The calendar read again: the same lanes on the same days."""
    rng = np.random.default_rng(seed)
    case = random_case(rng, forwards=3, periods=3, days=(7, 1)[seed % 2], hubs=True)
    problem = case.problem()
    first = problem.periods.cutoff
    told = {
        (d.lane, (d.ship_date - first).days, (d.arrival_date - first).days)
        for d in problem.departures
    }
    found = find_departures(given_of(case))
    columns = (found.lane, found.ship_day, found.arrival_day)
    assert set(zip(*(column.tolist() for column in columns), strict=True)) == told
    assert len(found) == len(problem.departures)


def planned(seed: int = 2, **options: Any) -> tuple[RunFiles, Given]:
    """Return the files of a planned case with limits and hubs, and what it is judged by."""
    case = planned_case(seed)
    chosen = OPTIONS | options
    return files_of(case, case.plan(**chosen), **chosen), given_of(case, **chosen)


def planned_case(seed: int) -> Case:
    """Return a case whose limits bind."""
    rng = np.random.default_rng(seed)
    return random_case(rng, skus=3, forwards=3, origins=2, limits=True, hubs=True)


@pytest.mark.parametrize("seed", range(6))
def test_a_plan_proves_its_bound(seed: int) -> None:
    """A plan's own files pass every check, and prove more than nothing."""
    run, given = planned(seed)
    verdict = verify_plan(run, given, "P")
    assert [str(fault) for fault in verdict.faults] == []
    assert verdict.check("proof").compared == 1
    assert run.certificate["bound"] > 0


def certificate(change: Callable[[dict[str, Any]], Any]) -> Callable[[RunFiles], RunFiles]:
    """Return what changes a copy of the certificate in place."""

    def altered(run: RunFiles) -> RunFiles:
        copy = {**run.certificate, "rows": [dict(row) for row in run.certificate["rows"]]}
        change(copy)
        return replace(run, certificate=copy)

    return altered


def supply(column: str, value: Any) -> Callable[[RunFiles], RunFiles]:
    """Return what changes a cell of the first source; a function changes what stands there."""

    def altered(run: RunFiles) -> RunFiles:
        frame = run.frames[SUPPLY].copy()
        old = frame[column].iloc[0]
        frame.loc[frame.index[0], column] = value(old) if callable(value) else value
        return replace(run, frames={**run.frames, SUPPLY: frame})

    return altered


def drop_source(run: RunFiles) -> RunFiles:
    """Return the run without its last source."""
    return replace(run, frames={**run.frames, SUPPLY: run.frames[SUPPLY].iloc[:-1]})


def repeat_source(run: RunFiles) -> RunFiles:
    """Return the run with its first source told twice."""
    frame = run.frames[SUPPLY]
    return replace(run, frames={**run.frames, SUPPLY: frame.iloc[[0, *range(len(frame))]]})


TAMPERED: tuple[tuple[Callable[[RunFiles], RunFiles], str, str], ...] = (
    (certificate(lambda c: c["rows"][0].update(price=-1.0)), "prices", "-1.0, expected a price"),
    (certificate(lambda c: c["rows"][0].update(price=None)), "prices", "rows is None, expected"),
    (certificate(lambda c: c["rows"][0].update(price=c["rows"][0]["price"] + 1)), "proof", "bound"),
    (certificate(lambda c: c["rows"][0].update(limit="depth_m")), "prices", "depth_m F0 2025"),
    (certificate(lambda c: c["rows"][0].update(place="F9")), "prices", "once for each limit"),
    (certificate(lambda c: c["rows"].pop()), "prices", "without it, expected a price of every"),
    (certificate(lambda c: c["rows"].append(c["rows"][0])), "prices", "once for each limit"),
    (
        certificate(lambda c: c.update(bound=c["bound"] * 1.0001)),
        "proof",
        "certificate.json: bound",
    ),
    (certificate(lambda c: c.pop("bound")), "proof", "bound is nan, expected"),
    (certificate(lambda c: c.update(schema="other")), "prices", "schema is other, expected prepos"),
    (supply("value", -0.5), "supply", "value is -0.5, expected 0 or more"),
    (supply("value", lambda value: value + 0.5), "proof", "bound is"),
    (supply("units", lambda units: units + 1), "supply", "units is"),
    (supply("node_id", "nowhere"), "known_ids", "node_id is nowhere"),
    (supply("lies_from", np.datetime64("2025-03-09")), "supply", "expected 0"),
    (drop_source, "supply", "units is in no row, expected"),
    (repeat_source, "supply", "each source in one row"),
)


@pytest.mark.parametrize(("change", "check", "words"), TAMPERED)
def test_a_tampered_proof_is_found(
    change: Callable[[RunFiles], RunFiles], check: str, words: str
) -> None:
    """A price, a value, a source or the bound changed fails its check, in words that say where."""
    run, given = planned()
    told = fault_words(verify_plan(change(run), given, "P"), check)
    assert any(words in message for message in told), told


def fault_words(verdict: Verdict, check: str) -> list[str]:
    """Return the messages of a check's faults, each with its file."""
    return [f"{fault.file}: {fault.message}" for fault in verdict.check(check).faults]


def test_a_fault_of_the_proof_names_file_and_quantities() -> None:
    """The bound told, and what the prices prove."""
    run, given = planned()
    told = certificate(lambda c: c.update(bound=999.0))(run)
    fault = verify_plan(told, given, "P").check("proof").faults[0]
    assert (fault.file, fault.column, fault.value) == (CERTIFICATE, "bound", "999")
    assert f"bound is 999, expected {run.certificate['bound']:.9g}"[:-2] in fault.message


def test_a_wish_is_not_dearer_than_leaving_it_unmet() -> None:
    """Above its penalty the price of a minimum fill would prove what a plan may undercut."""
    run, given = planned(min_fill=0.5)
    assert verify_plan(run, given, "P").passed

    def dear(content: dict[str, Any]) -> None:
        content["rows"][-1]["price"] = 1e6

    told = fault_words(verify_plan(certificate(dear)(run), given, "P"), "prices")
    assert any("min_fill" in message and "is 1000000.0" in message for message in told)


def test_prices_a_hair_below_zero_are_told_as_zero() -> None:
    """A solver's tolerance is no price."""
    problem = planned_case(2).problem()
    frame = framed(problem)
    told = write_certificate(
        frame, as_transport(problem, frame), np.full(len(frame.shared), -1e-15)
    )
    assert (told.prices == 0.0).all()


@pytest.mark.parametrize(("method", "passes"), [("decompose", False), ("exact", True)])
def test_more_than_is_proven_needs_a_solvers_word(method: str, passes: bool) -> None:
    """By prices alone the bound of kpis.json is at most the certificate's."""
    run, given = planned()
    bound = 0.5 * (run.certificate["bound"] + run.kpis["objective"])
    gap = (run.kpis["objective"] - bound) / run.kpis["objective"]
    kpis = {**run.kpis, "bound": bound, "gap": gap, "method": method, "status": "feasible"}
    verdict = verify_plan(replace(run, kpis=kpis), given, "P")
    assert verdict.check("bound").passed == passes
