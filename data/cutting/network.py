"""Nodes, lanes, service and stock for real demand: all invented, by the rules below.

Stands on the invented map. Nodes lie where weighted k-means puts them; what they can take follows
from the demand of the regions they are nearest to, so that limits bind a little and not wholly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cutting.geography import CENTRE, distance_km

Array = NDArray[np.float64]

ROAD_FACTOR = 1.25  # road over great circle
OUTWARD = 2.5  # origins lie this much farther from the centre than their half of the demand
BAND_KM = (40.0, 120.0)  # up to these a parcel takes one day, two days, else three
SERVICE_COST, SERVICE_COST_KM = 1.0, 0.02  # dollars a unit, and a road km
GROUPAGE_M3, GROUPAGE_M3_KM = 40.0, 0.7  # dollars a m3 by groupage, and a m3 and road km
VAN_COST, VAN_COST_KM = 50.0, 0.8  # dollars a van, and a road km
VAN_M3, VAN_KG, VANS = 2.0, 900.0, 3  # of one van; vans a week
VAN_REACH_KM = 220.0  # farther by road only groupage goes


@dataclass(frozen=True)
class Demand:
    """Weekly units by region (rows) and SKU (columns) before the cutoff, and the SKUs' volumes."""

    weekly: pd.DataFrame
    volume_m3: pd.Series

    def region_m3(self) -> pd.Series:
        """Return m3 a week by region."""
        return self.weekly @ self.volume_m3.reindex(self.weekly.columns)


def make_nodes(regions: pd.DataFrame, demand: Demand, *, forward: int) -> pd.DataFrame:
    """Return two origins outside the middle and forward nodes amid the demand, without limits."""
    points = regions[["latitude", "longitude"]].to_numpy()
    weight = demand.region_m3().reindex(regions["region_id"], fill_value=0).to_numpy()
    middle = np.array(CENTRE)
    origins = middle + OUTWARD * (weighted_means(points, weight, count=2) - middle)
    places = np.vstack([_sorted(origins), _sorted(weighted_means(points, weight, count=forward))])
    ids = ["DC1", "DC2", *(f"FW{i}" for i in range(1, forward + 1))]
    return pd.DataFrame(
        {
            "node_id": ids,
            "kind": ["origin"] * 2 + ["forward"] * forward,
            "name": [
                "West centre",
                "East centre",
                *(f"Forward {i}" for i in range(1, forward + 1)),
            ],
            "latitude": places[:, 0].round(3),
            "longitude": places[:, 1].round(3),
            "handling_cost": [0.0] * 2 + [0.12] * forward,
        }
    )


def weighted_means(points: Array, weight: Array, *, count: int) -> Array:
    """Return centres (count, 2) of weighted k-means, started from points far from each other."""
    centres = points[[int(np.argmax(weight))]]
    while len(centres) < count:
        gap = ((points[:, None] - centres[None]) ** 2).sum(axis=2).min(axis=1)
        centres = np.vstack([centres, points[int(np.argmax(gap * weight))]])
    for _ in range(100):
        nearest = ((points[:, None] - centres[None]) ** 2).sum(axis=2).argmin(axis=1)
        share = weight * (nearest == np.arange(count)[:, None])
        centres = share @ points / share.sum(axis=1, keepdims=True)
    return np.asarray(centres)


def _sorted(places: Array) -> Array:
    """Return places from west to east."""
    return places[np.argsort(places[:, 1])]


def own_nodes(nodes: pd.DataFrame, regions: pd.DataFrame) -> pd.Series:
    """Return the nearest forward node of each region."""
    forward = nodes[nodes["kind"] == "forward"]
    nearest = distance_km(regions, forward).argmin(axis=1)
    return pd.Series(forward["node_id"].to_numpy()[nearest], index=regions["region_id"])


def limit_nodes(
    nodes: pd.DataFrame, own: pd.Series, demand: Demand, *, storage: float, inbound: float
) -> pd.DataFrame:
    """Return the nodes with room in weeks of their own regions' demand; the largest has less.

    The largest forward node stores and takes in three quarters of that share, so that it binds.
    """
    weekly = demand.region_m3().groupby(own).sum().reindex(nodes["node_id"])
    share = np.where(weekly.to_numpy() == weekly.max(), 0.75, 1.0)
    total = float(weekly.sum())
    return nodes.assign(
        storage_m3=(storage * share * weekly).round(1).to_numpy(),
        inbound_m3=(inbound * share * weekly).round(1).to_numpy(),
        outbound_m3=np.where(nodes["kind"] == "origin", round(1.2 * total, 1), np.nan),
    )


