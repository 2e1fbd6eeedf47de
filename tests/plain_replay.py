"""The replay once more in plain Python, line by line: slow, and easy to believe."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta

import numpy as np

from prepos.core.policy import Policy
from prepos.core.replayed import Course
from prepos.core.snapshot import Snapshot
from prepos.core.stock import Receipt, Stock
from prepos.replay import ReplayOptions

Amounts = dict[tuple[str, int], float]


class PlainReplay:
    """Plays a course; ``served`` and ``late`` count units by (period, node, region)."""

    def __init__(self, course: Course, options: ReplayOptions) -> None:
        self.course, self.options = course, options
        self.nodes, self.lanes = course.network.nodes, course.network.lanes
        self.place = {node.node_id: i for i, node in enumerate(self.nodes)}
        self.days = course.periods.days
        self.stock = defaultdict(int)
        for node in range(len(self.nodes)):
            for sku in range(len(course.products)):
                self.stock[node, sku] = int(course.opening.on_hand[node, sku])
        self.came = defaultdict(list)  # the day each unit ages from, by forward node and SKU
        for (node, sku), units in self.stock.items():
            if self.ages(node):
                self.came[node, sku] = [0] * units
        self.brought: dict[tuple[int, int], int] = defaultdict(int)
        self.on_lanes: list[tuple[int, int, int, int]] = []  # day, lane, SKU, units
        self.ages_on_lanes = {}  # (day, lane, SKU): the day each of its units ages from
        self.inbound: dict[tuple[int, int], float] = defaultdict(float)
        self.outbound: dict[tuple[int, int], float] = defaultdict(float)
        self.vehicles: dict[tuple[int, int], float] = defaultdict(float)
        self.amounts: Amounts = defaultdict(float)
        self.served: Amounts = defaultdict(float)
        self.late: Amounts = defaultdict(float)
        self.values = None
        self.leaving: list[tuple[int, int, int, int]] = []
        self.receipts: list[tuple[int, int, int, int]] = []  # day, node, SKU, units
        self.queue: list[list[int]] = []  # [line, units left]
        self.orders = self._list_orders()
        self.parcels: dict[tuple[int, int, int], set[int]] = defaultdict(set)

    def day_of(self, when) -> int:
        return max((when - self.course.periods.cutoff).days, 0)

    def _list_orders(self):
        """Return the orders of each day, in time order: (order, region, list of lines)."""
        placed = self.course.orders
        found = defaultdict(list)
        for line in range(len(placed)):
            at = placed.at[line].astype("datetime64[s]").item()
            key = ((at.date() - self.course.periods.cutoff).days, int(placed.order[line]))
            found[(*key, int(placed.region[line]))].append((at, int(placed.sku[line]), line))
        by_day = defaultdict(list)
        for (day, order, region), lines in found.items():
            first = min(at for at, _, _ in lines)
            rows = [line for _, line in sorted((sku, line) for _, sku, line in lines)]
            by_day[day].append((first, order, region, rows))
        return {day: sorted(orders) for day, orders in by_day.items()}

    def play(self, policy: Policy, snapshot_at: Callable[[int], Snapshot]) -> None:
        for receipt in self.course.opening.receipts:
            self._expect(receipt)
        for day in range(self.course.periods.horizon * self.days):
            for supply in self.course.supply:
                if self.day_of(supply.ordered_on) == day:
                    self._expect(supply.receipt)
            if day % (self.days * self.options.review) == 0:
                self._decide(policy, snapshot_at(day // self.days), day)
            self._send(day)
            self._receive(day)
            self._write_off(day - 1, day)
            self._serve(day)
            for cell in self.brought:
                self.brought[cell] = min(self.brought[cell], self.stock[cell])
            self._write_off(day, day)
            if (day + 1) % self.days == 0:
                self._close(day // self.days)
        self._finish()

    def _expect(self, receipt) -> None:
        day = self.day_of(receipt.arrives_on)
        self.receipts.append((day, receipt.node, receipt.sku, receipt.quantity))
        volume = self.course.products.unit_volume_m3[receipt.sku]
        self.inbound[receipt.node, day // self.days] += receipt.quantity * volume

    def _decide(self, policy: Policy, snapshot: Snapshot, day: int) -> None:
        on_hand = np.array(
            [
                [self.stock[node, sku] for sku in range(len(self.course.products))]
                for node in range(len(self.nodes))
            ]
        )
        dispatch = policy.decide(snapshot, Stock(on_hand, self._coming(day)))
        until = day + self.days * self.options.review
        units = defaultdict(int)
        for lane, sku, when, quantity in zip(
            dispatch.lane.tolist(),
            dispatch.sku.tolist(),
            dispatch.ships_on.tolist(),
            dispatch.quantity.tolist(),
            strict=True,
        ):
            if self.day_of(when) < until:
                units[self.day_of(when), lane, sku] += quantity
        self.leaving = sorted((*key, n) for key, n in units.items())
        self.values = dispatch.values if self.options.fulfilment == "value" else None

    def _coming(self, day: int) -> tuple[Receipt, ...]:
        """Return what is known to arrive on this day or later, on lanes and from outside."""
        coming = [
            (when, self.place[self.lanes[way].destination], sku, units)
            for when, way, sku, units in self.on_lanes
        ]
        units = defaultdict(int)
        for when, node, sku, quantity in coming + self.receipts:
            if when >= day:
                units[self.course.periods.cutoff + timedelta(days=when), node, sku] += quantity
        return tuple(sorted(Receipt(*key, n) for key, n in units.items()))

    def _send(self, day: int) -> None:
        period, products = day // self.days, self.course.products
        loads = defaultdict(lambda: [0.0, 0.0])
        taken = {}
        for _, way, sku, asked in (line for line in self.leaving if line[0] == day):
            lane = self.lanes[way]
            start, end = self.place[lane.origin], self.place[lane.destination]
            arrives = day + lane.lead_time_days
            volume, weight = products.unit_volume_m3[sku], products.unit_weight_kg[sku]
            free = (
                math.floor(lane.vehicles - self.vehicles[way, period])
                if (math.isfinite(lane.vehicles))
                else math.inf
            )
            pack, sent = int(products.case_pack[sku]), 0
            while sent + pack <= asked:  # case by case
                after = sent + pack
                m3, kg = loads[way][0] + after * volume, loads[way][1] + after * weight
                if (
                    after > self.stock[start, sku]
                    or self.outbound[start, period] + after * volume
                    > self.nodes[start].outbound_m3 + 1e-9
                    or self.inbound[end, arrives // self.days] + after * volume
                    > self.nodes[end].inbound_m3 + 1e-9
                    or free < 1
                    or m3 > free * lane.vehicle_m3 + 1e-9
                    or kg > free * lane.vehicle_kg + 1e-9
                ):
                    break
                sent = after
            lot = -(-int(products.minimum_lot[sku]) // pack) * pack
            if (sent < asked and sent < lot) or sent == 0:
                continue
            twice = max(sent - (self.stock[start, sku] - self.brought[start, sku]), 0)
            self.brought[start, sku] -= twice
            self.stock[start, sku] -= sent
            self.outbound[start, period] += sent * volume
            self.inbound[end, arrives // self.days] += sent * volume
            loads[way][0] += sent * volume
            loads[way][1] += sent * weight
            taken[way, sku] = sent
            self.on_lanes.append((arrives, way, sku, sent))
            came = self._oldest((start, sku), sent) if self.ages(start) else [day] * sent
            self.ages_on_lanes[arrives, way, sku] = came
            self.add(period, moved=sent, moved_twice=twice)
            self.add(period, co2e_kg=sent * weight * lane.co2e_kg_per_kg)
            fare = lane.cost_per_unit + lane.cost_per_m3 * volume + lane.cost_per_kg * weight
            self.add(period, transport_cost=sent * fare)
        for way in {way for way, _ in taken}:
            self._count_vehicles(way, *loads[way], period)

    def _count_vehicles(self, way: int, m3: float, kg: float, period: int) -> None:
        lane = self.lanes[way]
        if not lane.has_vehicle:
            return
        filled = max(m3 / lane.vehicle_m3, kg / lane.vehicle_kg)
        vehicles = max(math.ceil(filled - 1e-9), 1)
        self.vehicles[way, period] += vehicles
        self.add(period, vehicles=vehicles, vehicle_cost=vehicles * lane.vehicle_cost)
        if math.isfinite(lane.vehicle_m3) or math.isfinite(lane.vehicle_kg):
            self.add(period, measured_vehicles=vehicles, filled_vehicles=filled)

    def _receive(self, day: int) -> None:
        period, products = day // self.days, self.course.products
        for when, node, sku, units in self.receipts:
            if when == day:
                self._lay(node, sku, [day] * units)
        arrivals = sorted(line[1:] for line in self.on_lanes if line[0] == day)
        volume = products.unit_volume_m3
        lying = {
            node: sum(self.stock[node, sku] * volume[sku] for sku in range(len(products)))
            for node in range(len(self.nodes))
        }
        for way, sku, _ in arrivals:
            lane = self.lanes[way]
            start, end = self.place[lane.origin], self.place[lane.destination]
            for came in self.ages_on_lanes[day, way, sku]:  # unit by unit
                if lying[end] + volume[sku] <= self.nodes[end].storage_m3 + 1e-9:
                    lying[end] += volume[sku]
                    self._lay(end, sku, [came])
                    self.brought[end, sku] += self.nodes[end].kind == "forward"
                    self.add(period, handling_cost=self.nodes[end].handling_cost)
                else:
                    self._lay(start, sku, [came])
                    self.add(period, turned_away=1, return_cost=products.return_cost[sku])

    def ages(self, node: int) -> bool:
        """Return whether stock ages there: at origins supply turns it over."""
        return self.nodes[node].kind == "forward"

    def _lay(self, node: int, sku: int, came: list[int]) -> None:
        """Put units away."""
        self.stock[node, sku] += len(came)
        if self.ages(node):
            self.came[node, sku] += came

    def _oldest(self, cell: tuple[int, int], units: int) -> list[int]:
        """Take the oldest units, and return the days they age from."""
        came = sorted(self.came[cell])
        self.came[cell] = came[units:]
        return came[:units]

    def _write_off(self, last_day: int, day: int) -> None:
        """Write off what had its last good day by then."""
        products = self.course.products
        for (node, sku), came in self.came.items():
            assert len(came) == self.stock[node, sku]
            good = [when for when in came if when + products.shelf_life_days[sku] > last_day + 1]
            expired = len(came) - len(good)
            self.came[node, sku] = good
            self.stock[node, sku] -= expired
            returned = max(self.brought[node, sku] - self.stock[node, sku], 0)
            self.brought[node, sku] -= returned
            cost = returned * products.return_cost[sku]
            self.add(day // self.days, expired=expired, expired_cost=cost, return_cost=cost)

    def servers(self, region: int) -> list[int]:
        """Return who may serve, cheapest first."""
        cost = self.course.network.service.ship_cost[:, region]
        able = sorted((cost[n], n) for n in range(len(self.nodes)) if math.isfinite(cost[n]))
        ranked = [node for _, node in able]
        forwards = [node for node in ranked if self.nodes[node].kind == "forward"]
        allowed = set(ranked)
        if self.options.fulfilment == "own_and_two":
            allowed -= set(ranked[3:]) & set(forwards)
        if self.options.spillover is not None:
            allowed -= set(forwards[self.options.spillover :])
        return [node for node in ranked if node in allowed]

    def key(self, node: int, region: int, sku: int) -> float:
        worth = 0.0 if self.values is None else float(self.values[node, sku])
        return float(self.course.network.service.ship_cost[node, region]) + worth

    def _take(self, line: int, node: int, units: int, period: int, late: bool, order) -> None:
        placed = self.course.orders
        region, sku = int(placed.region[line]), int(placed.sku[line])
        self.stock[node, sku] -= units
        if self.ages(node):
            self._oldest((node, sku), units)
        self.served[period, node, region] += units
        if late:
            self.late[period, node, region] += units
        cost = float(self.course.network.service.ship_cost[node, region])
        self.add(period, service_cost=units * cost)
        self.parcels[order].add(node)

    def _serve_line(self, line: int, left: int, period: int, late: bool, order) -> int:
        placed = self.course.orders
        region, sku = int(placed.region[line]), int(placed.sku[line])
        while left:
            stocked = [n for n in self.servers(region) if self.stock[n, sku] > 0]
            if not stocked:
                break
            node = min(stocked, key=lambda n: self.key(n, region, sku))  # the first of equals
            units = min(left, self.stock[node, sku])
            self._take(line, node, units, period, late, order)
            left -= units
        return left

    def _serve(self, day: int) -> None:
        period, placed = day // self.days, self.course.orders
        for entry in self.queue:
            entry[1] = self._serve_line(entry[0], entry[1], period, True, entry[2])
        for _, number, region, rows in self.orders.get(day, ()):
            order = (day, number, region)
            self.parcels[order] |= set()
            self.add(period, orders=1)
            whole = [
                node
                for node in self.servers(region)
                if self.options.whole_orders
                and all(self.stock[node, int(placed.sku[i])] >= placed.quantity[i] for i in rows)
            ]
            best = min(
                whole,
                key=lambda n: sum(
                    int(placed.quantity[i]) * self.key(n, region, int(placed.sku[i])) for i in rows
                ),
                default=None,
            )
            for line in rows:
                wanted = int(placed.quantity[line])
                self.add(period, ordered=wanted)
                if best is not None:
                    self._take(line, best, wanted, period, False, order)
                    continue
                self._short(
                    line, self._serve_line(line, wanted, period, False, order), period, order
                )
        self.queue = [entry for entry in self.queue if entry[1]]
        waits = sum(entry[1] for entry in self.queue)
        self.add(period, backorder_cost=waits * self.options.backorder_cost)

    def _short(self, line: int, left: int, period: int, order) -> None:
        if left and self.options.unserved == "backordered":
            self.add(period, backordered=left)
            self.queue.append([line, left, order])
        elif left:
            self._lose(line, left, period)

    def _lose(self, line: int, units: int, period: int) -> None:
        cost = self.course.products.shortage_cost[self.course.orders.sku[line]]
        self.add(period, lost=units, shortage_cost=units * cost)

    def _close(self, period: int) -> None:
        for (node, sku), units in self.stock.items():
            if self.nodes[node].kind == "forward":
                self.add(period, holding_cost=units * self.course.products.holding_cost[sku])

    def _finish(self) -> None:
        last = self.course.periods.horizon - 1
        for line, left, _ in self.queue:
            self._lose(line, left, last)
        for (_, sku), units in self.brought.items():
            cost = units * self.course.products.return_cost[sku]
            self.add(last, stranded=units, stranded_cost=cost, return_cost=cost)
        for (day, _, _), nodes in self.parcels.items():
            self.add(day // self.days, split_orders=len(nodes) > 1)

    def add(self, period: int, **amounts: float) -> None:
        for name, amount in amounts.items():
            self.amounts[name, period] += float(amount)
