"""The rules of the house, read off the source; and a bad house, to see that each rule can fail."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
STATIONS = (
    "ingest",
    "regions",
    "signals",
    "forecast",
    "plan",
    "publish",
    "replay",
    "offers",
    "report",
)
LEVELS = {
    "errors": 0,
    "core": 1,
    "database": 2,  # what is read from and written to by more than one station
    **dict.fromkeys((*STATIONS, "compute"), 3),
    "config": 4,
    "pipeline": 5,
    "cli": 6,
    "__main__": 7,
    "": 7,  # prepos/__init__.py
}
NEIGHBOURS = {("forecast", "signals")}  # the one station that may know another
HOMES = {  # library: where it may be imported
    "statsmodels": ("prepos/forecast/", "prepos/signals/seasons.py"),
    "pulp": ("prepos/plan/",),
    "highspy": ("prepos/plan/",),
    "geopandas": ("prepos/regions/", "prepos/report/"),
    "shapely": ("prepos/regions/", "prepos/report/"),
    "duckdb": ("prepos/ingest/", "prepos/database/"),
    "typer": ("prepos/cli",),
    "rich": ("prepos/cli",),
}
EDGES = (
    *(
        "prepos/ingest/",
        "prepos/database/",
        "prepos/publish/",
        "prepos/report/page.py",
        "prepos/config",
    ),
    "prepos/regions/layers.py",  # polygons: geopandas, which reads them, lives in regions
    "prepos/cli/screen.py",  # standard output
)
FILE_CALLS = {
    *("open", "read_text", "write_text", "read_bytes", "write_bytes", "read_json", "to_json"),
    *("read_csv", "to_csv", "read_parquet", "to_parquet", "read_file", "to_file"),
    *("mkdir", "unlink", "rmdir", "rmtree"),
}
EXTRAS = {"lightgbm", "statsforecast", "distributed", "psycopg", "matplotlib"}
LATE = ("prepos/cli", "prepos/__init__.py")  # may import late, so that help answers at once
LONGEST_MODULE, LONGEST_FUNCTION = 300, 50


@dataclass(frozen=True)
class Module:
    """One source file, parsed."""

    path: str  # from the root, with slashes
    text: str

    @property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def room(self) -> str:
        """First folder or module under the package: "core", "plan", "cli"; "" for the package."""
        parts = self.path.removesuffix(".py").split("/")[1:]
        return "" if parts == ["__init__"] else parts[0]


def read_house(root: Path) -> list[Module]:
    """Return every module of the package below the root."""
    files = sorted((root / "prepos").rglob("*.py"))
    return [Module(f.relative_to(root).as_posix(), f.read_text("utf-8")) for f in files]


def imports_of(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield the line and dotted name of every import below a node."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            source = node.module or ""
            if source == "prepos":
                yield from ((node.lineno, f"prepos.{alias.name}") for alias in node.names)
            else:
                yield node.lineno, "." * node.level + source


def without_type_checks(tree: ast.Module) -> ast.Module:
    """Return the module without ``if TYPE_CHECKING`` blocks: what they name is not imported."""
    kept = [
        n for n in tree.body if not (isinstance(n, ast.If) and "TYPE_CHECKING" in ast.dump(n.test))
    ]
    return ast.Module(kept, tree.type_ignores)


def functions_of(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield every function and method."""
    return (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))


def imports_point_down(module: Module) -> Iterator[str]:
    """Let imports point down, and stations not know each other."""
    for line, name in imports_of(without_type_checks(module.tree)):
        if name.startswith("."):
            yield f"{module.path}:{line} imports {name}, expected an absolute import"
        if name.split(".")[0] != "prepos" or name == "prepos":
            continue
        other = name.split(".")[1]
        if other == module.room or other not in LEVELS:
            continue
        if (module.room, other) in NEIGHBOURS:
            continue
        if LEVELS[other] >= LEVELS.get(module.room, 3):
            yield f"{module.path}:{line} imports {name}, expected what lies below {module.room}"


def libraries_stay_home(module: Module) -> Iterator[str]:
    """Each big library is imported in its own rooms alone."""
    for line, name in imports_of(module.tree):
        homes = HOMES.get(name.split(".")[0])
        if homes and not module.path.startswith(homes):
            yield f"{module.path}:{line} imports {name}, expected only in {', '.join(homes)}"


def files_at_the_edges(module: Module) -> Iterator[str]:
    """Files are touched by the rooms at the edge alone."""
    if module.path.startswith(EDGES):
        return
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)
        if name in FILE_CALLS and not is_other_open(node):
            yield f"{module.path}:{node.lineno} calls {name}(), expected files only in {EDGES}"


def is_other_open(call: ast.Call) -> bool:
    """Return whether this opens no file: a method ``open`` that is given more than a mode."""
    return ast.unparse(call.func).endswith(".open") and not all(
        isinstance(word, ast.Constant) and isinstance(word.value, str) for word in call.args
    )


def sizes_are_small(module: Module) -> Iterator[str]:
    """No module over 300 lines, no function's code over 50."""
    lines = len(module.text.splitlines())
    if lines > LONGEST_MODULE:
        yield f"{module.path} has {lines} lines, expected {LONGEST_MODULE} at most"
    for function in functions_of(module.tree):
        body = function.body[1:] if ast.get_docstring(function) else function.body
        length = (function.end_lineno or 0) - body[0].lineno + 1 if body else 0
        if length > LONGEST_FUNCTION:
            yield f"{module.path}:{function.lineno} {function.name} has {length} lines of code"