def make_service(nodes: pd.DataFrame, regions: pd.DataFrame) -> pd.DataFrame:
    """Return what a parcel costs and takes from every node to every region, by distance."""
    km = ROAD_FACTOR * distance_km(nodes, regions)
    pairs = pd.MultiIndex.from_product(
        [nodes["node_id"], regions["region_id"]], names=["node_id", "region_id"]
    ).to_frame(index=False)
    return pairs.assign(
        ship_cost=(SERVICE_COST + SERVICE_COST_KM * km).ravel().round(2),
        transit_days=1 + np.digitize(km, BAND_KM, right=True).ravel(),
    ).sort_values(["node_id", "region_id"])


def make_lanes(nodes: pd.DataFrame, *, vans: bool) -> pd.DataFrame:
    """Return lanes from both origins to all forward nodes: groupage by volume, and vans.

    Groupage takes a day more and ships on Mondays, Wednesdays and Fridays; vans go within their
    reach, on Thursdays.
    """
    origins, forward = (nodes[nodes["kind"] == kind] for kind in ("origin", "forward"))
    km = ROAD_FACTOR * distance_km(origins, forward)
    days = 1 + (km > 150)
    pairs = pd.MultiIndex.from_product(
        [origins["node_id"], forward["node_id"]], names=["origin", "destination"]
    ).to_frame(index=False)
    names = pairs["origin"] + "-" + pairs["destination"]
    groupage = pairs.assign(
        lane_id=names + "-groupage",
        lead_time_days=days.ravel() + 1,
        cost_per_m3=(GROUPAGE_M3 + GROUPAGE_M3_KM * km).ravel().round(2),
        ship_weekdays="mon,wed,fri",
    )
    van = pairs.assign(
        lane_id=names + "-van",
        lead_time_days=days.ravel(),
        cost_per_m3=4.0,
        vehicle_cost=(VAN_COST + VAN_COST_KM * km).ravel().round(0),
        vehicle_m3=VAN_M3,
        vehicle_kg=VAN_KG,
        vehicles=VANS,
        ship_weekdays="thu",
    )[km.ravel() <= VAN_REACH_KM]
    lanes = pd.concat([groupage, van], ignore_index=True) if vans else groupage
    lanes = lanes.astype({"vehicles": "Int64"}) if vans else lanes
    return lanes[["lane_id", *lanes.columns.drop("lane_id")]].sort_values("lane_id")


def slow_down(lanes: pd.DataFrame) -> pd.DataFrame:
    """Return the lanes of a carrier that leaves once a week and takes five days more."""
    return lanes.assign(
        lead_time_days=lanes["lead_time_days"] + 5,
        ship_weekdays=lanes["ship_weekdays"].str.slice(0, 3),
    )


def make_stock(
    nodes: pd.DataFrame,
    own: pd.Series,
    demand: Demand,
    *,
    cover: float,
    forward_weeks: float,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Return stock on hand: so many weeks of each SKU in all, a part of it already forward.

    Weeks of cover spread by SKU (log-normal, sigma 0.35), the origins' halves by a beta draw; a
    forward node has a gamma spread of weeks of its own regions' demand, one SKU in five nothing.
    """
    skus = demand.weekly.columns
    weekly = demand.weekly.sum()
    total = cover * weekly * rng.lognormal(-(0.35**2) / 2, 0.35, len(skus))
    local = demand.weekly.groupby(own).sum()
    weeks = rng.gamma(2.0, forward_weeks / 2, local.shape) * (rng.random(local.shape) > 0.2)
    at_forward = (local * weeks).round()
    rest = (total - at_forward.sum()).clip(lower=0)
    west = rng.beta(3, 3, len(skus))
    at_origins = pd.DataFrame([rest * west, rest * (1 - west)], index=["DC1", "DC2"]).round()
    wide = pd.concat([at_origins, at_forward]).reindex(nodes["node_id"]).fillna(0).astype(int)
    stock = wide.rename_axis(index="node_id", columns="sku").stack().rename("on_hand").reset_index()
    return stock[stock["on_hand"] > 0].sort_values(["node_id", "sku"])


def make_receipts(
    demand: Demand, *, cutoff: pd.Timestamp, rng: np.random.Generator
) -> pd.DataFrame:
    """Return what suppliers have under way: half a week of one SKU in eight, to an origin."""
    skus = demand.weekly.columns
    due = np.flatnonzero(rng.random(len(skus)) < 0.125)
    days = rng.integers(2, 16, len(due))
    origins = np.array(["DC1", "DC2"])[rng.integers(0, 2, len(due))]
    receipts = pd.DataFrame(
        {
            "node_id": origins,
            "sku": skus[due],
            "quantity": (demand.weekly.sum().to_numpy()[due] / 2).round().clip(min=1).astype(int),
            "arrives_on": [(cutoff + pd.Timedelta(days=int(d))).date().isoformat() for d in days],
        }
    )
    return receipts.sort_values(["node_id", "sku", "arrives_on"])
