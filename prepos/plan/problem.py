"""The problem as arrays: everything the models need, and nothing that decides."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np

from prepos.core.network import Network
from prepos.core.periods import Periods
from prepos.core.products import Products
from prepos.core.stock import NO_HUB, Receipt, Stock
from prepos.core.transfer import Catchments
from prepos.core.types import FloatArray, IntArray
from prepos.errors import InfeasibleError
from prepos.plan.departures import Departure, list_departures
from prepos.plan.options import PlanOptions
from prepos.plan.overrides import Override, read_overrides
from prepos.plan.question import NOTHING_FROZEN, Frozen, Question
from prepos.plan.tranches import CERTAIN


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Problem:
    """What to decide on, over the planning window's T periods.

    Attributes
    ----------
    demand_mean : (T, Z, K) float
        Units by catchment.
    dispersion : (P, Z, K) float
        Of the demand of every span of periods, by ``span_number``; ``CERTAIN`` without tranches.
    on_hand : (N, K) int
        Stock at the cutoff, receipts dated earlier included.
    receipts : tuple of Receipt
        Those still to come within the window, if only to a hub.
    unit_transport : (L, K) float
        Currency per unit by lane and SKU: by unit, m3 and kg, without vehicles.
    prices : mapping
        Where the prices of limits, by name and place, are looked for first.
    """

    periods: Periods
    network: Network
    products: Products
    catchments: Catchments
    demand_mean: FloatArray
    dispersion: FloatArray
    on_hand: IntArray
    receipts: tuple[Receipt, ...]
    departures: tuple[Departure, ...]
    unit_transport: FloatArray
    overrides: tuple[Override, ...]
    frozen: Frozen  # departures before its day carry the published lines alone
    options: PlanOptions
    prices: Mapping[tuple[str, str], float] = field(default_factory=dict)
    # Room that whole case packs leave empty, by (vehicle_m3 or vehicle_kg, departure).
    packing_loss: dict[tuple[str, int], float] = field(default_factory=dict)

    @property
    def is_free(self) -> bool:
        """Whether neither rules nor a published plan bind it."""
        return not self.overrides and self.frozen == NOTHING_FROZEN

    def freed(self) -> Problem:
        """Return the problem without rules and published plan: no plan of it costs more."""
        return replace(self, overrides=(), frozen=NOTHING_FROZEN)

    @property
    def stability_cost(self) -> float:
        """Currency per unit that deviates from the published plan; 0 where there is none."""
        return 0.0 if self.frozen.published is None else self.options.stability_cost

    @property
    def lane_ends(self) -> tuple[IntArray, IntArray]:
        """(L,) positions of each lane's origin and destination."""
        axis = self.network.node_axis
        lanes = self.network.lanes
        return (
            axis.positions([lane.origin for lane in lanes]),
            axis.positions([lane.destination for lane in lanes]),
        )

    @property
    def good_for(self) -> IntArray:
        """(K,) periods of the window that begin before each SKU's shelf life ends.

        It counts from the cutoff: how old stock is, nobody says.
        """
        periods = np.ceil(self.products.shelf_life_days / self.periods.days)
        return np.minimum(periods, self.periods.horizon).astype(np.int64)

    @property
    def filled_categories(self) -> tuple[str, ...]:
        """The product categories that have a minimum fill of their own, sorted."""
        shares = self.options.category_min_fill
        return tuple(sorted(category for category, share in shares.items() if share > 0))

    @property
    def fill_group(self) -> IntArray:
        """(K,) the number of each SKU's category among those, from 1; 0 where it is none."""
        number = {name: count for count, name in enumerate(self.filled_categories, start=1)}
        return np.array([number.get(name, 0) for name in self.products.category], dtype=np.int64)

    @property
    def handling(self) -> FloatArray:
        """(L,) currency per unit put away at the lane's destination."""
        return np.asarray(self.put_away[self.lane_ends[1]])

    @property
    def put_away(self) -> FloatArray:
        """(N,) currency per unit that the plan brings to a node."""
        return np.array([node.handling_cost for node in self.network.nodes], dtype=np.float64)

    @property
    def carbon_per_kg(self) -> FloatArray:
        """(L,) currency per kg moved, for what that emits; no part of the budget."""
        emitted = np.array([lane.co2e_kg_per_kg for lane in self.network.lanes], dtype=np.float64)
        return self.options.carbon_price * emitted

    @property
    def unit_move(self) -> FloatArray:
        """(L, K) currency per unit by lane and SKU: transport, handling and carbon."""
        carbon = np.outer(self.carbon_per_kg, self.products.unit_weight_kg)
        return self.unit_transport + self.handling[:, None] + carbon

    @property
    def fallback_price(self) -> float:
        """Currency per unit that no sensible decision costs: the base of all penalties."""
        service = self.catchments.service_cost
        dearest = service[np.isfinite(service)].max(initial=0.0)
        lanes = self.unit_move.max(initial=0.0)
        costs = self.products.shortage_cost + self.products.return_cost
        held = self.products.holding_cost * self.periods.horizon
        moved = 2.0 * self.stability_cost  # from where it was to another departure
        return float(dearest + lanes + moved + (costs + held).max(initial=0.0)) or 1.0


def planning_window(network: Network, periods: Periods, options: PlanOptions) -> Periods:
    """Return the periods that stock is held for: ``plan.cover``, else the usual ones.

    Never beyond the forecast's horizon.
    """
    cover = options.cover or usual_cover(network, periods)
    return replace(periods, horizon=min(cover, periods.horizon))


