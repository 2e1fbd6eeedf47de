"""What a peer is: means at a cutoff, from what was known before it.

A peer says the mean of the next period and of the horizon's sum; its widths are fitted in the same
way as ours. Settings are chosen once, on what was known at the first cutoff that is scored.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType

import numpy as np

from prepos.core.snapshot import Snapshot
from prepos.core.types import FloatArray
from prepos.errors import ExternalError

Settings = Mapping[str, Mapping[str, float | int | str]]


def nothing_to_tune(_snapshot: Snapshot) -> Settings:
    """Return no settings."""
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """One peer.

    Attributes
    ----------
    means : from a snapshot and settings to (H, R, K) units by period; their sum is the horizon's
    tune : from a snapshot to the settings
    library : str
        The optional library it needs, "" for none.
    pools : bool
        Learns across SKUs, so it is shown all of them even where few are scored.
    """

    name: str
    means: Callable[[Snapshot, Settings], FloatArray]
    tune: Callable[[Snapshot], Settings] = nothing_to_tune
    library: str = ""
    pools: bool = False


def load_library(name: str, extra: str = "bench") -> ModuleType:
    """Return an optional library; raises ExternalError that names the extra to install."""
    try:
        return import_module(name)
    except ImportError as error:
        raise ExternalError(
            f"{name} is not installed, expected it for this model: pip install 'prepos[{extra}]'"
        ) from error


def spread_horizon(first: FloatArray, total: FloatArray, horizon: int) -> FloatArray:
    """Return (H, R, K): the next period's mean, and what the sum leaves, alike for the others.

    A sum below its first period is lifted to it.
    """
    if horizon == 1:
        return first[None]
    rest = np.maximum(total - first, 0.0) / (horizon - 1)
    return np.concatenate([first[None], np.repeat(rest[None], horizon - 1, axis=0)])
