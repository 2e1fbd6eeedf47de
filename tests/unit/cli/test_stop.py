"""A signal ends the command in seconds, with its own exit code and no traceback."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from prepos.cli.stop import Stopped, stop_on_signals

HEARD = """
import signal, sys
from prepos.cli import app
def wait():
    print("ready", flush=True)
    signal.pause()
app.app = lambda **_: wait()
sys.exit(app.main([]))
"""

BUSY = """
import hashlib, sys
from prepos.cli import app, stop
stop.GRACE_S = 0.1
def work():
    print("ready", flush=True)
    hashlib.pbkdf2_hmac("sha256", b"", b"", 2**31 - 1)  # minutes in C, where no handler runs
app.app = lambda **_: work()
sys.exit(app.main([]))
"""


LOST = """
import signal, sys
from prepos.cli import app, stop
stop.GRACE_S = 20.0
class Freed:
    def __del__(self):
        print("ready", flush=True)
        signal.pause()
def work():
    Freed()
    signal.pause()
app.app = lambda **_: work()
sys.exit(app.main([]))
"""


@pytest.mark.parametrize("program", [HEARD, BUSY, LOST], ids=["heard", "busy", "lost"])
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_signal_ends_the_command(program: str, number: signal.Signals, code: int) -> None:
    """Ctrl-C and SIGTERM end in 130 and 143, even while C code does not listen."""
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == "ready\n"
        run.send_signal(number)
        _, told = run.communicate(timeout=30)
    assert (run.returncode, told) == (
        code,
        f"prepos: stopped by {number.name}; what is published is whole\n",
    )


def test_signals_are_as_before_afterwards() -> None:
    """The handlers of whoever called are put back."""
    before = signal.getsignal(signal.SIGTERM)
    with stop_on_signals():
        assert signal.getsignal(signal.SIGTERM) != before
    assert signal.getsignal(signal.SIGTERM) == before


def test_stop_is_no_error_that_anyone_catches() -> None:
    """A handler of errors lets it pass."""
    assert not issubclass(Stopped, Exception)