def usual_cover(network: Network, periods: Periods) -> int:
    """Return the periods of the longest lead time, and one until the next decision.

    Whoever decides anew in every period needs no more: what the next decision sends comes in time.
    """
    longest = max((lane.lead_time_days for lane in network.lanes), default=0)
    return math.ceil(longest / periods.days) + 1


def make_problem(question: Question) -> Problem:
    """Assemble the problem; raises InfeasibleError where a frozen line has no place in it."""
    network, products, frozen = question.network, question.products, question.frozen
    outlook, periods = question.outlook, question.outlook.window
    on_hand, receipts = arrived_and_coming(question.stock, periods)
    certain = np.full_like(outlook.dispersion, CERTAIN)
    refuse_strange(frozen, network, products, periods)
    departures = list_departures(
        network.lanes,
        periods,
        receipt_days(network, receipts),
        kept_departures(frozen, network, periods, question.options),
    )
    return Problem(
        periods=periods,
        network=network,
        products=products,
        catchments=outlook.catchments,
        demand_mean=outlook.demand.mean[: periods.horizon],
        dispersion=outlook.dispersion if question.options.tranches else certain,
        on_hand=on_hand,
        receipts=receipts,
        departures=departures,
        unit_transport=unit_transport(network, products),
        overrides=read_overrides(question.overrides),
        frozen=frozen,
        options=question.options,
        prices=question.prices,
    )


def refuse_strange(frozen: Frozen, network: Network, products: Products, periods: Periods) -> None:
    """Raise InfeasibleError naming every frozen line that this problem has no place for."""
    lanes = {lane.lane_id: lane for lane in network.lanes}
    packs = dict(zip(products.skus, products.case_pack.tolist(), strict=True))
    first, last = periods.start(0), periods.end(periods.horizon - 1)
    strange = []
    for line in frozen.transfers:
        name = f"frozen line {line.transfer_id}"
        if line.lane_id not in lanes:
            strange.append(f"{name}: lane_id is {line.lane_id!r}, expected one of the lanes")
        elif not lanes[line.lane_id].ships_on(line.ship_date):
            days = ", ".join(lanes[line.lane_id].ship_weekdays)
            strange.append(f"{name}: ship_date is {line.ship_date:%a %Y-%m-%d}, expected {days}")
        if line.sku not in packs:
            strange.append(f"{name}: sku is {line.sku!r}, expected one of the products")
        elif line.quantity % packs[line.sku]:
            whole = f"whole case packs of {packs[line.sku]}"
            strange.append(f"{name}: quantity is {line.quantity}, expected {whole}")
        if not first <= line.ship_date <= last:
            strange.append(f"{name}: ship_date is {line.ship_date}, expected {first} to {last}")
    if strange:
        raise InfeasibleError("; ".join(strange))


def kept_departures(
    frozen: Frozen, network: Network, periods: Periods, options: PlanOptions
) -> list[tuple[int, date]]:
    """Return (lane, ship date) of the published plan's departures that are needed whatever else.

    Those of frozen lines; and, where a deviation costs something, those of all lines in the window.
    """
    lanes = {lane.lane_id for lane in network.lanes}
    first, last = periods.start(0), periods.end(periods.horizon - 1)
    lines = list(frozen.transfers)
    if options.stability_cost > 0 and frozen.published is not None:
        lines += [
            line
            for line in frozen.published
            if line.lane_id in lanes and first <= line.ship_date <= last
        ]
    return [(lane_position(network, line.lane_id), line.ship_date) for line in lines]


def lane_position(network: Network, lane_id: str) -> int:
    """Return the position of a lane by id."""
    return next(i for i, lane in enumerate(network.lanes) if lane.lane_id == lane_id)


def arrived_and_coming(stock: Stock, periods: Periods) -> tuple[IntArray, tuple[Receipt, ...]]:
    """Return stock on hand with receipts due before the cutoff, and those still to come in time.

    In time is what comes to its node within the window, or to a hub where it may be redirected; of
    what has passed its hub that is forgotten.
    """
    on_hand = stock.on_hand.copy()
    coming = []
    for receipt in stock.receipts:
        if receipt.arrives_on < periods.cutoff:
            on_hand[receipt.node, receipt.sku] += receipt.quantity
            continue
        stops = receipt.may_stop(periods.cutoff)
        first = receipt.at_hub_on if stops else receipt.arrives_on
        if periods.period_of(first) < periods.horizon:
            coming.append(receipt if stops else receipt.gone_on())
    return on_hand, tuple(coming)


def receipt_days(network: Network, receipts: tuple[Receipt, ...]) -> list[tuple[str, date]]:
    """Return (node, day) of what is in transit: where it goes, and the hubs ahead of it."""
    nodes = network.nodes
    ends = [(nodes[r.node].node_id, r.arrives_on) for r in receipts]
    return ends + [(nodes[r.hub].node_id, r.at_hub_on) for r in receipts if r.hub != NO_HUB]


def unit_transport(network: Network, products: Products) -> FloatArray:
    """Return the cost of moving one unit of each SKU on each lane, (L, K), without vehicles."""
    lanes = network.lanes
    return np.asarray(
        np.array([lane.cost_per_unit for lane in lanes])[:, None]
        + np.outer([lane.cost_per_m3 for lane in lanes], products.unit_volume_m3)
        + np.outer([lane.cost_per_kg for lane in lanes], products.unit_weight_kg)
    )
