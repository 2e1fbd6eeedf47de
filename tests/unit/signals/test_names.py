"""The names that a spec may use are those that there is code for."""

from __future__ import annotations

from prepos.signals.names import OWN_SIGNALS, SIGNAL_NAMES
from prepos.signals.registry import SIGNALS


def test_every_name_has_its_signal_and_none_is_left_out() -> None:
    """In the same order; a forecast of the user's own is none of ours."""
    assert tuple(SIGNALS) == SIGNAL_NAMES
    assert {*SIGNAL_NAMES} - {*OWN_SIGNALS} == {"given"}
