"""Texts that come from anybody, so that they can be shown to somebody."""

from __future__ import annotations


def harmless(text: str) -> str:
    """Return a text with what would steer a terminal spelled out: it may come from anybody."""
    return "".join(
        sign if sign.isprintable() or sign == "\n" else ascii(sign)[1:-1] for sign in text
    )
