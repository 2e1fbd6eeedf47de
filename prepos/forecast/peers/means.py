"""A peer's means by cutoff, each made once, and the forecast that comes of them."""

from __future__ import annotations

import time
from collections.abc import MutableMapping
from datetime import date

import numpy as np

from prepos.core.demand import Forecast
from prepos.core.kernels import Float32Array
from prepos.core.snapshot import Snapshot
from prepos.forecast.peers.peer import Peer, Settings
from prepos.forecast.training import training_origins
from prepos.forecast.widths import with_widths

Store = MutableMapping[tuple[str, date], tuple[Float32Array, float]]
"""A peer's means (H, R, K) and the seconds they took, by its name and the cutoff."""


class Means:
    """A peer that remembers what it said at each cutoff.

    Parameters
    ----------
    first : Snapshot
        The first cutoff that is scored: settings are chosen on what was known there.
    store : mapping
        Where means are kept; what it holds already is not made again.
    """

    def __init__(self, peer: Peer, first: Snapshot, store: Store) -> None:
        self.peer = peer
        self._first = first
        self._store = store
        self._settings: Settings | None = None

    def at(self, snapshot: Snapshot) -> tuple[Float32Array, float]:
        """Return the means (H, R, K) at the snapshot's cutoff and the seconds they took."""
        key = (self.peer.name, snapshot.periods.cutoff)
        if key not in self._store:
            if self._settings is None:
                self._settings = self.peer.tune(self._first)
            begun = time.perf_counter()
            means = self.peer.means(snapshot, self._settings).astype(np.float32)
            self._store[key] = means, time.perf_counter() - begun
        return self._store[key]


def peer_forecast(means: Means, snapshot: Snapshot, origins: int) -> tuple[Forecast, float, float]:
    """Return the peer's forecast with the widths of its own past forecasts.

    Its units are negative binomial, by level of the mean and by order size; that units may be told
    as orders times sizes is a part of our models.

    Parameters
    ----------
    origins : int
        Past cutoffs that the widths are fitted on.

    Returns
    -------
    Forecast, seconds of its means, seconds of all that it takes.
    """
    mean, fit_seconds = means.at(snapshot)
    training = training_origins(snapshot, origins)
    past = np.zeros(training.shape, dtype=np.float32)
    seconds = fit_seconds
    for origin, earlier in enumerate(training.snapshots()):
        said, spent = means.at(earlier)
        past[origin] = said[: training.steps, :, training.skus]
        seconds += spent
    begun = time.perf_counter()
    whole = mean.astype(np.float64)
    forecast = with_widths(
        snapshot,
        {means.peer.name: whole.sum(axis=0)},
        whole,
        training=training,
        past=past,
        model=means.peer.name,
        refined=False,
    )
    return forecast, fit_seconds, seconds + time.perf_counter() - begun
