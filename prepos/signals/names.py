"""Names of the signals, for who reads a spec alone; ``registry`` says which code they are."""

from __future__ import annotations

OWN_SIGNALS = ("own", "pool", "neighbours", "together", "due", "new_buyers", "intents")
SIGNAL_NAMES = (*OWN_SIGNALS, "given")
