"""Commands in child processes that cost a fork each: their parent has imported prepos before.

The parent is a process of its own, since one that has run compiled loops cannot be forked.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Ended:
    """How a child ended: its exit code, minus the signal where it was killed, and what it told."""

    code: int
    told: str
    changes: int  # of files; 0 where it was killed

    def __str__(self) -> str:
        return f"exit {self.code} after {self.changes} changes: {self.told}"


class Nursery:
    """Forks children that run one command each."""

    def __init__(self) -> None:
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.nursery"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": path, "NUMBA_NUM_THREADS": "1"},
        )

    def __enter__(self) -> Nursery:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate(timeout=30)

    def start(
        self, words: Sequence[object], *, how: str = "", at: int = 0, **limits: object
    ) -> Callable[[], Ended]:
        """Start a command; return its end, to be waited for. ``pid`` is that of the child.

        ``how`` and ``at`` say which change of a file fails, and how; ``limits`` are those of
        ``prepare``.
        """
        told = tempfile.NamedTemporaryFile("r", suffix=".txt")  # noqa: SIM115
        wish = {"words": [*map(str, words)], "how": how, "at": at, "told": told.name, **limits}
        self.pid = int(self._ask(json.dumps(wish)))

        def end() -> Ended:
            code, changes = json.loads(self._ask("wait"))
            with told:
                return Ended(code, told.read(), changes)

        return end

    def run(self, words: Sequence[object], **wishes: Any) -> Ended:
        """Run a command to its end."""
        return self.start(words, **wishes)()

    def _ask(self, line: str) -> str:
        """Write a line to the parent, and return its answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        return self._process.stdout.readline()


def serve() -> None:
    """Fork a child for each line of standard input, and tell its number and its end."""
    import tests.faults.child as child

    with contextlib.redirect_stdout(io.StringIO()):
        child.main(["schema", "orders"])  # loads what any command does
    for line in sys.stdin:
        wish = json.loads(line)
        ear, mouth = os.pipe()
        pid = os.fork()
        if not pid:
            os.close(ear)
            child.live(wish, mouth)
        os.close(mouth)
        print(pid, flush=True)
        sys.stdin.readline()
        _, status = os.waitpid(pid, 0)
        with os.fdopen(ear) as counted:
            changes = int(counted.read() or 0)
        print(json.dumps([os.waitstatus_to_exitcode(status), changes]), flush=True)


if __name__ == "__main__":
    serve()
