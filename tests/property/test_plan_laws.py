"""The laws that every plan keeps, on small random problems."""

from collections import defaultdict
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from prepos.core.axes import Axis
from prepos.core.network import Network
from prepos.core.stock import Receipt, Stock
from prepos.core.transfer import Plan
from prepos.plan import Frozen
from prepos.plan.relief import chance_to_suffice
from prepos.plan.spare import find_spare
from tests.instances import Case, day, lane, one_lane, random_case

CLOSE = 1e-6
few = settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
fewer = settings(few, max_examples=5)


@st.composite
def cases(draw: st.DrawFn, **fixed: object) -> Case:
    """Return a random case; what is not fixed is drawn."""
    sizes = {
        "skus": st.integers(1, 3),
        "forwards": st.integers(1, 3),
        "origins": st.integers(1, 2),
        "periods": st.integers(1, 3),
        "days": st.sampled_from([1, 7]),
        "limits": st.booleans(),
        "vehicles": st.booleans(),
        "hubs": st.booleans(),
    }
    chosen = {name: draw(values) for name, values in sizes.items() if name not in fixed}
    seed = draw(st.integers(0, 10_000))
    return random_case(np.random.default_rng(seed), **chosen, **fixed)


methods = st.sampled_from(["exact", "decompose"])


@few
@given(case=cases(), method=methods)
def test_stock_is_conserved(case: Case, method: str) -> None:
    """Law 1: opening + receipts + in - out - use = closing, which opens the next, never below 0."""
    targets = case.plan(method=method).targets
    incoming = targets.opening + targets.receipts + targets.transfers_in
    outgoing = targets.transfers_out + targets.expected_use
    assert_allclose(incoming - outgoing, targets.closing, atol=CLOSE)
    assert_allclose(targets.opening[1:], targets.closing[:-1], atol=CLOSE)
    assert targets.closing.min() >= -CLOSE


@few
@given(case=cases(hubs=True), method=methods)
def test_nothing_ships_that_is_not_there(case: Case, method: str) -> None:
    """Law 2: what a node sent by a day, less all that came before that day, was on hand."""
    plan = case.plan(method=method)
    events = defaultdict(list)
    for receipt in case.stock.receipts:
        key = (case.network.nodes[receipt.node].node_id, case.products.skus[receipt.sku])
        when = receipt.arrives_on - timedelta(days=receipt.arrives_on < day(0))
        events[key].append((when, receipt.quantity))
    for line in plan.transfers:
        events[line.destination, line.sku].append((line.arrival_date, line.quantity))
    for line in plan.transfers:
        where = case.network.node_axis.position(line.origin)
        there = case.stock.on_hand[where, case.products.skus.position(line.sku)]
        came = sum(q for when, q in events[line.origin, line.sku] if when < line.ship_date)
        sent = sum(
            other.quantity
            for other in plan.transfers
            if (other.origin, other.sku) == (line.origin, line.sku)
            and other.ship_date <= line.ship_date
        )
        assert sent <= there + came


@few
@given(case=cases(), method=methods)
def test_what_is_put_aside_was_there_on_the_first_day(case: Case, method: str) -> None:
    """Law 2: put aside + sent <= all there is; no tranche gets more units than it has ranks."""
    plan = case.plan(method=method)
    kept, targets = plan.allocation, plan.targets
    aside = np.zeros_like(targets.opening)
    np.add.at(aside, (kept.period, kept.node, kept.sku), kept.units)
    there = targets.opening + targets.receipts + targets.transfers_in
    assert (aside + targets.transfers_out <= there + CLOSE).all()
    width = kept.rank_to - kept.rank_from
    filled = defaultdict(float)
    for i in range(len(kept.sku)):
        key = (kept.sku[i], kept.catchment[i], kept.period[i], kept.rank_from[i])
        filled[key] += kept.units[i] - width[i]
        assert kept.units[i] <= width[i] + CLOSE
    shares = defaultdict(float)
    for i in range(len(kept.sku)):
        shares[kept.sku[i], kept.catchment[i], kept.period[i], kept.rank_from[i]] += (
            kept.units[i] / width[i]
        )
    assert max(shares.values(), default=0.0) <= 1 + CLOSE


