"""What whole vehicles can bring into a room: a limit that vehicles in parts would pass.

Parts of vehicles fill a room exactly. Whole ones leave some of it empty, or one of them goes partly
filled; whoever counts in parts, as prices do, sees neither. So every node's inbound room has a
second limit, which whole vehicles keep wherever they keep the first: what they bring in may only
reach beyond the vehicles that it fills if one more is there.

References
----------
Nemhauser and Wolsey (1990), Mathematical Programming 46, 379-390: mixed-integer rounding.
"""

from __future__ import annotations

import math
from typing import NamedTuple

NOTHING = 1e-9  # of a vehicle: less is the sum's tolerance


class WholeRoom(NamedTuple):
    """What vehicles bring in, less what each of them is counted for, is ``limit`` at most.

    A vehicle is counted for ``rest_m3``, or for all that it holds where that is less.
    """

    limit: float
    rest_m3: float


def round_room(room_m3: float, largest_m3: float) -> WholeRoom:
    """Return the limit of a room that vehicles come into, ``largest_m3`` being the largest one's.

    It is the room where they are as many as fill it, rounded up; for every one fewer it is less by
    what the last of these would have brought.
    """
    filled = max(room_m3, 0.0) / largest_m3
    rest = filled % 1.0
    if min(rest, 1.0 - rest) < NOTHING:
        return WholeRoom(room_m3, 0.0)
    rest_m3 = rest * largest_m3
    return WholeRoom(room_m3 - rest_m3 * math.ceil(filled), rest_m3)
