"""What a block is, how it travels to a worker, and how its result or its error travels back.

Work is a function at the top of a module: a worker imports it by name. What a block is given, and
what it makes, must be picklable. Pickles are read from workers that prepos itself started, or from
the cluster that the configuration names; none is kept.
"""

from __future__ import annotations

import pickle
import traceback
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Generic, Protocol, TypeVar, cast

from prepos.core.codes_of_runs import WORKER_DIED
from prepos.core.kernels import use_threads
from prepos.errors import ExternalError, InternalError

Given = TypeVar("Given")
Made = TypeVar("Made")
TRIES = 2  # workers that may die of one block, until it is given up


@dataclass(frozen=True, slots=True)
class Block(Generic[Given]):
    """A piece of work: what is being done, such as "replaying nearest", and what it is given."""

    name: str
    given: Given


class Watch(Protocol):
    """Is told what is done; a stopwatch is one."""

    def stage(self, name: str) -> AbstractContextManager[object]:
        """Time what is done within."""
        ...

    def note(self, name: str, seconds: float) -> None:
        """Take note of a piece that was done beside others."""
        ...


class Pool(Protocol):
    """Does blocks; opened and closed by ``with``."""

    def run(
        self,
        work: Callable[[Given], Made],
        blocks: Sequence[Block[Given]],
        watch: Watch,
        *,
        title: str,
    ) -> list[Made]:
        """Return what the work makes of each block, in their order.

        ``title`` says what all of them are, such as "replaying 7 policies".

        Raises
        ------
        ExternalError
            If workers died of a block, or there is no cluster.
        Exception
            What the first block in their order that failed has raised.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of a block: what it made, or its error."""

    made: Any = None
    error: Exception | None = None
    seconds: float = 0.0


def pack(work: Callable[[Given], Made], block: Block[Given]) -> bytes:
    """Return the work and what the block is given, for a worker."""
    return pickle.dumps((work, block.given), pickle.HIGHEST_PROTOCOL)


def unpack(answer: bytes) -> Answer:
    """Return what a worker answered."""
    return cast("Answer", pickle.loads(answer))


def do_packed(task: bytes, threads: int) -> bytes:
    """Do a block in a worker, its kernels on so many threads; return the answer, packed."""
    begun = perf_counter()
    use_threads(threads)
    try:
        work, given = pickle.loads(task)
        made = work(given)
        return pickle.dumps(
            Answer(made=made, seconds=perf_counter() - begun), pickle.HIGHEST_PROTOCOL
        )
    except Exception as error:
        error.add_note(f"in a worker:\n{traceback.format_exc()}")
        return pickle.dumps(Answer(error=fit_to_travel(error), seconds=perf_counter() - begun))


def fit_to_travel(error: Exception) -> Exception:
    """Return the error if it can be made again from its pickle, else one that tells of it."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return InternalError(f"{type(error).__name__}: {error}")
    return error


def worker_died(name: str, how: str) -> ExternalError:
    """Return the error that names the block of which workers died."""
    return ExternalError(
        f"{name}: its worker died {TRIES} times, {how}; expected it to end by itself, is there "
        f"memory for so many workers? `prepos explain {WORKER_DIED}` tells more"
    )


class Answers:
    """What came of blocks that are done beside each other."""

    def __init__(self, blocks: Sequence[Block[Any]], watch: Watch) -> None:
        self._blocks, self._watch = blocks, watch
        self._made: dict[int, Any] = {}
        self._failed: dict[int, Exception] = {}

    def want_more(self, waiting: Sequence[int]) -> bool:
        """Return whether the next block that waits is to be begun: none is behind a failed one."""
        return bool(waiting) and waiting[0] < min(self._failed, default=len(self._blocks))

    def take(self, number: int, answer: Answer) -> None:
        """Keep what came of a block."""
        name = self._blocks[number].name
        if answer.error is not None:
            self._failed[number] = answer.error
            return
        self._made[number] = answer.made
        self._watch.note(name, answer.seconds)

    def settle(self, under_way: Iterable[int]) -> None:
        """Raise the error of the first block that failed, unless one before it may still fail."""
        if self._failed and min(self._failed) < min(under_way, default=len(self._blocks)):
            raise self._failed[min(self._failed)]

    def in_order(self) -> list[Any]:
        """Return what was made, in the order of the blocks."""
        return [self._made[number] for number in range(len(self._blocks))]
