"""Laws of what comes back: whatever is told of a plan, no unit is lost or made."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from prepos.core.acknowledged import STATUSES, Acknowledgement, Standing, stand
from prepos.pipeline.answering import Answer, Answers, sort_out
from tests.answers import answer

PLACES = ("open", "taken", "refused", "shipped", "received")
answers = st.builds(
    lambda status, quantity, day, document: answer(status, quantity, day, document=document),
    st.sampled_from(STATUSES),
    st.none() | st.integers(1, 11),
    st.integers(1, 4),
    st.sampled_from(["", "D1", "D2"]),
)


def take_in(
    told: list[Acknowledgement], before: list[Acknowledgement]
) -> tuple[list[Acknowledgement], int, int]:
    """Return what a file adds if its faulty lines are left out, what was known, and the faults."""
    found = [Answer(line + 2, one) for line, one in enumerate(told)]
    while True:
        file = Answers(sha256="f", found=found, faults=[], notices=[])
        done = sort_out("f.csv", file, before)
        if not done.faults:
            return done.fresh, done.known, len(told) - len(found)
        wrong = {fault.line for fault in done.faults}
        found = [one for one in found if one.line not in wrong]


@given(st.lists(answers, max_size=8), st.integers(0, 8))
def test_units_are_conserved(told: list[Acknowledgement], cut: int) -> None:
    """Open, taken, refused, on their way and received are all that was planned, none below 0.

    In two files as in one, and a file taken in again adds nothing.
    """
    accepted: list[Acknowledgement] = []
    for file in (told[:cut], told[cut:]):
        fresh, _, _ = take_in(file, accepted)
        accepted += fresh
        again, known, faulty = take_in(fresh, accepted)
        assert (again, known, faulty) == ([], len(fresh), 0)
        standing = stand(10, accepted)
        assert isinstance(standing, Standing)
        units = [getattr(standing, place) for place in PLACES]
        assert min(units) >= 0
        assert sum(units) == standing.planned == 10
        moved = {
            status: sum(one.quantity or 0 for one in accepted if one.status == status)
            for status in ("shipped", "received")
        }
        assert standing.received >= moved["received"]
        assert standing.shipped + standing.received >= max(moved.values())
