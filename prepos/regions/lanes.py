"""Lanes between nodes: the user's table, else one from every origin to every forward node."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from prepos.core.faults import Fault, Findings
from prepos.core.network import WEEKDAYS, Lane, Node
from prepos.core.types import FloatArray
from prepos.errors import NetworkError
from prepos.regions.columns import read_numbers, read_texts
from prepos.regions.options import LaneOptions
from prepos.regions.sphere import great_circle_km

MONEY = ("cost_per_unit", "cost_per_m3", "cost_per_kg", "vehicle_cost")
LIMITS = ("vehicle_m3", "vehicle_kg", "vehicles")
KG_PER_TONNE = 1000.0
ROUNDING_DAYS = 1e-9  # a lane of just two days' drive takes two days, not three


def make_lanes(nodes: tuple[Node, ...], options: LaneOptions) -> tuple[Lane, ...]:
    """Return a lane from every origin to every forward node, by road distance; sorted by id."""
    origins = [node for node in nodes if node.kind == "origin"]
    forward = [node for node in nodes if node.kind == "forward"]
    road_km = road_distance_km(origins, forward, options)
    lanes = (
        _make_lane(origin.node_id, destination.node_id, float(road_km[i, j]), options)
        for i, origin in enumerate(origins)
        for j, destination in enumerate(forward)
    )
    return tuple(sorted(lanes, key=lambda lane: lane.lane_id))


def _make_lane(origin: str, destination: str, road_km: float, options: LaneOptions) -> Lane:
    """Return one lane by its length."""
    return Lane(
        lane_id=f"{origin}>{destination}",
        origin=origin,
        destination=destination,
        lead_time_days=max(1, math.ceil(road_km / options.km_per_day - ROUNDING_DAYS)),
        cost_per_m3=options.cost_per_m3_km * road_km,
        vehicle_cost=options.vehicle_cost_per_km * road_km,
        vehicle_m3=options.vehicle_m3,
        co2e_kg_per_kg=options.co2e_kg_per_tonne_km * road_km / KG_PER_TONNE,
    )


def road_distance_km(
    origins: Sequence[Node], destinations: Sequence[Node], options: LaneOptions
) -> FloatArray:
    """Return km by road between all of them, (origins, destinations)."""
    return np.asarray(
        options.road_factor
        * great_circle_km(
            np.array([node.latitude for node in origins]),
            np.array([node.longitude for node in origins]),
            np.array([node.latitude for node in destinations]),
            np.array([node.longitude for node in destinations]),
        )
    )


def fill_emissions(
    lanes: tuple[Lane, ...], nodes: Sequence[Node], options: LaneOptions
) -> tuple[Lane, ...]:
    """Return the lanes; where their emissions are not known, by road distance."""
    place = {node.node_id: node for node in nodes}
    filled = []
    for lane in lanes:
        ends = [place[end] for end in (lane.origin, lane.destination) if end in place]
        if math.isnan(lane.co2e_kg_per_kg) and len(ends) == 2:
            road_km = float(road_distance_km(ends[:1], ends[1:], options)[0, 0])
            emitted = options.co2e_kg_per_tonne_km * road_km / KG_PER_TONNE
            filled.append(replace(lane, co2e_kg_per_kg=emitted))
        else:
            filled.append(lane)
    return tuple(filled)


def read_lanes(table: pd.DataFrame, file: str = "lanes") -> tuple[tuple[Lane, ...], Findings]:
    """Return the lanes of a checked ``lanes`` table, sorted by lane_id, and what is refused.

    An empty lane_id is ``origin>destination``, an empty cost 0, an empty limit none, an empty
    ``ship_weekdays`` every day, and empty emissions NaN. Two lanes of one pair need a lane_id each.
    """
    lanes: dict[str, Lane] = {}
    faults: list[Fault] = []
    for values in _read_rows(table):
        lane_id, way = values["lane_id"], f"lane {values['origin']} -> {values['destination']}"
        try:
            lane = Lane(**{**values, "ship_weekdays": _read_weekdays(values["ship_weekdays"], way)})
        except NetworkError as error:
            faults.append(Fault(file, 0, "", lane_id, "PP-LANE-FAULTY", str(error)))
            continue
        if other := lanes.get(lane_id):
            message = (
                f"{way} and lane {other.origin} -> {other.destination} both have lane_id "
                f"{lane_id!r}, expected a lane_id for each"
            )
            faults.append(Fault(file, 0, "lane_id", lane_id, "PP-LANE-TWICE", message))
        lanes.setdefault(lane_id, lane)
    return tuple(lanes[key] for key in sorted(lanes)), Findings(tuple(sorted(faults)))


def _read_rows(table: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Give each row as a lane's fields, empty cells filled; ``ship_weekdays`` as written."""
    origins, destinations = read_texts(table, "origin"), read_texts(table, "destination")
    columns: dict[str, list[Any]] = {
        "lane_id": [
            given or f"{origin}>{destination}"
            for given, origin, destination in zip(
                read_texts(table, "lane_id"), origins, destinations, strict=True
            )
        ],
        "origin": origins,
        "destination": destinations,
        "lead_time_days": [int(days) for days in read_numbers(table, "lead_time_days")],
        "ship_weekdays": read_texts(table, "ship_weekdays"),
        **{name: read_numbers(table, name, empty=0.0).tolist() for name in MONEY},
        **{name: read_numbers(table, name, empty=math.inf).tolist() for name in LIMITS},
        "co2e_kg_per_kg": read_numbers(table, "co2e_kg_per_kg", empty=math.nan).tolist(),
    }
    for row in zip(*columns.values(), strict=True):
        yield dict(zip(columns, row, strict=True))


def _read_weekdays(text: str, way: str) -> tuple[str, ...]:
    """Return the days of ``mon,thu`` in the week's order, every day of ""; raises NetworkError."""
    said = {word for word in re.split(r"[,;\s]+", text.lower()) if word}
    if unknown := sorted(said.difference(WEEKDAYS)):
        raise NetworkError(
            f"{way}: ship_weekdays is {text!r}, expected days of {', '.join(WEEKDAYS)}, "
            f"not {', '.join(unknown)}"
        )
    return tuple(day for day in WEEKDAYS if day in said) or WEEKDAYS
