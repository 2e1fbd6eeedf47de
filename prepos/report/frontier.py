"""Service against cost, drawn: a point for each policy and swept value, the frontier as a line.

To the right it costs more, shortages apart; upwards more is served. What lies on the line is beaten
by no other value of its policy. SVG, whole in itself: nothing is fetched, every name is escaped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from prepos.report.labels import NEAR, Box, Label, around, place_labels
from prepos.report.markup import cut, element, text
from prepos.report.scale import Scale, make_scale

NOTHING, FORESIGHT = "nothing", "foresight"
WIDTH, HEIGHT = 960, 560  # pixels
LEFT, TOP, RIGHT, BOTTOM = 78, 34, 704, 496  # of the frame
HALF = 5.0  # pixels, of a marker
INK, GREY, JUDGED, PAPER = "#222222", "#8a8a8a", "#0072b2", "#fbfbfb"
# Told apart with impaired sight of colours too: Okabe and Ito (2008), without the two palest.
COLOURS = ("#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
SHAPES = ("triangle", "circle", "falling")
CALLED = {NOTHING: "doing nothing", FORESIGHT: "perfect foresight"}
LONGEST_NAME, LONGEST_VALUE = 30, 18  # characters; what is longer is cut


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """What one policy served under one setting, and what that cost.

    Attributes
    ----------
    policy, setting : str
        ``setting`` is ``KEY=VALUE``, empty without a sweep.
    cost : float
        Currency per unit ordered, shortages apart.
    served : float
        Share of the units ordered.
    frontier : bool
        Whether no other setting of the policy serves as much for less.
    """

    policy: str
    setting: str
    cost: float
    served: float
    frontier: bool


@dataclass(frozen=True, slots=True)
class Look:
    """How a policy is drawn: colour, shape, whether it stands out."""

    colour: str
    shape: str
    bold: bool = False


def draw_frontier(points: Sequence[Point], *, judged: str, currency: str) -> str:
    """Return the chart; ``judged`` is the policy that stands out and whose values are named."""
    looks = choose_looks(points, judged)
    across = make_scale((point.cost for point in points), LEFT, RIGHT)
    up = make_scale((point.served for point in points), BOTTOM, TOP)
    drawn = sorted(points, key=lambda point: point.policy == judged)  # it lies on top
    height = max(HEIGHT, TOP + 24 * len(looks) + 40)
    return element(
        "svg",
        element("title", "Service against cost"),
        *_axes(across, up, currency),
        *(_line(points, policy, look, across, up) for policy, look in looks.items()),
        *(_marker(point, looks[point.policy], across, up, currency) for point in drawn),
        *_names(points, looks, judged, across, up),
        *_legend(looks),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {WIDTH} {height}",
        role="img",
        font_family="system-ui, sans-serif",
        font_size=11,
        fill=INK,
    )


def choose_looks(points: Sequence[Point], judged: str) -> dict[str, Look]:
    """Return how each policy is drawn, in their order; no two of the first fifteen look alike."""
    fixed = {
        judged: Look(JUDGED, "circle", bold=True),
        NOTHING: Look(GREY, "square"),
        FORESIGHT: Look(INK, "diamond"),
    }
    names = list(dict.fromkeys(point.policy for point in points))
    others = [name for name in names if name not in fixed]
    chosen = {
        name: Look(COLOURS[number % len(COLOURS)], SHAPES[number % len(SHAPES)])
        for number, name in enumerate(others)
    }
    return {name: (fixed | chosen)[name] for name in names}


def _axes(across: Scale, up: Scale, currency: str) -> list[str]:
    """Return the frame, its ticks and what they mean."""
    places = _places(across.step)
    parts = [element("rect", x=LEFT, y=TOP, width=RIGHT - LEFT, height=BOTTOM - TOP, fill=PAPER)]
    for value in across.ticks:
        x = across(value)
        parts += [
            _rule(x, TOP, x, BOTTOM),
            element("text", f"{value:,.{places}f}", x=x, y=BOTTOM + 17.0, text_anchor="middle"),
        ]
    shares = max(_places(up.step) - 2, 0)
    for value in up.ticks:
        y = up(value)
        told = f"{value:.{shares}%}"
        parts += [
            _rule(LEFT, y, RIGHT, y),
            element("text", told, x=LEFT - 8.0, y=y + 4.0, text_anchor="end"),
        ]
    said = f"cost but for shortages, {text(currency)} per unit ordered"
    middle = (LEFT + RIGHT) / 2
    return [
        *parts,
        element("text", said, x=middle, y=BOTTOM + 42.0, text_anchor="middle", font_size=12),
        element("text", "units served", x=LEFT, y=TOP - 14.0, text_anchor="start", font_size=12),
    ]


def _places(step: float) -> int:
    """Return the decimals that tell ticks of such a step apart."""
    return next((places for places in range(8) if round(step, places) == round(step, 12)), 8)


def _rule(x1: float, y1: float, x2: float, y2: float, **more: object) -> str:
    """Return a thin line."""
    return element("line", **{"x1": x1, "y1": y1, "x2": x2, "y2": y2, "stroke": "#e2e2e2"} | more)


def _line(points: Sequence[Point], policy: str, look: Look, across: Scale, up: Scale) -> str:
    """Return a policy's frontier from cheap to dear; nothing of what is no choice."""
    if policy in CALLED:
        return ""
    on = {
        (point.cost, point.served) for point in points if point.policy == policy and point.frontier
    }
    if len(on) < 2:
        return ""
    corners = " ".join(f"{across(cost):.1f},{up(served):.1f}" for cost, served in sorted(on))
    width = 2.5 if look.bold else 1.2
    return element("polyline", points=corners, fill="none", stroke=look.colour, stroke_width=width)


