"""Pieces of work, and policies, that workers import by name: some end the worker they are done in.

They are told of what was done before by files: a worker that died remembers nothing.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from prepos.core.policy import Dispatch
from prepos.core.snapshot import Snapshot
from prepos.core.stock import Stock
from prepos.errors import InputError

PLACE = "PREPOS_TEST_PLACE"  # the variable that names the folder of those files


@dataclass
class Told:
    """What a watch was told."""

    stages: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        self.stages.append(name)
        yield

    def note(self, name: str, seconds: float) -> None:
        assert seconds >= 0.0
        self.notes.append(name)


class StubbornError(Exception):
    """An error that cannot be made again from its pickle."""

    def __init__(self, one: int, two: int) -> None:
        super().__init__(f"{one} and {two}")


def square(number: int) -> int:
    """Take the less time the later the block is."""
    time.sleep(0.01 * max(0, 4 - number))
    return number * number


def refuse_odd(number: int) -> int:
    if number % 2:
        time.sleep(0.05 * max(0, 4 - number))  # the first is refused the last
        raise InputError(f"{number} is odd")
    return number


def be_stubborn(number: int) -> int:
    raise StubbornError(number, number)


def run_out_of_memory(number: int) -> int:
    return len(np.zeros(1 << 50))


def own_pid(number: int) -> int:
    """Take a moment, so that all workers are asked."""
    time.sleep(0.05)
    return os.getpid()


def library_threads(number: int) -> tuple[str | None, list[int]]:
    """Return what the environment tells BLAS, and on how many threads each would run."""
    try:
        from threadpoolctl import threadpool_info
    except ImportError:
        return os.environ.get("OPENBLAS_NUM_THREADS"), []
    found = [int(one["num_threads"]) for one in threadpool_info() if one["user_api"] == "blas"]
    return os.environ.get("OPENBLAS_NUM_THREADS"), found


def die(given: tuple[int, int, str]) -> int:
    """Die in the midst of block 1 the first so many times."""
    number, times, place = given
    if number == 1:
        end_worker(Path(place), times)
    return number


def end_worker(place: Path, times: int) -> None:
    """Kill this process, unless that was done so many times."""
    done = len(list(place.glob("death*")))
    if done < times:
        (place / f"death{done}").touch()
        os.kill(os.getpid(), signal.SIGKILL)


class Deadly:
    """Sends nothing, and ends the worker it decides in: at its second decision, so many times."""

    def __init__(self, times: int) -> None:
        self.times = times
        self.decisions = 0

    def decide(self, snapshot: Snapshot, stock: Stock) -> Dispatch:
        self.decisions += 1
        if self.decisions == 2:
            end_worker(Path(os.environ[PLACE]), self.times)
        none = np.zeros(0, dtype=np.int64)
        return Dispatch(lane=none, sku=none, ships_on=none.astype("datetime64[D]"), quantity=none)


def deadly_once() -> Deadly:
    return Deadly(1)


def deadly_always() -> Deadly:
    return Deadly(99)


def sleep_in(place: str) -> None:
    """Tell which process this is, and do not come back."""
    told = Path(place) / f"{os.getpid()}.tmp"
    told.touch()
    told.rename(told.with_suffix(".pid"))
    time.sleep(600)


class Sleeper:
    """Tells which process it is in, and does not come back."""

    def decide(self, snapshot: Snapshot, stock: Stock) -> Dispatch:
        sleep_in(os.environ[PLACE])
        raise AssertionError("nobody ended it")
