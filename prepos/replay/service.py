"""The desk that serves: orders of a day from stock, and those that wait before them."""

from __future__ import annotations

import numpy as np

from prepos.core.replayed import Course
from prepos.core.types import FloatArray, IntArray
from prepos.replay.lines import Lines, sequence_lines
from prepos.replay.options import ReplayOptions
from prepos.replay.serve import NOBODY, Books, serve_day, serve_waiting, weigh
from prepos.replay.servers import Servers, list_servers
from prepos.replay.tally import Tally


class Desk:
    """Serves from stock (N, K), which changes in place.

    Attributes
    ----------
    used : (N, K) int
        Units taken since the first day.
    left : (L,) int
        Units of each line that nobody served yet.
    delayed : (L,) int
        Units of each line that nobody served on its day.
    waiting : (W,) int
        Lines that wait to be served later, in their sequence.
    parcel : (G,) int
        Which node served each order; see `serve.Books`.
    prompt, late : (P, N, R) float
        Units served on the day of their order, and after it.
    """

    def __init__(self, course: Course, options: ReplayOptions, on_hand: IntArray) -> None:
        self.lines: Lines = sequence_lines(course.orders, course.periods)
        self.servers: Servers = list_servers(course.network, options)
        self.options, self.on_hand, self.days = options, on_hand, course.periods.days
        self.used: IntArray = np.zeros_like(on_hand, order="F")
        self.left: IntArray = self.lines.quantity.copy()
        self.delayed: IntArray = np.zeros_like(self.left)
        self.waiting: IntArray = np.zeros(0, dtype=np.int64)
        self.parcel: IntArray = np.full(len(self.left), NOBODY)
        shape = (course.periods.horizon, *course.network.service.ship_cost.shape)
        self.prompt: FloatArray = np.zeros(shape)
        self.late: FloatArray = np.zeros(shape)
        self.weigh(None)

    def weigh(self, values: FloatArray | None) -> None:
        """Take these values (N, K) of a unit from now on; None is worth nothing anywhere."""
        self.worth = weigh(values, self.on_hand.shape)

    def serve(self, day: int, tally: Tally) -> None:
        """Serve those that wait, then the day's orders; what is left waits or is lost."""
        period = day // self.days
        lines, rules = self.lines, (self.servers, self.worth)
        serve_waiting(lines, self.waiting, *rules, self._books(self.late[period]))
        serve_day(lines, day, *rules, self._books(self.prompt[period]), self.options.whole_orders)
        today = np.arange(lines.edges[day], lines.edges[day + 1])
        self.delayed[today] = self.left[today]
        if self.options.unserved == "backordered":
            waiting = np.concatenate([self.waiting, today])
            self.waiting = waiting[self.left[waiting] > 0]
            cost = self.options.backorder_cost * float(self.left[self.waiting].sum())
            tally.add(period, backorder_cost=cost)

    def _books(self, served: FloatArray) -> Books:
        """Return what serving changes; ``served`` (N, R) of the period."""
        return Books(self.on_hand, self.used, self.left, self.parcel, served)