def imports_stand_on_top(module: Module) -> Iterator[str]:
    """No star imports; none inside functions, but for extras and the commands."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
            yield f"{module.path}:{node.lineno} imports *"
    if module.path.startswith(LATE):
        return
    for function in functions_of(module.tree):
        for line, name in imports_of(function):
            if name.split(".")[0] not in EXTRAS:
                yield f"{module.path}:{line} imports {name} inside {function.name}"


def names_say_something(module: Module) -> Iterator[str]:
    """No module is called after nothing."""
    stem = module.path.rsplit("/", 1)[-1]
    if stem in ("utils.py", "util.py", "helpers.py", "misc.py", "common.py"):
        yield f"{module.path}: expected a name that says what is in it"


def public_things_are_told(module: Module) -> Iterator[str]:
    """Tell what every module, and everything public in it, is for."""
    tree = module.tree
    if module.text.strip() and not ast.get_docstring(tree):
        yield f"{module.path} has no header"
    for node in tree.body:
        named = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        if named and not node.name.startswith("_") and not ast.get_docstring(node):
            yield f"{module.path}:{node.lineno} {node.name} has no docstring"


RULES: tuple[Callable[[Module], Iterator[str]], ...] = (
    imports_point_down,
    libraries_stay_home,
    files_at_the_edges,
    sizes_are_small,
    imports_stand_on_top,
    names_say_something,
    public_things_are_told,
)

BAD_HOUSE = (  # rule, path, text, what is said of it
    (imports_point_down, "prepos/core/axes.py", "import prepos.plan.model", "below core"),
    (imports_point_down, "prepos/plan/model.py", "from prepos.regions import x", "below plan"),
    (imports_point_down, "prepos/plan/model.py", "from prepos import config", "below plan"),
    (imports_point_down, "prepos/plan/model.py", "from . import x", "absolute"),
    (imports_point_down, "prepos/config.py", "from prepos import pipeline", "below config"),
    (libraries_stay_home, "prepos/forecast/x.py", "from pulp import LpProblem", "prepos/plan/"),
    (libraries_stay_home, "prepos/signals/own.py", "import statsmodels.api", "seasons.py"),
    (libraries_stay_home, "prepos/pipeline.py", "import typer", "prepos/cli"),
    (files_at_the_edges, "prepos/plan/x.py", "with open('a') as f: pass", "calls open()"),
    (files_at_the_edges, "prepos/forecast/x.py", "frame.to_csv(path)", "calls to_csv()"),
    (files_at_the_edges, "prepos/forecast/x.py", "path.open('rb')", "calls open()"),
    (files_at_the_edges, "prepos/forecast/x.py", "path.parent.mkdir()", "calls mkdir()"),
    (sizes_are_small, "prepos/plan/x.py", "x = 1\n" * 301, "301 lines"),
    (sizes_are_small, "prepos/plan/x.py", "def f():\n" + "    x = 1\n" * 51, "51 lines of code"),
    (imports_stand_on_top, "prepos/plan/x.py", "from os import *", "imports *"),
    (imports_stand_on_top, "prepos/plan/x.py", "def f():\n    import json", "inside f"),
    (names_say_something, "prepos/plan/utils.py", "", "says what is in it"),
    (public_things_are_told, "prepos/plan/x.py", "x = 1", "no header"),
    (public_things_are_told, "prepos/plan/x.py", '"""X."""\ndef f(): ...', "f has no docstring"),
)

GOOD_HOUSE = (  # rule, path, text
    (imports_point_down, "prepos/forecast/stack.py", "from prepos.signals.own import x"),
    (imports_point_down, "prepos/cli/plan.py", "from prepos import pipeline"),
    (imports_point_down, "prepos/errors.py", "if TYPE_CHECKING:\n    import prepos.core.faults"),
    (libraries_stay_home, "prepos/signals/seasons.py", "import statsmodels.api"),
    (files_at_the_edges, "prepos/ingest/x.py", "open('a')"),
    (files_at_the_edges, "prepos/plan/x.py", "rows.open(0, 1)"),
    (sizes_are_small, "prepos/x.py", 'def f():\n    """' + "a\n" * 60 + '"""\n    return 1'),
    (imports_stand_on_top, "prepos/forecast/boost.py", "def f():\n    import lightgbm"),
    (imports_stand_on_top, "prepos/cli/plan.py", "def f():\n    from prepos import pipeline"),
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_house_keeps_its_rules(rule: Callable[[Module], Iterator[str]]) -> None:
    """No module of the package breaks the rule."""
    house = read_house(ROOT)
    assert len(house) > 10
    assert [fault for module in house for fault in rule(module)] == []


@pytest.mark.parametrize(("rule", "path", "text", "said"), BAD_HOUSE)
def test_rule_finds_what_breaks_it(
    rule: Callable[[Module], Iterator[str]], path: str, text: str, said: str
) -> None:
    """A module that breaks the rule is named, and what is wrong with it is said."""
    (fault,) = rule(Module(path, text))
    assert path in fault
    assert said in fault


@pytest.mark.parametrize(("rule", "path", "text"), GOOD_HOUSE)
def test_rule_lets_pass_what_keeps_it(
    rule: Callable[[Module], Iterator[str]], path: str, text: str
) -> None:
    """What the house allows in one place is not refused there."""
    assert list(rule(Module(path, text))) == []


def test_models_hold_no_code() -> None:
    """Beliefs are text: no Python, no pickles under models/, configs/ and data/.

    But for configs/jobs/, which holds what schedulers are given in their own language.
    """
    kept = ("models", "configs", "data/sample", "data/schemas")
    odd = [f for room in kept for f in (ROOT / room).rglob("*") if f.suffix in (".py", ".pkl")]
    odd = [f for f in odd if f.parent != ROOT / "configs" / "jobs" or f.suffix != ".py"]
    assert odd == []
