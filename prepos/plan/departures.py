"""When stock can leave on a lane, and when it then is there.

Within a period the first allowed day dominates every later one, except where stock comes in after
it: so a lane leaves on its first allowed day, and on the first allowed day after each arrival.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from prepos.core.network import Lane
from prepos.core.periods import Periods


@dataclass(frozen=True, slots=True, order=True)
class Departure:
    """One day on which a lane leaves within the planning window."""

    ship_date: date
    lane: int  # position
    arrival_date: date

    def shipped_in(self, periods: Periods) -> int:
        """Return the period of the ship date."""
        return periods.period_of(self.ship_date)

    def arrives_in(self, periods: Periods) -> int:
        """Return the period of the arrival date."""
        return periods.period_of(self.arrival_date)


def list_departures(
    lanes: Sequence[Lane],
    periods: Periods,
    receipt_days: Iterable[tuple[str, date]],
    asked_for: Iterable[tuple[int, date]] = (),
) -> tuple[Departure, ...]:
    """Return every departure worth deciding on, by ship date, then lane.

    Parameters
    ----------
    lanes : sequence of Lane
    periods : Periods
        The planning window.
    receipt_days : iterable of (node_id, date)
        When stock in transit arrives.
    asked_for : iterable of (lane position, ship date)
        Departures to keep whatever they are good for: frozen lines.

    Returns
    -------
    tuple of Departure
        Only those that arrive by the last period's middle day: later ones serve nobody in time.
    """
    useful_until = periods.middle(periods.horizon - 1)
    fresh: dict[str, set[date]] = {}
    for node, day in receipt_days:
        fresh.setdefault(node, set()).add(max(day, periods.cutoff))
    found = {Departure(day, lane, lanes[lane].arrival(day)) for lane, day in asked_for}
    for departure in found:
        fresh.setdefault(lanes[departure.lane].destination, set()).add(departure.arrival_date)
    # Days in order: an arrival found on the way opens departures on later days only.
    for offset in range((useful_until - periods.cutoff).days + 1):
        day = periods.cutoff + timedelta(days=offset)
        for position, lane in enumerate(lanes):
            arrival = lane.arrival(day)
            if arrival <= useful_until and leaves_usefully(lane, day, periods, fresh):
                found.add(Departure(day, position, arrival))
                fresh.setdefault(lane.destination, set()).add(arrival)
    return tuple(sorted(found))


def leaves_usefully(lane: Lane, day: date, periods: Periods, fresh: dict[str, set[date]]) -> bool:
    """Return whether the lane leaves, and either first in the period or with fresh stock."""
    if not lane.ships_on(day):
        return False
    start = periods.start(periods.period_of(day))
    earlier = [d for d in days_between(start, day) if lane.ships_on(d)]
    if not earlier:
        return True
    return any(earlier[-1] <= arrival < day for arrival in fresh.get(lane.origin, ()))


def days_between(start: date, end: date) -> list[date]:
    """Return the days from start up to, not including, end."""
    return [start + timedelta(days=i) for i in range((end - start).days)]
