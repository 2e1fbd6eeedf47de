"""The commands: parse, call, print. Everything heavy is imported when a command runs."""

from __future__ import annotations

from prepos.cli.app import main

__all__ = ["main"]
