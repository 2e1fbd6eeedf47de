"""Elements of a page or a drawing as text: names escaped, numbers short.

What is written is well-formed XML and HTML at once, and the same for the same content.
"""

from __future__ import annotations

from html import escape
from itertools import chain

STRANGE = "\N{REPLACEMENT CHARACTER}"  # stands for what cannot be printed
ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"


def element(name: str, *inside: str, **attributes: object) -> str:
    """Return an element; ``inside`` is markup already, attributes are escaped.

    A trailing underscore of an attribute's name is left out, the others are hyphens.
    """
    words = (
        f'{key.rstrip("_").replace("_", "-")}="{text(_short(value))}"'
        for key, value in attributes.items()
    )
    return f"<{' '.join(chain((name,), words))}>{''.join(inside)}</{name}>"


def text(words: object) -> str:
    """Return words as they read, so that none of them is taken for markup."""
    shown = "".join(each if each.isprintable() else STRANGE for each in str(words))
    return escape(shown)


def cut(words: str, most: int) -> str:
    """Return words of at most so many characters."""
    return words if len(words) <= most else words[: most - 1] + ELLIPSIS


def _short(value: object) -> object:
    """Return a length to a tenth of a pixel."""
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else value
