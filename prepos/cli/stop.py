"""Ctrl-C and SIGTERM end a command within seconds, without a traceback.

Python runs a signal's handler only between its own instructions, and a solver may not come back to
them for minutes. So a thread listens too: if the command has not ended by itself after a grace, the
process is ended, and what was written so far, being unpublished, is left for the next run to clear.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from types import FrameType

GRACE_S = 3.0
AGAIN_S = 0.05  # until a signal that was lost is sent once more
SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stopped(BaseException):
    """The command was told to stop; no handler of errors catches it."""

    def __init__(self, number: int) -> None:
        super().__init__(f"stopped by {signal.Signals(number).name}; what is published is whole")
        self.number = number
        self.exit_code = 128 + number


@contextmanager
def stop_on_signals() -> Iterator[None]:
    """Raise `Stopped` on Ctrl-C or SIGTERM; end the process where that is not heard."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    ear, mouth = socket.socketpair()
    mouth.setblocking(False)
    kept = {number: signal.signal(number, _stop) for number in SIGNALS}
    kept_hook = sys.unraisablehook
    sys.unraisablehook = partial(_say_again, kept_hook)
    kept_ear = signal.set_wakeup_fd(mouth.fileno(), warn_on_full_buffer=False)
    done = threading.Event()
    threading.Thread(target=_listen, args=(ear, done), daemon=True).start()
    try:
        yield
    finally:
        done.set()
        signal.set_wakeup_fd(kept_ear)
        sys.unraisablehook = kept_hook
        for number, handler in kept.items():
            signal.signal(number, handler)
        mouth.close()


def _stop(number: int, _frame: FrameType | None) -> None:
    """Handle the signal."""
    raise Stopped(number)


def _say_again(
    otherwise: Callable[[sys.UnraisableHookArgs], object], lost: sys.UnraisableHookArgs
) -> None:
    """Send a signal once more that came where nothing can be raised, as while objects are freed."""
    if isinstance(lost.exc_value, Stopped):
        threading.Timer(AGAIN_S, os.kill, (os.getpid(), lost.exc_value.number)).start()
    else:
        otherwise(lost)


def _listen(ear: socket.socket, done: threading.Event) -> None:
    """Wait for a signal's number; end the process if the command does not end itself in time."""
    with ear:
        while heard := ear.recv(1):
            if heard[0] in SIGNALS and not done.wait(GRACE_S):
                sys.stderr.write(f"prepos: {Stopped(heard[0])}\n")
                sys.stderr.flush()
                os._exit(128 + heard[0])
