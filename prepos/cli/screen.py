"""Where things are printed: results on standard output, progress on a terminal's standard error.

With ``--json`` one object goes to standard output; tables then go to standard error, and only if a
person sits there.
"""

from __future__ import annotations

import codecs
import io
import json
import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from prepos.cli.json_log import json_log
from prepos.core.progress import SILENT, Event, Progress
from prepos.errors import WriteError

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

WIDTH = 100  # columns, where the output is no terminal
UTF_8, SPELLED = "utf-8", "backslashreplace"
COLOURS = {"info": "dim", "warning": "yellow", "error": "red"}  # of an event's level


@dataclass(frozen=True, slots=True)
class Screen:
    """How one command talks."""

    as_json: bool = False
    quiet: bool = False

    def show(
        self, page: RenderableType, payload: Mapping[str, Any], *, folder: Path | None = None
    ) -> None:
        """Print a result: the page for a person, the payload as JSON, or the folder alone."""
        if self.as_json:
            if sys.stderr.isatty() and not self.quiet:
                console_on(sys.stderr).print(page)
            plain = not takes_all_letters()
            write_out(json.dumps(payload, indent=2, ensure_ascii=plain, allow_nan=False) + "\n")
        elif self.quiet:
            write_out(f"{folder}\n" if folder else "")
        else:
            write_out(rendered(page))

    @contextmanager
    def progress(self, log: str = "text") -> Iterator[Progress]:
        """Give who listens to the steps: JSON lines, a terminal, or nobody.

        ``log`` is ``run.log``: "json" writes a line an event to standard error, whatever it is.
        """
        if log == "json":
            with json_log(sys.stderr, errors=not self.as_json) as lines:
                yield lines
            return
        if self.quiet or not sys.stderr.isatty():
            yield SILENT
            return
        with console_on(sys.stderr).status("starting") as status:
            steps = Steps(status.console.print, status.update)
            yield steps
            steps.end()


class Steps:
    """Shows the step under way, and the time each one took."""

    def __init__(self, tell: Any, update: Any) -> None:
        self._tell = tell
        self._update = update
        self._name = ""
        self._since = time.perf_counter()

    def step(self, name: str, total: int | None = None) -> None:
        """Begin a step."""
        self.end()
        self._name = f"{name} ({total:,})" if total is not None else name
        self._since = time.perf_counter()
        self._update(self._name)

    def tell(self, event: Event) -> None:
        """Show an event that is no stage's end: those are ticked off as the next step begins."""
        if not event.stage:
            colour = COLOURS[event.level]
            self._tell(f"  [{colour}]{escaped(event.message)}[/{colour}]", highlight=False)

    def end(self) -> None:
        """Say how long the step took."""
        if self._name:
            seconds = time.perf_counter() - self._since
            self._tell(f"[green]✓[/green] {self._name} [dim]{seconds:.1f} s[/dim]", highlight=False)
            self._name = ""


def escaped(text: str) -> str:
    """Return a text with nothing in it that would be read as markup."""
    from rich.markup import escape

    return escape(text)


def console_on(stream: IO[str]) -> Console:
    """Return a console on the stream, as wide as its terminal."""
    from rich.console import Console

    return Console(file=stream, highlight=False, width=None if stream.isatty() else WIDTH)


def rendered(page: RenderableType) -> str:
    """Return the page as text for standard output, with colours if that is a terminal."""
    console = console_on(sys.stdout)
    with console.capture() as capture:
        console.print(page)
    return capture.get()


def write_out(text: str) -> None:
    """Write to standard output; a reader that has gone has had enough, and that is no error.

    Raises
    ------
    WriteError
        Where it leads to a file that cannot be written.
    """
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0) from None
    except OSError as error:
        raise WriteError(f"cannot write to standard output: {error.strerror or error}") from error


def open_streams() -> None:
    """Let a stream that is closed swallow what is said, and spell out letters that it lacks.

    In another locale a stream may have neither arrows nor umlauts, and a path may be no text.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding=UTF_8, errors=SPELLED))  # noqa: SIM115
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=SPELLED)


def takes_all_letters() -> bool:
    """Return whether standard output is UTF-8: else JSON is to spell letters out itself."""
    encoding = getattr(sys.stdout, "encoding", None) or UTF_8
    return codecs.lookup(encoding).name == UTF_8
