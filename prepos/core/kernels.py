"""Loops that numba compiles, shared out over the processor's cores.

A kernel loops over series with ``each`` and writes each series' result to its own place, so
results do not depend on the number of threads. Processes that call kernels must be started afresh
(spawn or forkserver): the threads' library ends a process that was forked after their use. Compiled
code is kept on disk for the next start; where no folder can be written to, it is compiled anew each
time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import numpy as np
from numba import config, njit, prange, set_num_threads
from numpy.typing import NDArray

Float32Array = NDArray[np.float32]
Kernel = TypeVar("Kernel", bound=Callable[..., object])

REORDERED = {"reassoc", "contract"}  # without it a sum runs number by number

each: Callable[[int], range] = prange


def kernel(function: Kernel) -> Kernel:
    """Return the function compiled; its loops over ``each`` run on all cores."""
    return _compile(function, parallel=True)


def vector_kernel(function: Kernel) -> Kernel:
    """Return a kernel whose sums the compiler may take in an order that is quicker."""
    return _compile(function, parallel=True, fastmath=REORDERED)


def serial_vector_kernel(function: Kernel) -> Kernel:
    """Return the function compiled for one core; its sums may be taken in an order that is quicker.

    The order is the same whenever it is called.
    """
    return _compile(function, fastmath=REORDERED)


def serial_kernel(function: Kernel) -> Kernel:
    """Return the function compiled for one core."""
    return _compile(function)


def _compile(function: Kernel, **options: object) -> Kernel:
    """Compile with a cache on disk where there is a place for one."""
    try:
        return cast("Kernel", njit(cache=True, error_model="numpy", **options)(function))
    except RuntimeError:  # numba has found no folder that it may write to
        return cast("Kernel", njit(error_model="numpy", **options)(function))


def most_threads() -> int:
    """Return how many threads kernels may run on."""
    return int(config.NUMBA_NUM_THREADS)


def use_threads(count: int) -> None:
    """Let kernels that are called from this thread run on so many threads at most."""
    set_num_threads(max(1, min(count, most_threads())))
