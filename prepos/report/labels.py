"""Where words go beside points, so that none lies on another."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

WIDTH, HEIGHT = 6.6, 13.0  # pixels of a character of 11 pixels, and of its line
NEAR = 8.0  # pixels from a point to its words
REACH = (NEAR, 20.0, 34.0, 50.0, 70.0)  # how far they go where it is crowded
ANGLES = (-45, 45, -135, 135, 0, 180, -90, 90)  # degrees, upwards is negative


class Box(NamedTuple):
    """A rectangle in pixels; ``top`` is less than ``bottom``."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        """Return whether both share some room."""
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom

    def holds(self, other: Box) -> bool:
        """Return whether the other lies within."""
        across = self.left <= other.left and other.right <= self.right
        return across and self.top <= other.top and other.bottom <= self.bottom


class Label(NamedTuple):
    """Words, where they lie, and how far from their point: beyond ``NEAR`` a line leads there."""

    words: str
    box: Box
    reach: float


def around(x: float, y: float, half: float) -> Box:
    """Return the square around a point."""
    return Box(x - half, y - half, x + half, y + half)


def place_labels(
    wanted: Sequence[tuple[float, float, str]], taken: Sequence[Box], frame: Box
) -> list[Label | None]:
    """Return where the words of each point (x, y, words) lie; None where there is no room.

    ``taken`` is what they must not cover, such as the points themselves. The first asked first.
    """
    occupied, placed = list(taken), []
    for x, y, words in wanted:
        label = _find_room(x, y, words, occupied, frame)
        placed.append(label)
        if label is not None:
            occupied.append(label.box)
    return placed


def _find_room(x: float, y: float, words: str, occupied: list[Box], frame: Box) -> Label | None:
    """Return the nearest place around a point that is free."""
    for reach in REACH:
        for angle in ANGLES:
            box = _beside(x, y, len(words) * WIDTH, reach, math.radians(angle))
            if frame.holds(box) and not any(box.meets(other) for other in occupied):
                return Label(words, box, reach)
    return None


def _beside(x: float, y: float, width: float, reach: float, angle: float) -> Box:
    """Return the box whose nearest edge or corner lies so far from the point."""
    right, down = math.cos(angle), math.sin(angle)
    left = x + reach * right + (width / 2) * (_side(right) - 1)
    top = y + reach * down + (HEIGHT / 2) * (_side(down) - 1)
    return Box(left, top, left + width, top + HEIGHT)


def _side(share: float) -> int:
    """Return -1, 0 or 1."""
    return 0 if abs(share) < 1e-9 else int(math.copysign(1, share))
