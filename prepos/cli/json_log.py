"""``run.log = "json"``: each stage, notice and error as one line of JSON on standard error.

Every line has the same keys, so that a collector needs no rule of its own; what an event does not
know is null.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TextIO

from prepos.cli.stop import Stopped
from prepos.core.progress import Event
from prepos.errors import InputError, PreposError, UnchangedError


class JsonLog:
    """Writes events as they come; a step is told when it ends."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.run_id = ""
        self.under_way = ""

    def step(self, name: str, total: int | None = None) -> None:
        """Keep the stage under way: its end tells how long it took, and its rows."""
        del total
        self.under_way = name

    def tell(self, event: Event) -> None:
        """Write one line."""
        self.run_id = event.run_id or self.run_id
        self.under_way = "" if event.stage == self.under_way else self.under_way
        line = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "level": event.level,
            "run_id": self.run_id or None,
            "stage": event.stage or None,
            "rows": event.rows,
            "seconds": event.seconds,
            "message": event.message,
        }
        self._stream.write(json.dumps(line, ensure_ascii=False) + "\n")
        self._stream.flush()


@contextmanager
def json_log(stream: TextIO, *, errors: bool) -> Iterator[JsonLog]:
    """Give a log; what ends the command is its last lines, and with ``errors`` told there alone.

    Without ``errors`` it goes on, for who prints it as an object on standard output.
    """
    log = JsonLog(stream)
    try:
        yield log
    except (PreposError, Stopped) as error:
        faults = error.faults if isinstance(error, InputError) else ()
        for fault in faults:
            log.tell(Event(message=str(fault), level="error"))
        level = "info" if isinstance(error, UnchangedError) else "error"
        log.tell(Event(message=str(error), level=level, stage=log.under_way))
        if errors or isinstance(error, Stopped):
            raise SystemExit(error.exit_code) from error
        raise
