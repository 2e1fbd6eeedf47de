"""How a long run tells what it is doing; who listens is the caller's affair."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened: a stage that ended, or a word about the run."""

    message: str
    level: str = "info"  # or warning, or error
    run_id: str = ""  # empty while the run has no name yet
    stage: str = ""  # empty where it is no stage's end
    rows: int | None = None  # that the stage went through; None where nothing is counted
    seconds: float | None = None


class Progress(Protocol):
    """Is told each step as it begins, and what happened."""

    def step(self, name: str, total: int | None = None) -> None:
        """Begin a step, such as "forecasting"; ``total`` says how many things it goes through."""
        ...

    def tell(self, event: Event) -> None:
        """Take note of an event."""
        ...


class Silent:
    """Listens to nothing: the default."""

    def step(self, name: str, total: int | None = None) -> None:
        """Do nothing."""

    def tell(self, event: Event) -> None:
        """Do nothing."""


SILENT = Silent()
