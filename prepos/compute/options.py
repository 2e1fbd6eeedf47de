"""Where blocks of work are done."""

from __future__ import annotations

import os
from dataclasses import dataclass

EXECUTORS = ("serial", "process", "dask")


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputeOptions:
    """Who does the blocks.

    Attributes
    ----------
    executor : str
        ``serial``, ``process`` or ``dask``.
    workers : int
        0 for as many as there are cores; of a dask cluster that runs already, all.
    scheduler : str or None
        Address of dask's scheduler; None for a cluster of this machine, for as long as it lasts.
    """

    executor: str = "serial"
    workers: int = 0
    scheduler: str | None = None

    @property
    def worker_count(self) -> int:
        """Workers of this machine, 1 or more."""
        return self.workers or own_cores()


def own_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