@few
@given(case=cases(), method=methods)
def test_quantities_are_whole_case_packs(case: Case, method: str) -> None:
    """Law 3: a line moves one or more whole case packs."""
    for line in case.plan(method=method).transfers:
        pack = case.products.case_pack[case.products.skus.position(line.sku)]
        assert line.quantity > 0
        assert line.quantity % pack == 0


@few
@given(case=cases(), method=methods, lot=st.integers(2, 9))
def test_departures_take_whole_lots(case: Case, method: str, lot: int) -> None:
    """Law 3: a departure takes nothing of a SKU or its minimum lot, which never saves anything."""
    plan = case.with_products(minimum_lot=lot).plan(method=method)
    assert min(units_by_departure(plan.transfers).values(), default=lot) >= lot
    assert plan.objective >= case.plan(method="exact").objective * (1 - CLOSE)
    assert plan.objective <= plan.nothing.total_cost * (1 + CLOSE)


@few
@given(case=cases(), method=methods)
def test_arrival_is_ship_date_and_lead_time(case: Case, method: str) -> None:
    """Law 4: on one of the lane's weekdays, at or after the cutoff."""
    lanes = {way.lane_id: way for way in case.network.lanes}
    for line in case.plan(method=method).transfers:
        way = lanes[line.lane_id]
        assert line.arrival_date == line.ship_date + timedelta(days=way.lead_time_days)
        assert way.ships_on(line.ship_date)
        assert line.ship_date >= day(0)
        assert (line.origin, line.destination) == (way.origin, way.destination)


@few
@given(case=cases(limits=True, vehicles=True), method=methods, budget=st.floats(0, 30))
def test_limits_hold(case: Case, method: str, budget: float) -> None:
    """Law 5: storage, throughput, vehicles, fleet and budget."""
    plan = case.plan(method=method, budget=budget)
    volume, targets = case.products.unit_volume_m3, plan.targets
    before_use = (targets.closing + targets.expected_use) @ volume
    inbound = (targets.receipts + targets.transfers_in) @ volume
    outbound = targets.transfers_out @ volume
    for j, node in enumerate(case.network.nodes):
        assert before_use[:, j].max() <= node.storage_m3 + CLOSE
        assert inbound[:, j].max() <= node.inbound_m3 + CLOSE
        assert outbound[:, j].max() <= node.outbound_m3 + CLOSE
    spent = plan.costs.transport_cost + plan.costs.vehicle_cost + plan.costs.handling_cost
    assert spent <= budget + CLOSE
    lanes = {way.lane_id: way for way in case.network.lanes}
    fleet = defaultdict(int)
    for load in plan.loads:
        assert load.volume_m3 <= lanes[load.lane_id].vehicle_m3 + CLOSE
        assert load.weight_kg <= lanes[load.lane_id].vehicle_kg + CLOSE
        fleet[load.lane_id, plan.periods.period_of(load.ship_date)] += 1
    for (lane_id, _), used in fleet.items():
        assert used <= lanes[lane_id].vehicles
    carried = sum(line.volume_m3 for line in plan.transfers)
    assert sum(load.volume_m3 for load in plan.loads) == pytest.approx(carried)


@few
@given(case=cases(), method=methods)
def test_minimum_fill_is_kept_or_named(case: Case, method: str) -> None:
    """Law 5: what a catchment's fill lacks stands as a slack, with the quantity."""
    plan = case.plan(method=method, min_fill=0.8)
    axis = plan.catchments.axis
    wanted = case.grouped(plan.catchments).mean.sum(axis=(0, 2))
    use = np.bincount(plan.allocation.catchment, plan.allocation.expected_use, minlength=len(axis))
    slack = {s.place: s.quantity for s in plan.slacks}
    for z, name in enumerate(axis):
        assert use[z] + slack.get(name, 0.0) >= 0.8 * wanted[z] - CLOSE


