"""The contract of ``kpis.json``, as JSON Schema: every measure of a plan, its unit, its meaning.

The one source: what ``prepos schema kpis`` prints and what ``data/schemas/kpis.json`` holds. Names
are public: taking one away or changing its meaning is another schema, ``prepos/kpis@2``.
"""

from __future__ import annotations

from typing import Any

KPIS_SCHEMA = "prepos/kpis@1"
MONEY = "currency"

Field = tuple[str, str, str]  # name, unit, meaning
COSTS: tuple[Field, ...] = (
    ("total_cost", MONEY, "the sum of all costs below"),
    ("transport_cost", MONEY, "lanes, by unit, m3 and kg"),
    ("vehicle_cost", MONEY, "vehicles"),
    ("handling_cost", MONEY, "units coming in by transfer or redirect"),
    ("service_cost", MONEY, "serving customers"),
    ("holding_cost", MONEY, "stock expected at forward nodes at the periods' ends"),
    ("return_cost", MONEY, "moved units expected unused at the window's end"),
    ("shortage_cost", MONEY, "demand expected not to be served"),
    ("stability_cost", MONEY, "units that deviate from the published plan"),
    ("carbon_cost", MONEY, "what moving emits, at plan.carbon_price"),
    ("units", "units", "moved"),
    ("volume_m3", "m3", "moved"),
    ("fill_rate", "share", "of expected demand that is served"),
    ("local_share", "share", "of expected demand that the cheapest node serves"),
    ("mean_distance_km", "km", "of expected units served"),
    ("co2e_kg", "kg CO2e", "that moving emits"),
)
STRESS: tuple[Field, ...] = (
    ("demand", "times", "the forecast"),
    ("lead_time", "times", "each lane's"),
    ("nothing", MONEY, "cost if nothing moves"),
    ("plan", MONEY, "cost of the plan's moves"),
    ("saving", MONEY, "of the plan, below 0 where it costs more"),
    ("share", "share", "saving of what doing nothing costs"),
)
PROOF: tuple[Field, ...] = (
    ("redirect_saving", MONEY, "of redirects, at the plan's prices"),
    ("slack_penalty", MONEY, "of limits not kept"),
    ("objective", MONEY, "total cost and penalties: what is minimised"),
    ("bound", MONEY, "no plan of this problem costs less"),
    ("gap", "share", "how much cheaper any plan could be, of this one's cost"),
)


def kpis_schema() -> dict[str, Any]:
    """Return the JSON Schema of a plan's ``kpis.json``."""
    costs = _record(
        "one way to act over the window", {**_numbers(COSTS), "loads": _whole("vehicles used")}
    )
    members: dict[str, Any] = {
        "schema": {"const": KPIS_SCHEMA},
        "plan_id": _text("the plan's run"),
        "currency": _text("of all money"),
        "window": _record(
            "the periods that are planned",
            {
                "cutoff": _text("first day that is not known") | {"format": "date"},
                "period_days": {"enum": [1, 7], "description": "days in a period"},
                "periods": _whole("planned"),
            },
        ),
        "plan": costs,
        "nothing": costs,
        **_numbers(PROOF),
        "method": {"enum": ["exact", "decompose"], "description": "how it was found"},
        "status": {"enum": ["optimal", "feasible"], "description": "optimal: within plan.gap"},
        "solver": {"enum": ["highs", "cbc"], "description": "that was used"},
        "slacks": _list(
            _record(
                "a limit that is not kept",
                {
                    "limit": _text("which"),
                    "place": _text("node, lane or catchment, and period, or empty"),
                    **_numbers((("quantity", "its unit", "by how much"),)),
                    "unit": _text("of the quantity"),
                    **_numbers((("penalty", MONEY, "charged for it"),)),
                },
            )
        ),
        "held_back": {"oneOf": [{"type": "null"}, _held_back()]},
        "stress": _list(_record("one stress", _numbers(STRESS))),
        "forecast": _record(
            "the demand planned for",
            _numbers(
                (
                    ("units", "units", "expected over the horizon"),
                    ("units_below_floor", "units", "left out of the files: below forecast.floor"),
                    ("unlike_share", "share", "of demand that one mix for all would change"),
                )
            ),
        ),
    }
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": KPIS_SCHEMA}
    return head | _record("measures of a plan beside doing nothing, and of its proof", members)


def _held_back() -> dict[str, Any]:
    """Return the schema of what the guard held back."""
    fields = (
        ("units", "units", "that would have moved"),
        ("saving", MONEY, "expected of them"),
        ("share", "share", "saving of what doing nothing costs"),
    )
    members = {"lines": _whole("that were decided"), **_numbers(fields)}
    return _record("what plan.guard held back", members)


def _record(meaning: str, members: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of an object that has these members and no others."""
    return {
        "description": meaning,
        "type": "object",
        "properties": members,
        "required": list(members),
        "additionalProperties": False,
    }


def _list(item: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of an array."""
    return {"type": "array", "items": item}


def _numbers(fields: tuple[Field, ...]) -> dict[str, Any]:
    """Return the schemas of numbers by name."""
    return {n: {"type": "number", "unit": unit, "description": what} for n, unit, what in fields}


def _whole(meaning: str) -> dict[str, Any]:
    """Return the schema of a count."""
    return {"type": "integer", "minimum": 0, "description": meaning}


def _text(meaning: str) -> dict[str, Any]:
    """Return the schema of a text."""
    return {"type": "string", "description": meaning}