def _marker(point: Point, look: Look, across: Scale, up: Scale, currency: str) -> str:
    """Return a point's marker, hollow where another value beats it, with its figures."""
    told = (
        f"{CALLED.get(point.policy, point.policy)} {point.setting}: {point.served:.1%} served, "
        f"{point.cost:,.3f} {currency} per unit ordered"
    )
    full = point.frontier or point.policy in CALLED
    return element(
        "g",
        element("title", text(told)),
        _shape(look, across(point.cost), up(point.served), full=full),
    )


def _shape(look: Look, x: float, y: float, *, full: bool) -> str:
    """Return a marker; hollow ones are white within."""
    half = HALF + 1.0 if look.bold else HALF
    style = {
        "fill": look.colour if full else "#ffffff",
        "stroke": look.colour,
        "stroke_width": 1.5,
    }
    if look.shape == "circle":
        return element("circle", cx=x, cy=y, r=half, **style)
    corners = {
        "square": ((-1, -1), (1, -1), (1, 1), (-1, 1)),
        "diamond": ((0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)),
        "triangle": ((0, -1.2), (1.1, 0.9), (-1.1, 0.9)),
        "falling": ((0, 1.2), (1.1, -0.9), (-1.1, -0.9)),
    }[look.shape]
    at = " ".join(f"{x + half * a:.1f},{y + half * b:.1f}" for a, b in corners)
    return element("polygon", points=at, **style)


def _names(
    points: Sequence[Point], looks: dict[str, Look], judged: str, across: Scale, up: Scale
) -> list[str]:
    """Return the words beside points: nothing, foresight, and the judged one's values."""
    firsts = {point.policy: point for point in reversed(points) if point.policy in CALLED}
    named = [(point, CALLED[point.policy]) for point in firsts.values()]
    own = [point for point in points if point.policy == judged and point.setting]
    own.sort(key=lambda point: not point.frontier)
    seen: dict[tuple[float, float], list[str]] = {}
    for point in own:
        value = cut(point.setting.partition("=")[2], LONGEST_VALUE)
        seen.setdefault((point.cost, point.served), []).append(value)
    spots = [(point.cost, point.served, words) for point, words in named]
    spots += [(*spot, cut(", ".join(words), 2 * LONGEST_VALUE)) for spot, words in seen.items()]
    wanted = [(across(cost), up(served), words) for cost, served, words in spots]
    taken = [around(across(point.cost), up(point.served), HALF + 1.0) for point in points]
    found = place_labels(wanted, taken, Box(LEFT, TOP, RIGHT, BOTTOM))
    colours = [looks[point.policy].colour for point, _ in named] + [JUDGED] * len(seen)
    return [
        part
        for (x, y, _), label, colour in zip(wanted, found, colours, strict=True)
        if label is not None
        for part in _words(x, y, label, colour)
    ]


def _words(x: float, y: float, label: Label, colour: str) -> list[str]:
    """Return a label, and the line that leads to it from afar."""
    box = label.box
    near_x = min(max(x, box.left), box.right)
    near_y = min(max(y, box.top), box.bottom)
    lead = [_rule(x, y, near_x, near_y, stroke="#b5b5b5")] if label.reach > NEAR else []
    where = {"x": (box.left + box.right) / 2, "y": box.bottom - 3.0, "text_anchor": "middle"}
    words = text(label.words)
    halo = {"stroke": PAPER, "stroke_width": 3, "fill": PAPER, "aria_hidden": "true"}
    return [
        *lead,
        element("text", words, **where, **halo),
        element("text", words, **where, fill=colour),
    ]


def _legend(looks: dict[str, Look]) -> list[str]:
    """Return what each marker means."""
    parts = []
    for row, (policy, look) in enumerate(looks.items()):
        y = TOP + 10.0 + 24.0 * row
        name = CALLED.get(policy, policy)
        words = element("title", text(name)) + text(cut(name, LONGEST_NAME))
        weight = "bold" if look.bold else "normal"
        parts += [
            _shape(look, RIGHT + 26.0, y, full=True),
            element("text", words, x=RIGHT + 40.0, y=y + 4.0, font_weight=weight),
        ]
    return parts
