"""How long each stage took and how much memory the run needed at most, for the manifest."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import perf_counter
from typing import Any

from prepos.core.progress import SILENT, Event, Progress

if sys.platform != "win32":
    import resource

BYTES_PER_MB = 1_000_000
MAXRSS_BYTES = 1 if sys.platform == "darwin" else 1024  # unit of ru_maxrss; getrusage(2)


@dataclass(slots=True)
class Stage:
    """A stage under way; ``rows`` is how many it went through, where that is counted."""

    name: str
    rows: int | None = None


@dataclass(slots=True)
class Stopwatch:
    """Tells the progress what happens, and remembers how long each stage took.

    Attributes
    ----------
    run_id : str
        The run that is being made, once it has a name.
    under_way : str
        The stage that is going on or went wrong; empty between stages.
    """

    progress: Progress = SILENT
    stages_s: dict[str, float] = field(default_factory=dict)
    run_id: str = ""
    under_way: str = ""

    @contextmanager
    def stage(self, name: str) -> Iterator[Stage]:
        """Time one stage; a name used twice adds up."""
        self.progress.step(name)
        start = perf_counter()
        stage = Stage(name)
        self.under_way = name
        try:
            yield stage
        finally:
            taken = perf_counter() - start
            self.stages_s[name] = round(self.stages_s.get(name, 0.0) + taken, 3)
        self.under_way = ""
        self.tell(name, stage=name, rows=stage.rows, seconds=round(taken, 3))

    def note(self, name: str, seconds: float) -> None:
        """Take note of a piece of work that was done beside others, in another process."""
        self.stages_s[name] = round(self.stages_s.get(name, 0.0) + seconds, 3)
        self.tell(f"{name}: {seconds:.1f} s", seconds=round(seconds, 3))

    def tell(self, message: str, *, level: str = "info", **facts: Any) -> None:
        """Tell an event of this run."""
        self.progress.tell(Event(message=message, level=level, run_id=self.run_id, **facts))

    def timings(self) -> dict[str, Any]:
        """Return the present instant in UTC, seconds by stage, and the peak memory.

        That is null where the system does not tell.
        """
        return {
            "made_at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "stages_s": dict(self.stages_s),
            "peak_memory_mb": peak_memory_mb(),
        }


def peak_memory_mb() -> float | None:
    """Return the most memory this process ever held, None on Windows."""
    if sys.platform == "win32":
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak * MAXRSS_BYTES / BYTES_PER_MB, 1)
