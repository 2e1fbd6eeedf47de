"""A made-up world whose demand is known, to roll plans over: one catchment a forward node.

Every lane leaves at a period's first day and arrives in the same period or in the next. Demand of
periods is independent, so a span's dispersion follows from its periods'.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from prepos.core.types import FloatArray, IntArray

ORIGINS, FORWARDS = 2, 10
SIDE_KM, SAME_PERIOD_KM = 2000.0, 800.0
NEAR = 2  # forward nodes that may serve a catchment
LEVEL = (1.6, 1.0)  # a SKU's units a period over all catchments are lognormal
SEASON = 0.3  # of the logarithm of a catchment's mean, from period to period
STOCK = 1.1  # of what is wanted over all periods, at origins
ROOM = 0.8  # of what a catchment wants in a period, in m3


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class World:
    """Nodes are origins, then forward nodes; the f-th catchment is that of the f-th.

    Attributes
    ----------
    mean : (P, Z, K) float
        Units wanted.
    dispersion : float
        Of each period's demand.
    service : (N, Z) float
        Currency per unit.
    servers : (Z, J) int
        Nodes that may serve a catchment.
    fare : (O, F) float
        Currency per unit.
    lead_periods : (O, F) int
    room_m3 : (F,) float
        That may come in, a period.
    volume_m3, shortage_cost, holding_cost, return_cost : (K,) float
    opening : (N, K) int
    """

    mean: FloatArray
    dispersion: float
    service: FloatArray
    servers: IntArray
    fare: FloatArray
    lead_periods: IntArray
    room_m3: FloatArray
    volume_m3: FloatArray
    shortage_cost: FloatArray
    holding_cost: FloatArray
    return_cost: FloatArray
    opening: IntArray

    @property
    def origins(self) -> int:
        return ORIGINS

    @property
    def forwards(self) -> int:
        return len(self.room_m3)

    @property
    def nodes(self) -> int:
        return self.origins + self.forwards

    @property
    def skus(self) -> int:
        return len(self.volume_m3)


def make_world(seed: int, *, skus: int, periods: int, dear: float = 1.0) -> World:
    """Return a world of so many SKUs and periods; ``dear`` times as dear to hold and to return."""
    draw = np.random.default_rng(seed)
    place = draw.uniform(0.0, SIDE_KM, (ORIGINS + FORWARDS, 2))
    km = np.linalg.norm(place[:, None] - place[None, ORIGINS:], axis=2)  # (N, F)
    level = draw.lognormal(*LEVEL, skus)
    share = draw.dirichlet(np.full(FORWARDS, 3.0), skus).T
    season = np.exp(draw.normal(0.0, SEASON, (periods, FORWARDS, skus)))
    mean = level * share * season
    service = 2.0 + 0.004 * km
    service[:ORIGINS] += 1.5
    forward = ORIGINS + np.argsort(service[ORIGINS:], axis=0, kind="stable")[:NEAR].T
    origins = np.tile(np.arange(ORIGINS), (FORWARDS, 1))
    volume = draw.lognormal(-5.0, 0.7, skus)
    need = STOCK * mean.sum(axis=(0, 1))
    opening = np.zeros((ORIGINS + FORWARDS, skus), dtype=np.int64)
    half = draw.uniform(0.3, 0.7, skus)
    opening[0], opening[1] = np.ceil(need * half), np.ceil(need * (1.0 - half))
    return World(
        mean=mean,
        dispersion=0.4,
        service=service,
        servers=np.hstack([forward, origins]),
        fare=0.3 + 0.0004 * km[:ORIGINS],
        lead_periods=(km[:ORIGINS] > SAME_PERIOD_KM).astype(np.int64),
        room_m3=ROOM * (mean.mean(axis=0) @ volume),
        volume_m3=volume,
        shortage_cost=draw.uniform(10.0, 20.0, skus),
        holding_cost=dear * draw.uniform(0.03, 0.08, skus),
        return_cost=dear * draw.uniform(0.4, 0.8, skus),
        opening=opening,
    )


def draw_demand(world: World, seed: int) -> IntArray:
    """Return units wanted (P, Z, K): negative binomial, independent from period to period."""
    draw = np.random.default_rng([seed, 1])
    shape = 1.0 / world.dispersion
    return draw.poisson(world.mean * draw.gamma(shape, 1.0 / shape, world.mean.shape))


def roll(world: World, demand: IntArray, decide, *, periods: int, horizon: int) -> FloatArray:
    """Return what each period costs (P,), deciding anew at each; the last takes what is returned.

    ``decide(world, on_hand, coming, now, horizon)`` says what to send now (O, F, K). Units are
    served from the cheapest node that has any, over all pairs of node and catchment in the order
    of their cost; what nobody has is lost.
    """
    on_hand = world.opening.copy()
    coming = np.zeros((periods + horizon + 1, *on_hand.shape), dtype=np.int64)
    pairs = [
        (world.service[n, z], int(n), z) for z in range(world.forwards) for n in world.servers[z]
    ]
    paid = np.zeros(periods)
    for now in range(periods):
        sent = decide(world, on_hand, coming[now : now + horizon + 1], now, horizon)
        assert (sent.sum(axis=1) <= on_hand[: world.origins]).all(), "more was sent than lay there"
        on_hand[: world.origins] -= sent.sum(axis=1)
        for late in (0, 1):
            came = (sent * (world.lead_periods == late)[:, :, None]).sum(axis=0)
            coming[now + late, world.origins :] += came
        came_m3 = coming[now, world.origins :] @ world.volume_m3
        assert (came_m3 <= world.room_m3 * (1 + 1e-9)).all(), "more came in than there is room for"
        on_hand += coming[now]
        paid[now] = (sent * world.fare[:, :, None]).sum()
        wanted = demand[now].copy()
        for cost, node, zone in sorted(pairs):
            served = np.minimum(wanted[zone], on_hand[node])
            wanted[zone] -= served
            on_hand[node] -= served
            paid[now] += cost * served.sum()
        paid[now] += (wanted * world.shortage_cost).sum()
        paid[now] += (on_hand[world.origins :] * world.holding_cost).sum()
    paid[-1] += (on_hand[world.origins :] * world.return_cost).sum()
    return paid
