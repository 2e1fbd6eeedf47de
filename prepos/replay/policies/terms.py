"""What every policy is made from: how the next orders are looked up, and when decisions fall."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from prepos.core.outlook import Outlook
from prepos.core.snapshot import Snapshot
from prepos.errors import ConfigError

Look = Callable[[Snapshot], Outlook]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The same for all policies of a replay."""

    look: Look  # from a snapshot to what is expected; made anew each time it is called
    window: int  # periods that stock is held for: lead time and review period
    review: int = 1  # periods from one decision to the next

    def __post_init__(self) -> None:
        for name in ("window", "review"):
            if getattr(self, name) < 1:
                raise ConfigError(f"terms: {name} is {getattr(self, name)}, expected 1 or more")
