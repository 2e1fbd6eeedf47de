"""Settings in words and as JSON: what a message shows of one, and what a manifest keeps."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date

from prepos.config.keys import NONE, nearest
from prepos.config.layers import Setting, Words
from prepos.core.secrets import redact


def unknown_key(key: str, setting: Setting, hints: Mapping[str, object]) -> str:
    """Return the words for a key that there is not."""
    if any(known.startswith(f"{key}.") for known in hints):
        return f"{setting.place}: {key} is {_shown(setting.value)}, expected a table of keys"
    return f"{setting.place}: {key} is no known key{nearest(key, hints)}"


def unfit_value(key: str, setting: Setting, expected: str) -> str:
    """Return the words for a value of the wrong type."""
    return f"{setting.place}: {key} is {_shown(setting.value)}, expected {expected}"


def _shown(value: object) -> str:
    """Return a value as the user wrote it, more or less."""
    if isinstance(value, Words):
        return repr(value.text)
    return str(value) if isinstance(value, date) else repr(value)


def plain_value(value: object) -> object:
    """Return a value that JSON can hold."""
    if value is None or value == math.inf:
        return NONE
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        value = value._asdict()
    if isinstance(value, dict):
        return {name: plain_value(each) for name, each in value.items()}
    if isinstance(value, tuple):
        return [plain_value(each) for each in value]
    return redact(value) if isinstance(value, str) else value
