"""How a long run tells what it is doing; who listens is the caller's affair."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Is told each step as it begins."""

    def step(self, name: str, total: int | None = None) -> None:
        """Begin a step, such as "forecasting"; ``total`` says how many things it goes through."""
        ...


class Silent:
    """Listens to nothing: the default."""

    def step(self, name: str, total: int | None = None) -> None:
        """Do nothing."""


SILENT = Silent()
