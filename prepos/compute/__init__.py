"""Independent pieces of long work, one after another or on many cores and machines.

Whatever the executor and the number of workers, results come in the order of the blocks, and a
block's result depends on nothing but what it was given. A name is imported when it is first used:
the configuration's options need no workers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from prepos.core.lazily import lazy_names

if TYPE_CHECKING:
    from prepos.compute.blocks import Block, Pool, Watch
    from prepos.compute.opening import open_pool
    from prepos.compute.options import EXECUTORS, ComputeOptions

__all__ = ["EXECUTORS", "Block", "ComputeOptions", "Pool", "Watch", "open_pool"]
_HOMES = {
    "EXECUTORS": "prepos.compute.options",
    "Block": "prepos.compute.blocks",
    "ComputeOptions": "prepos.compute.options",
    "Pool": "prepos.compute.blocks",
    "Watch": "prepos.compute.blocks",
    "open_pool": "prepos.compute.opening",
}
__getattr__ = lazy_names(__name__, _HOMES)
