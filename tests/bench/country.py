"""A made-up country and its SKUs, at any number: what the plan's benchmarks are run on.

Four origins and 16 forward nodes serve 500 regions of one period's demand; forward nodes lie near a
grid, so that one of them, never an origin, is each region's cheapest. Two to eight catchments ask
for a SKU, for 14 units a period on average and half of the SKUs for less than six. It lies at one
to three origins, and a few units ahead of demand at forward nodes. SKUs are drawn in blocks with
seeds of their own: a smaller family is the beginning of a larger one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from prepos.core.types import BoolArray, FloatArray, IntArray

ORIGINS, FORWARDS, REGIONS = 4, 16, 500
NODES = ORIGINS + FORWARDS
SIDE_KM, ASIDE_KM = 1000.0, 60.0  # of the map; how far a forward node lies off its grid at most
PARCEL, PARCEL_KM, FROM_ORIGIN = 2.0, 0.012, 4.0  # currency per unit, and km; more from origins
LANE, LANE_KM = 0.3, 0.0004  # currency per unit, and km
LANE_M3, LANE_M3_KM = 20.0, 0.05  # currency per m3, and km
ROOM = (0.3, 0.72)  # m3 that may come in at a forward node, of what its catchment wants
LEVEL = (3.0, 1.2)  # a SKU's units a period, m3 and value are lognormal
VOLUME_M3, VALUE = (-5.0, 0.7), (2.5, 0.8)
ASKED = (2, 8)  # catchments that ask for a SKU
TASTE, LEAST_MEAN = 0.4, 0.05  # scatter of a catchment's share; fewer units are none
STOCK = (0.6, 1.8)  # at origins, of what is wanted
AHEAD, AHEAD_NODES = 0.4, 4  # of what a catchment wants, at up to so many forward nodes
BLOCK = 20_000  # SKUs drawn at once


class Country(NamedTuple):
    """Where nodes and regions lie, origins first.

    Attributes
    ----------
    nodes, regions : (N, 2), (R, 2) float
        km.
    population : (R,) float
    catchment : (R,) int
        The forward node, counted from 0, from which a region is served cheapest.
    ship_cost : (N, R) float
        Currency per unit.
    lane_km : (O, Z) float
        From origins to forward nodes.
    share : (Z,) float
        Of the population that lives in each catchment.
    room : (Z,) float
        What may come into each forward node, of what its catchment wants.
    """

    nodes: FloatArray
    regions: FloatArray
    population: FloatArray
    catchment: IntArray
    ship_cost: FloatArray
    lane_km: FloatArray
    share: FloatArray
    room: FloatArray

    @property
    def lane_per_unit(self) -> FloatArray:
        """(O, Z) currency."""
        return LANE + LANE_KM * self.lane_km

    @property
    def lane_per_m3(self) -> FloatArray:
        """(O, Z) currency."""
        return LANE_M3 + LANE_M3_KM * self.lane_km


class Block(NamedTuple):
    """Some SKUs: units wanted ``mean`` (K, Z) and had ``units`` (K, N); the others are (K,)."""

    mean: FloatArray
    units: IntArray
    volume_m3: FloatArray
    value: FloatArray

    @property
    def weight_kg(self) -> FloatArray:
        return 200.0 * self.volume_m3

    @property
    def shortage_cost(self) -> FloatArray:
        return 8.0 + 0.5 * self.value

    @property
    def holding_cost(self) -> FloatArray:
        return 0.002 * self.value

    @property
    def return_cost(self) -> FloatArray:
        return 0.2 + 0.05 * self.value


def make_country(seed: int) -> Country:
    """Draw a country."""
    rng = np.random.default_rng(seed)
    cells = int(FORWARDS**0.5)
    middle = (np.arange(cells) + 0.5) * SIDE_KM / cells
    grid = np.stack(np.meshgrid(middle, middle), axis=-1).reshape(-1, 2)
    forwards = grid + rng.uniform(-ASIDE_KM, ASIDE_KM, grid.shape)
    nodes = np.concatenate([rng.uniform(0.0, SIDE_KM, (ORIGINS, 2)), forwards])
    regions = rng.uniform(0.0, SIDE_KM, (REGIONS, 2))
    population = rng.lognormal(0.0, 0.8, REGIONS)
    ship_cost = PARCEL + PARCEL_KM * distances(nodes, regions)
    ship_cost[:ORIGINS] += FROM_ORIGIN
    catchment = ship_cost.argmin(axis=0) - ORIGINS
    return Country(
        nodes=nodes,
        regions=regions,
        population=population,
        catchment=catchment,
        ship_cost=ship_cost,
        lane_km=distances(nodes[:ORIGINS], forwards),
        share=np.bincount(catchment, population, minlength=FORWARDS) / population.sum(),
        room=rng.uniform(*ROOM, FORWARDS),
    )


def distances(one: FloatArray, other: FloatArray) -> FloatArray:
    """Return (A, B) km between points (A, 2) and (B, 2)."""
    return np.asarray(np.sqrt(((one[:, None] - other[None]) ** 2).sum(axis=2)))


def draw_blocks(country: Country, skus: int, seed: int) -> Iterator[Block]:
    """Draw so many SKUs; each block is drawn whole and then cut, so that numbers do not shift."""
    for number, start in enumerate(range(0, skus, BLOCK), start=1):
        rng = np.random.default_rng([seed, number])
        level = rng.lognormal(*LEVEL, BLOCK)
        mean = level[:, None] * country.share * rng.lognormal(0.0, TASTE, (BLOCK, FORWARDS))
        asked = choose_some(rng, rng.integers(ASKED[0], ASKED[1] + 1, BLOCK), FORWARDS)
        mean[(mean < LEAST_MEAN) | ~asked] = 0.0
        block = Block(
            mean=mean,
            units=draw_stock(rng, mean),
            volume_m3=rng.lognormal(*VOLUME_M3, BLOCK),
            value=rng.lognormal(*VALUE, BLOCK),
        )
        yield Block(*(column[: skus - start] for column in block))


def draw_stock(rng: np.random.Generator, mean: FloatArray) -> IntArray:
    """Draw units (K, N): about what is wanted at one to three origins, and some ahead."""
    count = len(mean)
    stocked = choose_some(rng, rng.integers(1, ORIGINS, count), ORIGINS)
    part = rng.exponential(1.0, stocked.shape) * stocked
    total = mean.sum(axis=1) * rng.uniform(*STOCK, count)
    behind = np.rint(part / part.sum(axis=1, keepdims=True) * total[:, None])
    ahead = choose_some(rng, rng.integers(0, AHEAD_NODES + 1, count), FORWARDS)
    return np.hstack([behind.astype(np.int64), rng.poisson(AHEAD * mean) * ahead])


def choose_some(rng: np.random.Generator, many: IntArray, among: int) -> BoolArray:
    """Return (K, among) whether chosen: ``many`` (K,) of each row."""
    place = rng.random((len(many), among)).argsort(axis=1).argsort(axis=1)
    return np.asarray(place < many[:, None])
