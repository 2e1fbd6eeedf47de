"""The contract of the tables that a replay writes: column, type, unit, meaning.

Stands on ``core.columns``; joined with the other tables of a run in ``core.files``. A measure that
there is nothing to take of is empty: the share of no units, the gap where there is no bound.
"""

from __future__ import annotations

from prepos.core.columns import (
    Column,
    Kind,
    Table,
    choice_column,
    date_column,
    number_column,
    text_column,
)

SETTING = text_column("setting", "the swept value, KEY=VALUE; empty without a sweep")
POLICY = text_column("policy", "who decided; foresight is the bound", required=True)


def _money(name: str, meaning: str) -> Column:
    """Return a column of currency."""
    return number_column(name, meaning, unit="currency")


def _units(name: str, meaning: str) -> Column:
    """Return a column of units."""
    return number_column(name, meaning, unit="units")


def _share(name: str, meaning: str) -> Column:
    """Return a column of shares, 0 to 1."""
    return number_column(name, meaning, maximum=1)


def _any(name: str, meaning: str) -> Column:
    """Return a column of numbers that may be below 0."""
    return Column(name=name, kind=Kind.NUMBER, meaning=meaning)


MEASURES = (
    _money("total_cost", "the sum of the costs below"),
    _money("transport_cost", "lanes by unit, m3 and kg"),
    _money("vehicle_cost", "vehicles sent"),
    _money("handling_cost", "units put away from transfers"),
    _money("service_cost", "serving customers"),
    _money("holding_cost", "stock at forward nodes at the periods' ends"),
    _money("return_cost", "units turned away, stranded, and expired"),
    _money("shortage_cost", "units not served"),
    _money("backorder_cost", "units that waited, by the day"),
    _money("carbon_cost", "what moving emits, at plan.carbon_price"),
    number_column("co2e_kg", "what moving emits", unit="kg CO2e"),
    _units("ordered", "what customers ordered"),
    _share("fill_rate", "share of them served, late or not"),
    _share("local_share", "share served at once by the region's cheapest node"),
    _share("next_day_share", "share served at once within a day's transit"),
    _share("two_day_share", "the same within two days"),
    number_column("mean_distance_km", "of units served, great-circle", unit="km"),
    number_column("p90_distance_km", "nine of ten units come from no farther", unit="km"),
    number_column("orders", "placed"),
    _share("split_share", "share of them served from more than one node"),
    _units("lost", "not served"),
    _units("backordered", "not served on the day of their order"),
    _units("stranded", "brought by transfers and left at the end"),
    _money("stranded_cost", "their return, a part of return_cost"),
    _units("expired", "past their shelf life, written off at forward nodes"),
    _money("expired_cost", "return of those that transfers had brought, a part of return_cost"),
    _units("turned_away", "without room where they arrived"),
    _units("moved", "by transfers"),
    _units("moved_twice", "sent on from where a transfer had brought them"),
    number_column("vehicles", "sent"),
    _share("vehicle_fill", "of vehicles with a size"),
    _share("churn", "share of units planned otherwise than the last time"),
)

REPLAY_BY_PERIOD = Table(
    name="replay_by_period",
    meaning="what a replay measured, period by period",
    label="{policy} from {period_start}",
    key=("setting", "policy", "period_start"),
    columns=(
        SETTING,
        POLICY,
        date_column("period_start", "first day of the period", required=True),
        *MEASURES,
    ),
)

REPLAY = Table(
    name="replay",
    meaning="what a replay measured in all, and what each policy is worth",
    label="{policy} {setting}",
    key=("setting", "policy"),
    columns=(
        SETTING,
        POLICY,
        choice_column(
            "frontier",
            ("yes", "no"),
            "whether no other setting of this policy serves as much at less cost without shortages",
        ),
        _any("saving", "share of the cost of doing nothing that is saved"),
        _any("gap_closed", "share of the way from doing nothing to perfect foresight"),
        _any("gap_closed_low", "lower end of its 95 % interval"),
        _any("gap_closed_high", "upper end of its 95 % interval"),
        _any("left_ratio", "what is left to foresight over what the best fair baseline leaves"),
        _any("left_ratio_low", "lower end of its 95 % interval"),
        _any("left_ratio_high", "upper end of its 95 % interval"),
        *MEASURES,
    ),
)

REPLAY_TABLES = (REPLAY, REPLAY_BY_PERIOD)
