"""Where a line of 10 units stands by what was told of it."""

from __future__ import annotations

import pytest

from prepos.core.acknowledged import (
    ORDER,
    TORN,
    UNITS,
    Acknowledgement,
    Impossible,
    Standing,
    stand,
)
from tests.answers import answer

NAMES = ("open", "taken", "refused", "shipped", "received")
STANDS = (  # what was told; units open, taken, refused, on their way, received; status
    ((), (10, 0, 0, 0, 0), "open"),
    ((answer("taken"),), (0, 10, 0, 0, 0), "taken"),
    ((answer("refused"),), (0, 0, 10, 0, 0), "refused"),
    ((answer("shipped"),), (0, 0, 0, 10, 0), "shipped"),
    # received without being told as shipped: it has been
    ((answer("received"),), (0, 0, 0, 0, 10), "received"),
    ((answer("received", 4),), (6, 0, 0, 0, 4), "part"),
    # parts add up, in whatever order they come in
    ((answer("shipped", 4), answer("shipped", 6, 2)), (0, 0, 0, 10, 0), "shipped"),
    ((answer("received", 4, 3), answer("shipped", 6, 2)), (4, 0, 0, 2, 4), "part"),
    ((answer("shipped", 4), answer("received", 4, 2)), (6, 0, 0, 0, 4), "part"),
    # the whole line is what is left of it
    ((answer("shipped", 4), answer("shipped", None, 2)), (0, 0, 0, 10, 0), "shipped"),
    ((answer("refused", 3), answer("shipped", None, 2)), (0, 0, 3, 7, 0), "part"),
    ((answer("taken"), answer("refused", 3, 2)), (0, 7, 3, 0, 0), "part"),
    # refused, sent again, taken: not refused any more
    ((answer("refused"), answer("taken", None, 2)), (0, 10, 0, 0, 0), "taken"),
    ((answer("refused"), answer("taken", 4, 2)), (0, 4, 6, 0, 0), "part"),
    ((answer("taken", None, 2), answer("refused")), (0, 10, 0, 0, 0), "taken"),
    ((answer("taken"), answer("refused", None, 2)), (0, 0, 10, 0, 0), "refused"),
    # shipped although it was refused: then it was not
    ((answer("refused"), answer("shipped", None, 2)), (0, 0, 0, 10, 0), "shipped"),
    ((answer("refused", 6), answer("shipped", 8, 2)), (0, 0, 2, 8, 0), "part"),
    # what has not left may still be refused
    ((answer("shipped", 6), answer("refused", 4, 2)), (0, 0, 4, 6, 0), "part"),
    ((answer("shipped", 6), answer("refused", 4)), (0, 0, 4, 6, 0), "part"),
    # one instant, told in any order
    ((answer("received"), answer("shipped"), answer("taken")), (0, 0, 0, 0, 10), "received"),
)
CANNOT = (  # what was told; code, words
    ((answer("taken", 11),), UNITS, "11 units taken, expected at most the 10 planned"),
    ((answer("refused", 11),), UNITS, "11 units refused, expected at most the 10 planned"),
    ((answer("shipped", 6), answer("shipped", 5, 2)), UNITS, "11 units shipped"),
    ((answer("received", 6), answer("received", 6, 2)), UNITS, "12 units received"),
    ((answer("shipped"), answer("refused", None, 2)), ORDER, "refused after 10 of 10 units"),
    ((answer("shipped", 6), answer("refused", None, 2)), ORDER, "refused after 6 of 10 units"),
    ((answer("received", 6), answer("refused", 5, 2)), ORDER, "refused after 6 of 10 units"),
    ((answer("taken"), answer("refused")), TORN, "expected times that tell which came first"),
    ((answer("shipped", 6), answer("refused", 5)), TORN, "at 2025-03-01T00:00:00"),
)


@pytest.mark.parametrize(("told", "units", "status"), STANDS)
def test_where_a_line_stands(
    told: tuple[Acknowledgement, ...], units: tuple[int, ...], status: str
) -> None:
    """Its units stand at one place each, and there are as many as were planned."""
    found = stand(10, told)
    assert isinstance(found, Standing)
    assert tuple(getattr(found, name) for name in NAMES) == units
    assert found.status == status
    assert stand(10, reversed(told)) == found


@pytest.mark.parametrize(("told", "code", "words"), CANNOT)
def test_what_cannot_be_is_told(told: tuple[Acknowledgement, ...], code: str, words: str) -> None:
    """With a code, and what was expected."""
    found = stand(10, told)
    assert isinstance(found, Impossible)
    assert found.code == code
    assert words in found.words


def test_an_answer_is_told_apart_by_its_document() -> None:
    """Without one, another quantity of the same instant is another part."""
    assert answer("shipped", 4).name != answer("shipped", 6).name
    assert answer("shipped", 4, document="D1").name == answer("shipped", 6, document="D1").name
    assert answer("shipped", 4, document="D1").name != answer("shipped", 4, document="D2").name
    assert answer("refused", message="no").name == answer("refused", message="yes").name
    assert answer("refused", message="no").content != answer("refused", message="yes").content
