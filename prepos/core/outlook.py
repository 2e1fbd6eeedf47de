"""What is expected at a cutoff: demand by catchment, how far it scatters, and who can serve it."""

from __future__ import annotations

from dataclasses import dataclass

from prepos.core.demand import Forecast
from prepos.core.periods import Periods
from prepos.core.transfer import Catchments
from prepos.core.types import FloatArray


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Outlook:
    """Demand over the planning window.

    Attributes
    ----------
    demand : Forecast
        By catchment: the same groups, in the same order, as ``catchments``. Its horizon may be
        longer than the window.
    dispersion : (P, Z, K) float
        Of the demand of every span of the window's periods, by ``span_number``.
    catchments : Catchments
    window : Periods
        The cutoff, and as many periods as stock is held for.
    """

    demand: Forecast
    dispersion: FloatArray
    catchments: Catchments
    window: Periods
