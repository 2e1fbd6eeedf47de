"""What a SKU's flows take of the rows that all SKUs share."""

from __future__ import annotations

from prepos.core.kernels import serial_kernel
from prepos.core.spans import span_number
from prepos.core.types import FloatArray
from prepos.plan.transport.costs import Market, Sides, best_place
from prepos.plan.transport.problem import NO_ROW


@serial_kernel
def take_rows(market: Market, sku: int, sides: Sides, use: FloatArray) -> None:
    """Add what the SKU's flows take of the shared rows to ``use`` (S,)."""
    start, end = market.sources.first[sku], market.sources.first[sku + 1]
    first, units, held = market.ranks.first[sku], market.sources.units, sides.held
    ranks = market.ranks.first[sku + 1] - first
    for source in range(end - start):
        idle, mine = units[start + source], held[source]
        for rank in range(ranks):
            if mine[rank]:
                idle -= mine[rank]
                place = best_place(market, sku, source, rank, sides)
                _take_route(market, sku, sides.by[source, place], mine[rank], use)
                _take_place(market, sku, place, first + rank, mine[rank], use)
        _take_idle(market, sku, start + source, idle, use)


@serial_kernel
def _take_route(market: Market, sku: int, route: int, units: int, use: FloatArray) -> None:
    """Add what units on a route take."""
    routes, goods = market.routes, market.goods
    for entry in range(routes.row_first[route], routes.row_first[route + 1]):
        amount = (
            routes.row_unit[entry]
            + routes.row_m3[entry] * goods.volume_m3[sku]
            + routes.row_kg[entry] * goods.weight_kg[sku]
        )
        use[routes.row[entry]] += units * amount


@serial_kernel
def _take_place(
    market: Market, sku: int, place: int, rank: int, units: int, use: FloatArray
) -> None:
    """Add what units take that serve a rank from a place: storage, and the fill they give."""
    periods, volume = market.periods, market.goods.volume_m3[sku]
    node, period = divmod(place, periods)
    left = 1.0
    for end in range(period, periods):
        row = market.places.storage_row[node, end]
        if row != NO_ROW:
            use[row] += units * volume * left
        left = 1.0 - market.ranks.used[rank, span_number(period, end, periods)]
    fill, group = market.places.fill_row[market.ranks.catchment[rank]], market.goods.group[sku]
    if fill[0] != NO_ROW:
        use[fill[0]] -= units * (1.0 - left)
    if group and fill[group] != NO_ROW:
        use[fill[group]] -= units * (1.0 - left)


@serial_kernel
def _take_idle(market: Market, sku: int, source: int, units: int, use: FloatArray) -> None:
    """Add what units take that lie where they are to the window's end."""
    release = market.sources.release[source]
    node = market.places.release_node[release]
    for period in range(market.places.release_period[release], market.periods):
        row = market.places.storage_row[node, period]
        if row != NO_ROW and units > 0:
            use[row] += units * market.goods.volume_m3[sku]