@fewer
@given(case=cases(periods=2, limits=False), method=methods)
def test_frozen_lines_stand(case: Case, method: str) -> None:
    """Law 6: a published plan's lines before a day come back as they were."""
    before = case.plan(method="exact")
    until = day(1)
    kept = tuple(line for line in before.transfers if line.ship_date < until)
    dearer = case.with_products(shortage_cost=7.0)
    after = dearer.plan(method=method, frozen=Frozen(before=until, transfers=kept))
    again = [line for line in after.transfers if line.ship_date < until]
    assert units_by_departure(again) == units_by_departure(kept)


def units_by_departure(lines: object) -> dict[tuple[object, ...], int]:
    """Return units by SKU, lane and ship date."""
    units: dict[tuple[object, ...], int] = defaultdict(int)
    for line in lines:
        units[line.sku, line.lane_id, line.ship_date] += line.quantity
    return dict(units)


@few
@given(case=cases(), method=methods)
def test_cost_is_that_of_the_lines(case: Case, method: str) -> None:
    """Law 7: recomputed from lines, vehicles, allocation, stock; the optimum is the bound."""
    plan = case.plan(method=method)
    products, skus = case.products, case.products.skus
    handling = {node.node_id: node.handling_cost for node in case.network.nodes}
    lanes = {way.lane_id: way for way in case.network.lanes}
    moving = sum(load.cost for load in plan.loads)
    for line in plan.transfers:
        way, k = lanes[line.lane_id], skus.position(line.sku)
        rate = way.cost_per_unit + handling[way.destination]
        rate += way.cost_per_m3 * products.unit_volume_m3[k]
        rate += way.cost_per_kg * products.unit_weight_kg[k]
        moving += line.quantity * rate
    kept, targets, forward = plan.allocation, plan.targets, case.network.is_forward
    service = plan.catchments.service_cost[kept.node, kept.catchment, kept.sku]
    served = np.bincount(kept.sku, kept.expected_use + kept.relieved, minlength=len(products))
    problem = case.problem()
    spare = find_spare(problem, chance_to_suffice(problem))
    besides = spare.units * targets.closing[-1]
    served += besides.sum(axis=0)
    has_some = ~forward[:, None] & (case.stock.on_hand > 0)
    from_origin = np.where(has_some[:, None], plan.catchments.service_cost, np.inf).min(axis=0)
    late = np.flatnonzero(kept.relieved)
    relieved = kept.relieved[late] @ from_origin[kept.catchment[late], kept.sku[late]]
    missing = case.demand.mean.sum(axis=(0, 1)) - served
    in_vain = np.zeros_like(targets.closing[-1])
    where = (kept.node, kept.sku)
    np.add.at(in_vain, where, np.where(kept.moved, kept.units - kept.expected_use, 0.0))
    aside = np.zeros_like(in_vain)
    np.add.at(aside, where, np.where(kept.moved, kept.units, 0.0))
    came = (targets.transfers_in - targets.transfers_out).sum(axis=0)
    in_vain += np.maximum(came - aside, 0.0)
    total = (
        moving
        + float(service @ kept.expected_use + relieved + (besides * spare.cost).sum())
        + float(missing @ products.shortage_cost)
        + float((targets.closing[:, forward] @ products.holding_cost).sum())
        + float((in_vain[forward] @ products.return_cost).sum())
    )
    assert plan.costs.total_cost == pytest.approx(total, rel=CLOSE)
    if method == "exact":
        assert plan.objective == pytest.approx(plan.bound, rel=CLOSE)


@few
@given(case=cases())
def test_bound_exact_heuristic(case: Case) -> None:
    """Law 8: the priced bound <= the exact optimum <= the priced plan."""
    exact, priced = case.plan(method="exact"), case.plan(method="decompose")
    assert priced.bound <= exact.objective * (1 + CLOSE)
    assert exact.objective <= priced.objective * (1 + CLOSE)
    assert priced.objective <= exact.objective * 1.01


