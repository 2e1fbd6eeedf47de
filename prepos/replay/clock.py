"""Day after day: decide, send, receive, serve.

At the first day of every few periods the policy is asked, before anything else happens. Each day
the dispatch's departures leave with what lay there the evening before; then receipts and transfers
arrive; then the orders come, those that wait before those of the day; in the evening what cannot
be sold the next day is written off at forward nodes. What a dispatch says of later days than the
next decision is forgotten: the policy says it again, or something better.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date

import numpy as np

from prepos.core.policy import Dispatch, Policy
from prepos.core.replayed import Course, Replayed
from prepos.core.snapshot import Snapshot
from prepos.core.stock import Receipt
from prepos.errors import InternalError
from prepos.replay.accept import check_dispatch
from prepos.replay.arrivals import put_away, receive
from prepos.replay.churn import measure_churn
from prepos.replay.closing import close_orders, close_period, close_stock
from prepos.replay.conservation import Recount
from prepos.replay.departures import send
from prepos.replay.expiry import write_off
from prepos.replay.moves import NO_MOVES, Moves, split_by_day
from prepos.replay.options import ReplayOptions
from prepos.replay.service import Desk
from prepos.replay.shelves import Shelves
from prepos.replay.state import open_site, open_state, show_stock
from prepos.replay.tally import Tally


def replay_orders(
    course: Course,
    policy: Policy,
    options: ReplayOptions,
    snapshot_at: Callable[[int], Snapshot],
    tick: Callable[[], None] = lambda: None,
) -> Replayed:
    """Serve the orders of the past anew, with what the policy sends.

    Parameters
    ----------
    snapshot_at : callable
        What was known at the first day of a period of the course.
    tick : callable
        Called at each period's end.

    Raises
    ------
    ConfigError
        If a dispatch cannot be carried out.
    InternalError
        If a unit comes from nowhere or gets lost, or a snapshot is of another day.
    """
    run = Run(course, options)
    for period in range(course.periods.horizon):
        if period % options.review == 0:
            run.decide(policy, snapshot_at(period), period)
        for day in range(period * course.periods.days, (period + 1) * course.periods.days):
            run.live(day)
        run.close(period)
        tick()
    return run.finish()


class Run:
    """One replay on its way; days are counted from the first."""

    def __init__(self, course: Course, options: ReplayOptions) -> None:
        self.course, self.options = course, options
        self.site = open_site(course)
        self.state = open_state(course, self.site)
        self.desk = Desk(course, options, self.state.on_hand)
        self.shelves = Shelves(course, self.site.ways)
        self.tally = Tally(course.periods.horizon)
        self.recount = Recount(course, self.site)
        self.coming: dict[int, list[Receipt]] = defaultdict(list)  # known, by day of arrival
        self.unknown: dict[int, list[Receipt]] = defaultdict(list)  # by the day it is ordered
        self.last: Dispatch | None = None
        self.leaving: dict[int, Moves] = {}
        for supply in course.supply:
            self.unknown[self.day_of(supply.ordered_on)].append(supply.receipt)
        self.expect(course.opening.receipts)

    def day_of(self, when: date) -> int:
        """Return the day that a date is; the first for those before it."""
        return max((when - self.course.periods.cutoff).days, 0)

    def expect(self, receipts: Iterable[Receipt]) -> None:
        """Take note of receipts: they take room to come in, whatever is decided."""
        inbound_m3, volume = self.state.inbound_m3, self.site.goods.volume_m3
        for receipt in receipts:
            day = self.day_of(receipt.arrives_on)
            self.coming[day].append(receipt)
            if day // self.course.periods.days < inbound_m3.shape[1]:
                room = inbound_m3[receipt.node]
                room[day // self.course.periods.days] -= receipt.quantity * volume[receipt.sku]

    def decide(self, policy: Policy, snapshot: Snapshot, period: int) -> None:
        """Ask the policy, shown last evening's stock; keep what leaves before it is asked again."""
        periods = self.course.periods
        if snapshot.periods.cutoff != periods.start(period):
            raise InternalError(
                f"snapshot of {periods.start(period)} has the cutoff {snapshot.periods.cutoff}"
            )
        first, until = (t * periods.days for t in (period, period + self.options.review))
        self.expect(self.unknown.pop(first, ()))
        stock = show_stock(self.state, self.site, self.coming, periods.cutoff)
        dispatch = policy.decide(snapshot, stock)
        check_dispatch(dispatch, self.course, periods.start(period))
        if self.last is not None:
            said, differ = measure_churn(self.last, dispatch, periods, first, until)
            self.tally.add(period, planned=said, replanned=differ)
        self.last, self.leaving = dispatch, split_by_day(dispatch, periods, until)
        self.desk.weigh(dispatch.values if self.options.fulfilment == "value" else None)

    def live(self, day: int) -> None:
        """Let one day pass."""
        days = self.course.periods.days
        self.expect(self.unknown.pop(day, ()))
        moves = self.leaving.pop(day, NO_MOVES)
        sent = send(self.site, self.state, moves, day=day, days=days, tally=self.tally)
        receipts = self.coming.pop(day, [])
        receive(self.state, receipts)
        arrived, kept = put_away(
            self.site, self.state, day=day, period=day // days, tally=self.tally
        )
        self.recount.note(sent, receipts, arrived, kept)
        if spoils := self.shelves.ages.any():
            self.shelves.send(day, sent)
            self.shelves.receive(day, receipts, arrived, kept)
            self.write_off(day - 1, day)  # what became too old on its way
        self.desk.serve(day, self.tally)
        np.minimum(self.state.brought, self.state.on_hand, out=self.state.brought)
        if spoils:
            self.shelves.serve(self.desk.used)
            self.write_off(day, day)
            self.recount.check_ages(self.shelves, self.state.on_hand, day)
        self.recount.check(self.state.on_hand, self.desk.used, day)

    def write_off(self, last_day: int, day: int) -> None:
        """Write off, on a day, what could be sold on the last day for the last time."""
        period = day // self.course.periods.days
        expired = write_off(
            self.site,
            self.state,
            self.shelves,
            last_day=last_day,
            period=period,
            tally=self.tally,
        )
        self.recount.note_expired(*expired)

    def close(self, period: int) -> None:
        """Count what lies there at a period's end."""
        self.recount.check_sales(self.desk, self.course.periods.end(period))
        close_period(self.course, self.state, self.tally, period)

    def finish(self) -> Replayed:
        """Return what happened."""
        close_stock(self.course, self.state, self.tally)
        close_orders(self.course, self.desk, self.tally, self.options)
        return Replayed(
            periods=self.course.periods,
            served=self.desk.prompt + self.desk.late,
            late=self.desk.late,
            amounts=self.tally.amounts,
        )
