"""The chart of service against cost: every point is there, names are words, labels are apart."""

from __future__ import annotations

import itertools
from xml.etree import ElementTree

import pytest

from prepos.report.frontier import Point, choose_looks, draw_frontier
from prepos.report.labels import Box, around, place_labels
from prepos.report.scale import make_scale

SVG = "{http://www.w3.org/2000/svg}"


def point(policy: str, setting: str, cost: float, served: float, *, frontier: bool = True) -> Point:
    """Return a point."""
    return Point(policy=policy, setting=setting, cost=cost, served=served, frontier=frontier)


def drawn(*points: Point, judged: str = "prepos") -> ElementTree.Element:
    """Return the chart, parsed as XML."""
    return ElementTree.fromstring(draw_frontier(points, judged=judged, currency="EUR"))


def test_the_frontier_is_a_line_from_cheap_to_dear() -> None:
    """What is beaten lies beside it, hollow; nothing and foresight are no choice and have none."""
    chart = drawn(
        point("nothing", "k=1", 4.0, 0.7),
        point("nothing", "k=2", 4.5, 0.8),
        point("prepos", "k=2", 3.0, 0.9),
        point("prepos", "k=3", 3.5, 0.85, frontier=False),
        point("prepos", "k=1", 2.0, 0.8),
        point("foresight", "k=1", 1.0, 0.9),
        point("foresight", "k=2", 1.5, 0.95),
    )
    (line,) = chart.findall(f"{SVG}polyline")
    corners = [tuple(map(float, each.split(","))) for each in line.attrib["points"].split()]
    assert len(corners) == 2
    assert corners[0][0] < corners[1][0]  # dearer to the right
    assert corners[0][1] > corners[1][1]  # more served higher up
    markers = chart.findall(f"{SVG}g")
    assert len(markers) == 7
    hollow = [g for g in markers if g[1].attrib["fill"] == "#ffffff"]
    assert [g.findtext(f"{SVG}title") for g in hollow] == [
        "prepos k=3: 85.0% served, 3.500 EUR per unit ordered"
    ]
    words = [each.text for each in chart.findall(f"{SVG}text")]
    assert {"doing nothing", "perfect foresight", "1", "2", "3"} <= set(words)


def test_names_are_never_markup() -> None:
    """A policy, a value and a currency with markup are shown to the letter, nothing more."""
    evil = '<script>alert("x")</script>&\x1b[31m'
    chart = ElementTree.fromstring(
        draw_frontier(
            [point("prepos", f"k={evil}", 1.0, 0.5), point(evil, "k=1", 2.0, 0.6)],
            judged="prepos",
            currency="<EUR>",
        )
    )
    assert {each.tag.removeprefix(SVG) for each in chart.iter()} <= {
        *("svg", "title", "rect", "line", "text", "g", "circle", "polygon", "polyline"),
    }
    titles = [each.text or "" for each in chart.iter(f"{SVG}title")]
    assert any('<script>alert("x")</script>&\N{REPLACEMENT CHARACTER}[31m' in t for t in titles)
    assert any("<EUR> per unit ordered" in (each.text or "") for each in chart.iter(f"{SVG}text"))


def test_labels_lie_apart_from_each_other_and_from_points() -> None:
    """A hundred points in a cloud: what is named is readable, and within the frame."""
    spots = [(100 + 37 * i % 500, 100 + 53 * i % 300, f"value {i}") for i in range(100)]
    frame, taken = Box(78, 34, 704, 496), [around(x, y, 6.0) for x, y, _ in spots]
    placed = [label for label in place_labels(spots, taken, frame) if label is not None]
    assert len(placed) > 30
    boxes = [label.box for label in placed]
    assert all(frame.holds(box) for box in boxes)
    assert not any(box.meets(other) for box in boxes for other in taken)
    assert not any(one.meets(other) for one, other in itertools.combinations(boxes, 2))


def test_no_two_policies_look_alike() -> None:
    """Eighteen of them, of which three have looks of their own."""
    points = [point(f"rule {i}", "", float(i), 0.5) for i in range(15)]
    points += [point(name, "", 1.0, 0.5) for name in ("nothing", "prepos", "foresight")]
    looks = choose_looks(points, "prepos")
    assert len(set(looks.values())) == 18


@pytest.mark.parametrize("values", [[5.0], [0.0], [3.0, 3.0], [0.97062, 0.97184], [1e-9, 1e9]])
def test_every_value_has_its_place(values: list[float]) -> None:
    """One value alone lies in the middle; ticks are within the span, and few."""
    scale = make_scale(values, 0.0, 100.0)
    assert all(0.0 < scale(value) < 100.0 for value in values)
    assert 2 <= len(scale.ticks) <= 9
    assert all(scale.low <= tick <= scale.high for tick in scale.ticks)
    if len(set(values)) == 1:
        assert scale(values[0]) == pytest.approx(50.0)
