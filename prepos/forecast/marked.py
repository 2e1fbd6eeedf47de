"""What models share that read one history at several marks.

A model hands out its means at any period of the history, each from what lay before that period
alone; so one pass serves the cutoff and all training origins.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from prepos.core.demand import Forecast, History
from prepos.core.snapshot import Snapshot
from prepos.core.types import AnyArray, IntArray
from prepos.forecast.spec import ModelSpec
from prepos.forecast.training import training_origins
from prepos.forecast.widths import with_widths


class MeansAt(Protocol):
    """A model's means of the cells of a history."""

    def __call__(self, history: History, marks: IntArray, steps: int, /) -> AnyArray:
        """Return (O, steps or 1, C) units per period ahead of each mark.

        ``marks`` (O,) are rising numbers of periods that are known; what lies after a mark may not
        be looked at. The second axis has length 1 where all periods ahead are alike.
        """
        ...


def marked_forecast(snapshot: Snapshot, spec: ModelSpec, name: str, means_at: MeansAt) -> Forecast:
    """Return the forecast of a model that hands out its means at marks.

    Raises
    ------
    DemandError
        Where no order lies before the cutoff.
    """
    training = training_origins(snapshot, spec.origins)
    history, horizon = training.history, snapshot.periods.horizon
    length = history.units.shape[1]
    marks = np.array([*(length - back for back in training.backs), length], dtype=np.int64)
    found = means_at(history, marks, horizon)
    mean = np.zeros((horizon, len(history.regions), len(history.skus)))
    mean[:, history.region, history.sku] = found[-1]
    return with_widths(
        snapshot,
        {name: mean.sum(axis=0)},
        mean,
        training=training,
        past=np.broadcast_to(training.spread(found[:-1, : training.steps]), training.shape),
        model=name,
    )