def more_stock(case: Case) -> Case:
    """Return the case with more at its origins."""
    on_hand = case.stock.on_hand + 3 * ~case.network.is_forward[:, None]
    return replace(case, stock=Stock(on_hand, case.stock.receipts))


def more_room(case: Case) -> Case:
    """Return the case with wider limits."""
    nodes = [
        replace(n, storage_m3=n.storage_m3 * 1.5, inbound_m3=n.inbound_m3 * 1.5)
        for n in case.network.nodes
    ]
    lanes = [replace(way, vehicles=way.vehicles + 1) for way in case.network.lanes]
    return replace(case, network=replace(case.network, nodes=tuple(nodes), lanes=tuple(lanes)))


def more_lanes(case: Case) -> Case:
    """Return the case with a fast, dear lane more."""
    return case.with_lanes(lane("O0>F0", 0, name="express", cost_per_unit=0.7))


@fewer
@given(case=cases(limits=True), widen=st.sampled_from([more_stock, more_room, more_lanes]))
def test_more_never_costs_more(case: Case, widen: object) -> None:
    """Law 9: stock at origins, capacity and lanes never raise the optimum."""
    assert widen(case).plan(method="exact").objective <= case.plan(method="exact").objective * (
        1 + CLOSE
    )


@fewer
@given(case=cases(), method=methods)
def test_names_do_not_matter(case: Case, method: str) -> None:
    """Law 10: with SKUs and nodes named in the opposite order, the plan costs the same."""
    plan, mirrored = case.plan(method=method), mirror(case).plan(method=method)
    assert_allclose(mirrored.objective, plan.objective, rtol=0.01 if method != "exact" else CLOSE)


def mirror(case: Case) -> Case:
    """Return the case with SKUs and nodes renamed so that their order turns round."""
    nodes, products = case.network.nodes, case.products
    name = {n.node_id: f"{len(nodes) - i:02d}" for i, n in enumerate(nodes)}
    ways = [
        replace(w, lane_id=f"x{w.lane_id}", origin=name[w.origin], destination=name[w.destination])
        for w in case.network.lanes
    ]
    service = case.network.service
    turned = {c: getattr(service, c)[::-1] for c in ("ship_cost", "transit_days", "distance_km")}
    network = Network(
        nodes=tuple(replace(n, node_id=name[n.node_id]) for n in reversed(nodes)),
        regions=case.network.regions,
        lanes=tuple(ways),
        service=replace(service, **turned),
        neighbours=case.network.neighbours,
    )
    skus = Axis("sku", tuple(f"{k:03d}" for k in range(len(products))))
    columns = ("unit_volume_m3", "unit_weight_kg", "shortage_cost", "holding_cost", "return_cost")
    arrays = {c: getattr(products, c)[::-1] for c in (*columns, "case_pack", "minimum_lot")}
    last_node, last_sku = len(nodes) - 1, len(products) - 1
    receipts = sorted(
        Receipt(r.arrives_on, last_node - r.node, last_sku - r.sku, r.quantity)
        for r in case.stock.receipts
    )
    demand = case.demand
    return Case(
        network,
        replace(products, skus=skus, **arrays),
        Stock(case.stock.on_hand[::-1, ::-1].copy(), tuple(receipts)),
        replace(
            demand,
            skus=skus,
            mean=demand.mean[..., ::-1],
            dispersion=demand.dispersion[..., ::-1],
            total_mean=demand.total_mean[..., ::-1],
            signals={},
        ),
    )


@fewer
@given(case=cases(), method=methods, factor=st.sampled_from([2.0, 1e-9, 1e6, 1e9]))
def test_costs_scale(case: Case, method: str, factor: float) -> None:
    """Law 10: money in another unit is the same plan, and nothing turns to NaN."""
    plan, other = case.plan(method=method), case.times(factor).plan(method=method)
    close = CLOSE if method == "exact" else 0.01
    assert other.objective == pytest.approx(factor * plan.objective, rel=close)
    assert other.nothing.total_cost == pytest.approx(factor * plan.nothing.total_cost, rel=CLOSE)


