"""The pool that the options ask for."""

from __future__ import annotations

from contextlib import AbstractContextManager

from prepos.compute.blocks import Pool
from prepos.compute.cluster import Cluster
from prepos.compute.options import ComputeOptions
from prepos.compute.processes import Processes
from prepos.compute.serial import Serial


def open_pool(options: ComputeOptions) -> AbstractContextManager[Pool]:
    """Return who does the blocks; workers are started with the first of them."""
    if options.executor == "process":
        return Processes(options.worker_count)
    if options.executor == "dask":
        return Cluster(options)
    return Serial()
