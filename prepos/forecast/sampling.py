"""A sample of SKUs, spread evenly over their volumes, and a snapshot of these SKUs alone."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np

from prepos.core.axes import Axis
from prepos.core.orders import Orders
from prepos.core.products import Products
from prepos.core.snapshot import Snapshot
from prepos.core.types import IntArray


def sample_skus(snapshot: Snapshot, count: int, generator: np.random.Generator) -> IntArray:
    """Return positions of SKUs, rising: one of each stratum of like volume; all if there are fewer.

    Volumes are units before the snapshot's cutoff, so the choice knows nothing of what came.
    """
    if count >= len(snapshot.orders.skus):
        return np.arange(len(snapshot.orders.skus))
    strata = volume_strata(snapshot.orders, count)
    return np.sort([int(generator.choice(stratum)) for stratum in strata])


def middle_skus(orders: Orders, count: int) -> IntArray:
    """Return positions of SKUs, rising: the middle one of each stratum of like volume.

    The same orders in any order give the same SKUs; all are given if there are no more.
    """
    if count >= len(orders.skus):
        return np.arange(len(orders.skus))
    return np.sort([int(stratum[len(stratum) // 2]) for stratum in volume_strata(orders, count)])


def volume_strata(orders: Orders, count: int) -> list[IntArray]:
    """Return the SKUs in so many strata, those with most units first; ties by position."""
    skus = len(orders.skus)
    units = np.bincount(orders.sku, orders.quantity, minlength=skus)
    return np.array_split(np.lexsort((np.arange(skus), -units)), count)


def with_skus(snapshot: Snapshot, skus: IntArray) -> Snapshot:
    """Return the snapshot with these SKUs alone; orders of others are left out."""
    axis = Axis(snapshot.orders.skus.name, tuple(snapshot.orders.skus[k] for k in skus.tolist()))
    position = np.full(len(snapshot.orders.skus), -1, dtype=np.int64)
    position[skus] = np.arange(len(skus))
    orders = snapshot.orders
    kept = position[orders.sku] >= 0
    return replace(
        snapshot,
        orders=Orders(
            orders.customers,
            orders.regions,
            axis,
            order=orders.order[kept],
            customer=orders.customer[kept],
            region=orders.region[kept],
            sku=position[orders.sku[kept]],
            at=orders.at[kept],
            quantity=orders.quantity[kept],
        ),
        products=_products_of(snapshot.products, axis, skus),
    )


def _products_of(products: Products, axis: Axis, skus: IntArray) -> Products:
    """Return the products of these SKUs."""
    cut: dict[str, Any] = {"skus": axis}
    for field in fields(products):
        values = getattr(products, field.name)
        if isinstance(values, tuple):
            cut[field.name] = tuple(values[k] for k in skus.tolist())
        elif field.name != "skus":
            cut[field.name] = values[skus]
    return Products(**cut)