@fewer
@given(case=cases(), method=methods)
def test_no_demand_no_moves(case: Case, method: str) -> None:
    """Law 11: where nobody orders, nothing moves and nothing but holding is paid."""
    demand = replace(case.demand, mean=np.zeros_like(case.demand.mean))
    plan = replace(case, demand=demand).plan(method=method)
    assert plan.transfers == ()
    assert plan.costs.total_cost == pytest.approx(plan.costs.holding_cost)


@fewer
@given(case=cases(), method=methods)
def test_same_input_same_plan(case: Case, method: str) -> None:
    """Law 12: twice the same, to the last digit."""
    first, second = case.plan(method=method), case.plan(method=method)
    assert first.transfers == second.transfers
    assert first.loads == second.loads
    assert first.costs == second.costs
    assert first.bound == second.bound
    assert np.array_equal(first.allocation.units, second.allocation.units)


@fewer
@given(case=cases(periods=1, days=7, vehicles=False, hubs=False))
def test_replanning_what_was_booked_saves_nothing(case: Case) -> None:
    """Law 13: once all lines are in transit, no further move is worth it."""
    plan = case.plan(method="exact")
    again = booked(case, plan).plan(method="exact")
    assert again.nothing.total_cost - again.costs.total_cost <= CLOSE * again.costs.total_cost
    assert again.transfers == ()


def booked(case: Case, plan: Plan) -> Case:
    """Return the case after all lines of a plan that leave on the first day have left."""
    on_hand, receipts = case.stock.on_hand.copy(), list(case.stock.receipts)
    for line in plan.transfers:
        sku = case.products.skus.position(line.sku)
        on_hand[case.network.node_axis.position(line.origin), sku] -= line.quantity
        end = case.network.node_axis.position(line.destination)
        receipts.append(Receipt(line.arrival_date, end, sku, line.quantity))
    return replace(case, stock=Stock(on_hand, tuple(sorted(receipts))))


@few
@given(case=cases(hubs=True, periods=2), method=methods)
def test_nothing_goes_out_and_back(case: Case, method: str) -> None:
    """Law 14: no SKU goes from one node to another and back in one period."""
    plan = case.plan(method=method)
    ways = {
        (line.sku, plan.periods.period_of(line.ship_date), line.origin, line.destination)
        for line in plan.transfers
    }
    assert not {(s, t, b, a) for s, t, a, b in ways} & ways


@few
@given(case=cases(), method=methods)
def test_never_worse_than_nothing(case: Case, method: str) -> None:
    """Law 15: the expected cost is at most that of leaving everything where it lies."""
    plan = case.plan(method=method)
    assert plan.costs.total_cost <= plan.nothing.total_cost * (1 + CLOSE)


@fewer
@given(case=cases(), method=methods)
def test_every_number_is_a_number(case: Case, method: str) -> None:
    """No NaN, no infinity: in lines, stock, allocation, costs or the bound."""
    plan = case.plan(method=method)
    arrays = [getattr(plan.targets, name) for name in plan.targets.__slots__]
    arrays += [plan.allocation.units, plan.allocation.expected_use]
    arrays += [np.array([getattr(plan.costs, name) for name in plan.costs.__slots__])]
    arrays += [np.array([t.expected_saving, t.chance_unused]) for t in plan.transfers]
    arrays += [np.array([load.fill, load.cost]) for load in plan.loads]
    assert all(np.isfinite(values).all() for values in arrays)
    assert np.isfinite(plan.bound)


@pytest.mark.parametrize("stock", [0, 1, 2, 3, 5, 8, 13])
def test_stock_at_the_origin_is_worth_less_and_less(stock: int) -> None:
    """Law 9, in the newsvendor's case: each unit more saves at most what the last one did."""
    costs = [one_lane(4.0, stock + i).plan(method="exact").objective for i in range(3)]
    assert costs[0] - costs[1] >= costs[1] - costs[2] - CLOSE
    assert costs[1] >= costs[2] - CLOSE
