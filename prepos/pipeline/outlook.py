"""What is expected at a cutoff, as the plan and every other policy read it: demand by catchment."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np

from prepos.config import Config
from prepos.core.demand import Forecast
from prepos.core.network import Network
from prepos.core.outlook import Outlook
from prepos.core.snapshot import Snapshot
from prepos.forecast.grouped import grouped
from prepos.forecast.make import make_forecast
from prepos.forecast.spans import span_dispersion
from prepos.plan import make_catchments, planning_window


def look_ahead(config: Config, network: Network, forecast: Forecast) -> Outlook:
    """Return demand by catchment, how far every span of the planning window scatters, the rest."""
    weights = above_floor(forecast, config.forecast.floor)
    catchments = make_catchments(network, weights, config.plan.near)
    demand = grouped(forecast, catchments.of_region, catchments.axis)
    window = planning_window(network, demand.periods, config.plan)
    return Outlook(
        demand=demand,
        dispersion=span_dispersion(demand, window.horizon),
        catchments=catchments,
        window=window,
    )


def above_floor(forecast: Forecast, floor: float) -> Forecast:
    """Return the forecast with totals below the floor as zero: weights as the files tell."""
    told = np.where(forecast.total_mean > floor, forecast.total_mean, 0.0)
    return replace(forecast, total_mean=told)


Seen = dict[tuple[date, str], Outlook]
"""What is expected, by cutoff and by what is believed."""


def forecast_of(config: Config) -> str:
    """Return all that shapes what a configuration forecasts, as a text."""
    return repr((config.spec, config.forecast))


def belief_of(config: Config) -> str:
    """Return all that shapes what it expects of that: for whom, and for how many periods."""
    return repr((forecast_of(config), config.plan.near, config.plan.cover))


@dataclass(frozen=True, slots=True)
class Lookout:
    """Look ahead from snapshots of one course of orders, from each cutoff once.

    ``seen`` may be shared by lookouts of several configurations: those that believe the same share
    what they see.
    """

    config: Config
    seen: Seen = field(default_factory=dict)

    def __call__(self, snapshot: Snapshot) -> Outlook:
        """Return what is expected at the snapshot's cutoff."""
        config = self.config
        key = snapshot.periods.cutoff, belief_of(config)
        if key not in self.seen:
            forecast = make_forecast(snapshot, config.spec, config.forecast)
            self.seen[key] = look_ahead(config, snapshot.network, forecast)
        return self.seen[key]
