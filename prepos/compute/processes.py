"""Blocks on this machine's cores: worker processes that are started afresh, one block at a time.

A pool's workers know what each of them is doing, so that when one dies its block is known, the
others go on, and the block is tried again on a new one. Workers lead sessions of their own: Ctrl-C
reaches the command alone, which ends them, with the solvers they started. They end by themselves
when the command is gone, however it went.
"""

from __future__ import annotations

import os
import signal
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait

from prepos.compute.blocks import (
    TRIES,
    Answer,
    Answers,
    Block,
    Given,
    Made,
    Watch,
    do_packed,
    pack,
    unpack,
    worker_died,
)
from prepos.core.kernels import most_threads

GRACE_S = 1.0  # that an idle worker is given to end by itself
# of libraries that read NAME_NUM_THREADS as they are loaded
THREADS_OF = ("OMP", "OPENBLAS", "MKL", "BLIS")


class Worker:
    """A process that does one block at a time."""

    def __init__(self, threads: int) -> None:
        spawn = get_context("spawn")  # threads of compiled loops do not survive a fork
        self.connection, far_end = spawn.Pipe()
        self._process = spawn.Process(target=serve, args=(far_end, threads), daemon=True)
        with held_back(), surrounded_by(library_threads(threads)):
            self._process.start()
        far_end.close()

    def begin(self, task: bytes) -> None:
        """Give it a block; that it is dead shows when its answer is read."""
        with suppress(OSError):
            self.connection.send_bytes(task)

    def answer(self) -> Answer | None:
        """Return what came of its block; None if it died."""
        try:
            return unpack(self.connection.recv_bytes())
        except (EOFError, OSError):
            return None

    def end(self) -> None:
        """Let it end by itself: it has nothing to do."""
        self.connection.close()
        self._process.join(GRACE_S)
        self.kill()

    def kill(self) -> str:
        """End it with all that it started; return how it ended."""
        if hasattr(os, "killpg") and self._process.pid:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()
        self._process.join()
        self.connection.close()
        return how_it_ended(self._process.exitcode or 0)


class Processes:
    """Does blocks on so many worker processes."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._workers: list[Worker] = []

    def __enter__(self) -> Processes:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        for worker in self._workers:
            if kind is None:
                worker.end()
            else:
                worker.kill()

    def run(
        self,
        work: Callable[[Given], Made],
        blocks: Sequence[Block[Given]],
        watch: Watch,
        *,
        title: str,
    ) -> list[Made]:
        """Return what the work makes of each block, in their order."""
        answers, deaths = Answers(blocks, watch), Counter[int]()
        waiting, busy = deque(range(len(blocks))), dict[Worker, int]()
        with watch.stage(title), self._without_those_of(busy):
            while busy or answers.want_more(waiting):
                if answers.want_more(waiting):
                    self._staff(min(self._count, len(busy) + len(waiting)))
                for worker in [each for each in self._workers if each not in busy]:
                    if answers.want_more(waiting):
                        busy[worker] = waiting.popleft()
                        worker.begin(pack(work, blocks[busy[worker]]))
                for worker in heard(busy):
                    number = busy.pop(worker)
                    answer = worker.answer()
                    if answer is None:
                        deaths[number] += 1
                        how = self._bury(worker)
                        if deaths[number] < TRIES:
                            waiting.appendleft(number)
                            continue
                        answer = Answer(error=worker_died(blocks[number].name, how))
                    answers.take(number, answer)
                answers.settle([*busy.values(), *waiting])
        return answers.in_order()

    @contextmanager
    def _without_those_of(self, busy: dict[Worker, int]) -> Iterator[None]:
        """End the workers that are still busy: what they would answer nobody asks for."""
        try:
            yield
        finally:
            for worker in busy:
                self._workers.remove(worker)
                worker.kill()

    def _staff(self, count: int) -> None:
        """Start workers until there are so many; those beyond are left idle."""
        threads = max(1, most_threads() // self._count)
        self._workers += [Worker(threads) for _ in range(count - len(self._workers))]

    def _bury(self, worker: Worker) -> str:
        """Leave one out that died; return how it ended."""
        self._workers.remove(worker)
        return worker.kill()


def heard(busy: dict[Worker, int]) -> list[Worker]:
    """Return the workers that have answered or died, once there is one."""
    ready = wait([worker.connection for worker in busy])
    return [worker for worker in busy if worker.connection in ready]


def how_it_ended(code: int) -> str:
    """Return a process's end in words."""
    return f"exit code {code}" if code >= 0 else f"killed by {signal.Signals(-code).name}"


@contextmanager
def held_back() -> Iterator[None]:
    """Hold Ctrl-C back; a process that is started within never hears it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    kept = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, kept)


def library_threads(most: int) -> dict[str, str]:
    """Return the variables that let linear algebra run on so many threads at most."""
    names = [f"{name}_NUM_THREADS" for name in THREADS_OF]
    return {name: str(min(most, number_of(os.environ.get(name)) or most)) for name in names}


def number_of(told: str | None) -> int:
    """Return a variable's whole number; 0 where it is none."""
    return int(told) if told is not None and told.isdecimal() else 0


@contextmanager
def surrounded_by(variables: Mapping[str, str]) -> Iterator[None]:
    """Set variables of the environment for processes that are started within."""
    kept = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, told in kept.items():
            if told is None:
                del os.environ[name]
            else:
                os.environ[name] = told


def serve(connection: Connection, threads: int) -> None:
    """Be a worker: do what comes, until the other end is closed."""
    if hasattr(os, "setsid"):
        os.setsid()
    threading.Thread(target=end_with_parent, daemon=True).start()
    with suppress(EOFError, OSError):
        while True:
            connection.send_bytes(do_packed(connection.recv_bytes(), threads))


def end_with_parent() -> None:
    """Wait for the command to be gone, and end this process with all that it started."""
    parent = parent_process()
    if parent is None:
        return
    parent.join()
    if hasattr(os, "killpg"):
        os.killpg(0, signal.SIGKILL)
    os._exit(1)
