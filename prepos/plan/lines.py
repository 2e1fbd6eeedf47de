"""The plan's lines as they are handed over: ids, dates, costs, and the reason for each."""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import date

import numpy as np

from prepos.core.demand import Forecast
from prepos.core.transfer import Transfer
from prepos.plan.explanation import Worth, name_signals, worth_of_moves, write_reason
from prepos.plan.frame import Frame
from prepos.plan.loads import Line, Packing, load_id
from prepos.plan.outcome import Outcome
from prepos.plan.problem import Problem
from prepos.plan.redirects import sent_on

ID_DIGITS = 12


def write_transfers(
    problem: Problem,
    frame: Frame,
    *,
    packing: Packing,
    demand: Forecast,
    outcome: Outcome,
    nothing: Outcome,
) -> tuple[Transfer, ...]:
    """Return the plan's lines, sorted by ship date, origin, destination, SKU and load."""
    worth = worth_of_moves(frame, outcome, nothing)
    moves = outcome.moves
    pairs = zip(moves.departure.tolist(), moves.sku.tolist(), strict=True)
    sent = dict(zip(pairs, moves.units.tolist(), strict=True))
    signals = name_signals(problem, demand)
    vehicle, redirected = vehicle_costs(problem, packing), sent_on(problem, outcome.stops)
    asked_for = {
        (rule.sku, rule.origin, rule.destination)
        for rule in problem.overrides
        if rule.rule in ("pin", "min")
    }
    vehicles_of = Counter((line.departure, line.sku) for line in packing.lines)
    transfers = []
    for line in packing.lines:
        key = (line.departure, line.sku)
        share = line.units / sent[key]
        part = Worth(
            saving=worth[key].saving * share,
            moving=worth[key].moving * share,
            chance_unused=worth[key].chance_unused,
        )
        departure = problem.departures[line.departure]
        lane = problem.network.lanes[departure.lane]
        named = {
            (name, lane.origin, lane.destination) for name in (problem.products.skus[line.sku], "*")
        }
        before = problem.frozen.before
        reason = write_reason(
            part,
            vehicle[line],
            signals=signals.get((int(frame.destination[line.departure]), line.sku), ""),
            pinned=bool(named & asked_for) or (before is not None and departure.ship_date < before),
            redirected=redirected.get(key, ""),
        )
        saving = part.saving - vehicle[line]
        transfers.append(
            write_transfer(
                problem, line, saving, part.chance_unused, reason, split=vehicles_of[key] > 1
            )
        )
    return tuple(sorted(transfers, key=sort_key))


def sort_key(line: Transfer) -> tuple[object, ...]:
    """Return the order in which lines are handed over."""
    return (line.ship_date, line.origin, line.destination, line.sku, line.lane_id, line.load_id)


def vehicle_costs(problem: Problem, packing: Packing) -> dict[Line, float]:
    """Return each line's share of its vehicle's cost, by what it fills."""
    products = problem.products
    size = {
        line: line.units
        * float(products.unit_volume_m3[line.sku] or products.unit_weight_kg[line.sku])
        for line in packing.lines
    }
    filled: dict[tuple[int, int], float] = {}
    for line, part in size.items():
        key = (line.departure, line.vehicle)
        filled[key] = filled.get(key, 0.0) + part
    costs = {}
    for line, part in size.items():
        lane = problem.network.lanes[problem.departures[line.departure].lane]
        whole = filled[line.departure, line.vehicle]
        share = part / whole if whole > 0 else 0.0
        costs[line] = lane.vehicle_cost * share if line.vehicle >= 0 else 0.0
    return costs


def write_transfer(
    problem: Problem,
    line: Line,
    saving: float,
    chance_unused: float,
    reason: str,
    *,
    split: bool,
) -> Transfer:
    """Return one line; its id is the same for the same decision, whatever the run."""
    departure = problem.departures[line.departure]
    lane = problem.network.lanes[departure.lane]
    products, sku = problem.products, problem.products.skus[line.sku]
    load = load_id(problem, line)
    return Transfer(
        transfer_id=name_transfer(
            sku, lane.lane_id, departure.ship_date, load_id=load if split else ""
        ),
        sku=sku,
        quantity=line.units,
        origin=lane.origin,
        destination=lane.destination,
        lane_id=lane.lane_id,
        ship_date=departure.ship_date,
        arrival_date=departure.arrival_date,
        load_id=load,
        volume_m3=line.units * float(products.unit_volume_m3[line.sku]),
        weight_kg=line.units * float(products.unit_weight_kg[line.sku]),
        transport_cost=line.units * float(problem.unit_transport[departure.lane, line.sku]),
        expected_saving=float(np.round(saving, 6)),
        chance_unused=float(np.round(chance_unused, 6)),
        reason=reason,
    )


def name_transfer(sku: str, lane_id: str, ship_date: date, *, load_id: str = "") -> str:
    """Return the id of a move; of one that takes several vehicles each line names its own."""
    key = [sku, lane_id, str(ship_date), *([load_id] if load_id else [])]
    digest = hashlib.sha256("|".join(key).encode()).hexdigest()
    return f"T{digest[:ID_DIGITS]}"
