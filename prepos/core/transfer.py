"""The plan: what to move, in which vehicle, what then lies where, and what it costs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from prepos.core.axes import Axis
from prepos.core.periods import Periods
from prepos.core.types import BoolArray, FloatArray, IntArray, TimeArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """Planned units of one SKU on one departure of one lane."""

    transfer_id: str
    sku: str
    quantity: int  # whole case packs
    origin: str
    destination: str
    lane_id: str
    ship_date: date
    arrival_date: date
    load_id: str  # empty where the lane has no vehicle
    volume_m3: float
    weight_kg: float
    transport_cost: float  # by unit, m3 and kg, without vehicles
    expected_saving: float  # currency, against not moving these units
    chance_unused: float  # share of the units expected unused at the window's end
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirect:
    """Units of one SKU in transit that are taken off at a hub instead of going on."""

    sku: str
    quantity: int  # whole case packs
    node_id: str  # where they would have arrived
    arrives_on: date
    hub_node_id: str
    at_hub_on: date
    saving: float  # currency, against letting all of the SKU go on
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """One vehicle on one departure."""

    load_id: str
    lane_id: str
    origin: str
    destination: str
    ship_date: date
    arrival_date: date
    volume_m3: float
    weight_kg: float
    fill: float  # the larger of the volume's and the weight's share
    cost: float  # the vehicle's alone


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Catchments:
    """Regions grouped by the node that serves them cheapest (and by who can serve them at all).

    Attributes
    ----------
    axis : Axis of catchment ids
    of_region : (R,) int
        Position of each region's catchment.
    servers : (Z, N) bool
        Which nodes may serve the catchment in the plan.
    service_cost : (N, Z, K) float
        Currency per unit, mean over the catchment's regions weighted by their forecast;
        infinite where ``servers`` is false.
    distance_km : (N, Z, K) float
        Weighted alike.
    """

    axis: Axis
    of_region: IntArray
    servers: BoolArray
    service_cost: FloatArray
    distance_km: FloatArray


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Allocation:
    """Units put aside at a node for a slice of a catchment's demand; arrays of equal length.

    A slice is the ranks (rank_from, rank_to] of the demand of one catchment and SKU over the whole
    window, counted from its first unit. What is put aside from a period on waits there until it is
    used, or the window ends.

    Attributes
    ----------
    sku, node, catchment : (A,) int
    period : (A,) int
        The first that the units serve.
    moved : (A,) bool
        Whether transfers bring them, or redirects: what is left of those at a forward node is
        returned.
    rank_from, rank_to : (A,) int
    units : (A,) float
    use : (A, T) float
        Units expected to be used in each period.
    relieved : (A,) float
        Units of the slice expected to come too early for these, and to be served by an origin.
    """

    sku: IntArray
    node: IntArray
    catchment: IntArray
    period: IntArray
    moved: BoolArray
    rank_from: IntArray
    rank_to: IntArray
    units: FloatArray
    use: FloatArray
    relieved: FloatArray

    @property
    def expected_use(self) -> FloatArray:
        """(A,) units expected to be used over the window."""
        return np.asarray(self.use.sum(axis=1))


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Certificate:
    """Prices that prove the bound, by weak duality, for whoever works it out again.

    Attributes
    ----------
    bound : float
        Currency.
    limits, places : tuples of S texts
        The name and place of each limit that SKUs share.
    prices : (S,) float
        Currency per unit of the limit, 0 or more.
    sku, node, units : (M,) int
        Stock on hand or to come.
    lies_from : (M,) datetime64[D]
        The day it comes; of stock on hand the day before the cutoff.
    hub : (M,) int
    at_hub_on : (M,) datetime64[D]
        Where and when it may be redirected; else the node and the day it lies from.
    value : (M,) float
        Currency that one more unit of it would save, 0 or more.
    """

    bound: float
    limits: tuple[str, ...]
    places: tuple[str, ...]
    prices: FloatArray
    sku: IntArray
    node: IntArray
    lies_from: TimeArray
    hub: IntArray
    at_hub_on: TimeArray
    units: IntArray
    value: FloatArray


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Targets:
    """Stock by node, SKU and period in expected units; every array is (T, N, K).

    opening + receipts + transfers_in - transfers_out - expected_use = closing.
    """

    opening: FloatArray
    receipts: FloatArray
    transfers_in: FloatArray
    transfers_out: FloatArray
    expected_use: FloatArray
    closing: FloatArray
    closing_without_plan: FloatArray
    fill_rate: FloatArray  # of the node's own catchments, by any node; 1 where no demand


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """Money and service of one way to act over the planning window."""

    transport_cost: float
    vehicle_cost: float
    handling_cost: float
    service_cost: float
    holding_cost: float
    return_cost: float
    shortage_cost: float
    units: float  # moved
    loads: int
    volume_m3: float  # moved
    fill_rate: float  # expected units served / expected demand
    local_share: float  # of expected demand, served by the catchment's cheapest node
    mean_distance_km: float  # of expected units served
    stability_cost: float = 0.0  # of units that deviate from the published plan
    carbon_cost: float = 0.0  # of what moving emits, at plan.carbon_price
    co2e_kg: float = 0.0  # kg CO2e that moving emits

    @property
    def total_cost(self) -> float:
        """The sum that the plan minimises."""
        return (
            self.transport_cost
            + self.vehicle_cost
            + self.handling_cost
            + self.service_cost
            + self.holding_cost
            + self.return_cost
            + self.shortage_cost
            + self.stability_cost
            + self.carbon_cost
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Slack:
    """A limit that could not be kept: which one, where, and by how much."""

    limit: str  # storage_m3, inbound_m3, outbound_m3, vehicles, budget, min_fill or override
    place: str  # node, lane, catchment or "", with the period's first day where it has one
    quantity: float
    unit: str  # "m3", "vehicles", "units", or the currency
    penalty: float  # currency


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldBack:
    """What was decided and is not handed over, since all of it together would hardly save."""

    lines: int
    units: float
    saving: float  # currency expected, beside what is handed over


@dataclass(frozen=True, slots=True, kw_only=True)
class Stress:
    """What the plan and doing nothing cost where demand or lead times are others than planned for.

    The moves stand; who is served from where is the best that they leave.
    """

    demand: float  # times the forecast
    lead_time: float  # times each lane's
    nothing: float  # currency, total cost
    plan: float  # currency, total cost

    @property
    def saving(self) -> float:
        """Currency, below 0 where the plan costs more than doing nothing."""
        return self.nothing - self.plan


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Plan:
    """A decision over the planning window (``periods.horizon`` periods), and its proof."""

    plan_id: str
    periods: Periods
    transfers: tuple[Transfer, ...]
    redirects: tuple[Redirect, ...]
    loads: tuple[Load, ...]
    catchments: Catchments
    targets: Targets
    allocation: Allocation
    nothing_allocation: Allocation  # what stock would be put aside for if nothing moved
    costs: Costs
    nothing: Costs
    bound: float  # no plan of this problem costs less
    certificate: Certificate
    values: FloatArray  # (N, K) currency that a unit at a node is worth now, 0 or more
    method: str  # "exact" or "decompose"
    status: str  # "optimal" (within the gap asked for) or "feasible"
    solver: str  # "highs" or "cbc"
    slacks: tuple[Slack, ...]
    held_back: HeldBack | None  # by plan.guard
    stress: tuple[Stress, ...]

    @property
    def objective(self) -> float:
        """Total cost and the penalties of limits not kept."""
        return self.costs.total_cost + sum(slack.penalty for slack in self.slacks)

    @property
    def redirect_saving(self) -> float:
        """Currency that redirecting saves at the plan's prices."""
        return sum(redirect.saving for redirect in self.redirects)

    @property
    def gap(self) -> float:
        """How much cheaper any plan could be, as a share of this one's cost."""
        if self.objective == 0:
            return 0.0
        return max(0.0, (self.objective - self.bound) / abs(self.objective))
