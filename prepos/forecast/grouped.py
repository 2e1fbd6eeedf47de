"""The forecast of groups of regions: the sum is fitted as a sum.

Regions rise and fall together, so a sum's width is neither that of one region nor that of
independent ones: it is fitted on what the sums were in the past. Only a forecast without a past
(a given one) takes its regions as independent.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sparse

from prepos.core.axes import Axis
from prepos.core.demand import Backcast, Forecast
from prepos.core.types import AnyArray, FloatArray, IntArray
from prepos.errors import DemandError
from prepos.forecast.dispersion import fit_by_size
from prepos.forecast.given import relative


def grouped(forecast: Forecast, group_of_region: IntArray, groups: Axis) -> Forecast:
    """Return the forecast of each group's sum.

    Parameters
    ----------
    group_of_region : (R,) int
        Position on ``groups``; -1 leaves a region out.
    groups : Axis

    Raises
    ------
    DemandError
        Where a position is not on the axis.
    """
    members = _membership(group_of_region, groups)
    mean, total = _sum(members, forecast.mean), _sum(members, forecast.total_mean)
    past = forecast.backcast
    if past is None:
        dispersion = _independent(members, forecast.mean, forecast.dispersion)
        total_dispersion = _independent(members, forecast.total_mean, forecast.total_dispersion)
    else:
        past = _past_of(members, past) if past.listed is None else _past_listed(members, past)
        size = forecast.order_size
        taught = None if size is None else size[past.skus]
        dispersion = fit_by_size(past.mean, past.units, taught).at(mean, size)
        sums = past.mean.sum(axis=1), past.units.sum(axis=1)
        total_dispersion = fit_by_size(*sums, taught).at(total, size)
    return Forecast(
        groups,
        forecast.skus,
        forecast.periods,
        mean=mean,
        dispersion=dispersion,
        total_mean=total,
        total_dispersion=total_dispersion,
        signals={name: _sum(members, part) for name, part in forecast.signals.items()},
        backcast=past,
        order_size=forecast.order_size,
    )


def _past_of(members: sparse.csr_array, past: Backcast) -> Backcast:
    """Return what was said and what came of each group (O, H, G, K)."""
    return Backcast(_sum(members, past.mean), _sum(members, past.units), past.skus)


def _past_listed(members: sparse.csr_array, past: Backcast) -> Backcast:
    """Return the same where cells are listed: each counts for those that it stands for."""
    listed = past.listed
    if listed is None:
        return past
    skus, column = np.unique(past.skus, return_inverse=True)
    of_cell = sparse.coo_array(members[:, listed.region])
    groups, cells = members.shape[0], of_cell.coords[1]
    shape = (groups * len(skus), len(past.skus))
    row = of_cell.coords[0] * len(skus) + column[cells]
    adds = sparse.csr_array((listed.weight[cells], (row, cells)), shape=shape)
    mean, units = (
        (adds @ values.reshape(-1, len(past.skus)).T).T.astype(np.float32)
        for values in (past.mean, past.units)
    )
    into = (*past.mean.shape[:2], groups, len(skus))
    return Backcast(mean.reshape(into), units.reshape(into), skus)


def _membership(group_of_region: IntArray, groups: Axis) -> sparse.csr_array:
    """Return (G, R): 1 where the region belongs to the group."""
    if len(group_of_region) and not -1 <= group_of_region.min() <= group_of_region.max() < len(
        groups
    ):
        raise DemandError(
            f"group_of_region runs from {group_of_region.min()} to {group_of_region.max()}, "
            f"expected -1 to {len(groups) - 1}"
        )
    region = np.flatnonzero(group_of_region >= 0)
    shape = (len(groups), len(group_of_region))
    return sparse.csr_array((np.ones(len(region)), (group_of_region[region], region)), shape=shape)


def _sum(members: sparse.csr_array, values: AnyArray) -> AnyArray:
    """Return (..., R, K) summed to (..., G, K), in the values' own type."""
    flat = values.reshape(-1, *values.shape[-2:])
    result = np.empty((len(flat), members.shape[0], values.shape[-1]), dtype=values.dtype)
    for number, layer in enumerate(flat):
        result[number] = members @ layer
    return result.reshape(*values.shape[:-2], *result.shape[1:])


def _independent(members: sparse.csr_array, mean: FloatArray, dispersion: FloatArray) -> FloatArray:
    """Return the sums' dispersion where the regions' variances add up."""
    return relative(_sum(members, dispersion * mean**2), _sum(members, mean))
