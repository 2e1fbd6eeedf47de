"""What a second opinion found: each thing checked, how far off the worst value was, and where."""

from __future__ import annotations

from dataclasses import dataclass

from prepos.core.faults import Fault

CHECKS: dict[str, str] = {
    "known_ids": "every id and period of the run's files is one of the inputs'",
    "window": "the periods planned are those that options and lead times give",
    "plan_id": "every transfer names the plan it belongs to",
    "transfer_id": "every transfer has an id of its own, made of SKU, lane, ship date and load",
    "lane": "every transfer and load runs on a lane between its two nodes",
    "ship_date": "every ship date is a day on which the lane leaves, within the periods planned",
    "arrival_date": "every arrival is the ship date and the lane's lead time",
    "case_pack": "every quantity is whole case packs, above 0",
    "redirect": "every redirect takes whole cases of a receipt that has its hub ahead, and no more",
    "minimum_lot": "every departure takes the minimum lot of each SKU that it takes, or more",
    "line_volume": "volume_m3 of a transfer is its quantity by the product's volume",
    "line_weight": "weight_kg of a transfer is its quantity by the product's weight",
    "line_cost": "transport_cost of a transfer is what the lane charges by unit, m3 and kg",
    "line_risk": "chance_unused of a transfer is 0 to 1",
    "back_and_forth": "no SKU goes out and back between two nodes in one period",
    "override": "the planner's overrides hold over the whole window",
    "load_id": "transfers name a load exactly where the lane has vehicles, each load is told once",
    "load_way": "a transfer and its load have one lane and ship date",
    "load_volume": "volume_m3 of a load is the sum of its transfers'",
    "load_weight": "weight_kg of a load is the sum of its transfers'",
    "load_fill": "fill of a load is the larger of its volume's and its weight's share",
    "load_cost": "cost of a load is the lane's vehicle_cost",
    "vehicle_m3": "no vehicle carries more volume than it holds",
    "vehicle_kg": "no vehicle carries more weight than it may",
    "vehicles": "no lane needs more vehicles in a period than it has",
    "catchments": "the demand planned for is above 0, in the window, and told once for each span",
    "spans": "the demand of a span of periods is the sum of theirs, and every span is told",
    "signals": "what the signals add sums to the forecast of the horizon",
    "forecast": "a catchment's demand is the sum of its regions' forecast, quantiles rise",
    "slice": "what is put aside is for ranks that run upwards, and not negative",
    "server": "every catchment is served by the nodes that may serve it",
    "expected_use": "expected use is what is put aside by the chance that it is used in the window",
    "slice_width": "no slice is used by more units than it has ranks, and none overlap",
    "put_aside": "what is put aside came by the plan, or was there, as the run tells",
    "on_hand": "what is put aside lies there on the day, what is sent lay there the day before",
    "storage_m3": "no node holds more than its storage",
    "inbound_m3": "no node takes in more in a period than it can",
    "outbound_m3": "no node sends out more in a period than it can",
    "targets": "targets.csv tells the stock that follows, wherever there is some",
    "fill_rate": "fill_rate of a node is what is served of its own catchments' demand",
    "cost": "every figure of kpis.json is what recomputing it gives",
    "prices": "certificate.json tells a price from 0 on of every limit that SKUs share",
    "supply": "supply.parquet tells every source of stock once, with its units and a value from 0",
    "values": "values.csv tells a value from 0 on, and of stock on hand the one of supply.parquet",
    "routing": "routing.csv ranks nodes by service cost plus value where that is not nearest first",
    "proof": "prices and values prove the bound",
    "frozen": "frozen lines stand as published, and nothing else ships before the frozen day",
    "bound": "bound, gap, objective and status agree, and the plan is no worse than doing nothing",
    "guard": "with plan.guard all moves save enough together, or are held back and told",
    "stress": "what the plan saves under stress is what doing nothing costs there, less the plan",
    "budget": "lanes, vehicles and handling cost no more than plan.budget",
    "min_fill": "each catchment and category has its least fill, or a slack says what is missing",
    "slack": "no limit but the minimum fill is exceeded, and that at its penalty",
}
"""What the second opinion on a plan looks at, and what then holds."""


def code_of(check: str) -> str:
    """Return the stable code of a check's faults."""
    return f"PP-VERIFY-{check.upper().replace('_', '-')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing recomputed.

    Attributes
    ----------
    name : str
        Stable, such as ``arrival_date`` or ``storage``.
    compared : int
        Values looked at.
    broken : int
        Values that are not as expected; ``faults`` tells the first of them.
    worst : float
        Largest deviation from what was expected, in the value's own unit; 0 where all are equal
        or where the values are no numbers.
    """

    name: str
    compared: int
    broken: int = 0
    worst: float = 0.0
    faults: tuple[Fault, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether everything looked at is as expected."""
        return self.broken == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """All checks of one run."""

    run_id: str
    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        """Whether every check passed."""
        return all(check.passed for check in self.checks)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What is not as expected, check by check."""
        return tuple(fault for check in self.checks for fault in check.faults)

    def check(self, name: str) -> Check:
        """Return the check of that name; raises KeyError where it was not made."""
        for check in self.checks:
            if check.name == name:
                return check
        raise KeyError(name)
