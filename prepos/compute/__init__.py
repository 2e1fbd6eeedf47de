"""Independent pieces of long work, one after another or on many cores and machines.

Whatever the executor and the number of workers, results come in the order of the blocks, and a
block's result depends on nothing but what it was given.
"""

from __future__ import annotations

from prepos.compute.blocks import Block, Pool, Watch
from prepos.compute.opening import open_pool
from prepos.compute.options import EXECUTORS, ComputeOptions

__all__ = ["EXECUTORS", "Block", "ComputeOptions", "Pool", "Watch", "open_pool"]
