"""Policies by name, and one's own."""

import sys
from pathlib import Path

import pytest

from prepos.errors import ConfigError
from prepos.replay.policies import POLICIES, Terms, load_policy
from tests.policies import snapshot_of, terms_of
from tests.unit.replay.policies.test_simple import two_nodes

OWN = '''
"""Somebody's own policies."""
from prepos.replay.policies import Nothing

class Quiet(Nothing):
    pass

class Minded:
    def __init__(self, terms):
        self.window = terms.window

    def decide(self, snapshot, stock):
        return Nothing().decide(snapshot, stock)

ready = Quiet()
number = 7

def make(terms):
    return Minded(terms)

def forget(terms):
    return None
'''


@pytest.fixture
def terms() -> Terms:
    """Return what policies are made from."""
    return terms_of(two_nodes(10))


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the name of a module of one's own, that can be found."""
    (tmp_path / "somebodys_policies.py").write_text(OWN, encoding="utf-8")
    (tmp_path / "broken_policies.py").write_text("import nowhere_to_be_found", encoding="utf-8")
    monkeypatch.delitem(sys.modules, "somebodys_policies", raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [path for path in sys.path if path])
    return "somebodys_policies"


@pytest.mark.parametrize("name", POLICIES)
def test_every_name_decides(name: str, terms: Terms) -> None:
    """Each makes a policy from the terms."""
    case = two_nodes(10)
    load_policy(name, terms).decide(snapshot_of(case), case.stock)


@pytest.mark.parametrize("attribute", ["ready", "Quiet", "Minded", "make"])
def test_ones_own_by_module_and_name(attribute: str, own: str, terms: Terms) -> None:
    """A policy, a class with or without the terms, a function."""
    case = two_nodes(10)
    policy = load_policy(f"{own}:{attribute}", terms)
    assert len(policy.decide(snapshot_of(case), case.stock)) == 0
    assert getattr(policy, "window", terms.window) == terms.window


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("newsvendr", "policy is 'newsvendr', expected one of nothing, .*nearest is 'newsvendor'"),
        ("", "policy is '', expected one of nothing, "),
        ("no_such_thing:make", "policy is 'no_such_thing:make': No module named 'no_such_thing'"),
        (":make", "policy is ':make': Empty module name, expected package.module:name"),
        ("broken_policies:make", "No module named 'nowhere_to_be_found'"),
        ("somebodys_policies:maker", "has no 'maker'; the nearest is 'make'"),
        ("somebodys_policies:", "somebodys_policies has no ''"),
        ("somebodys_policies:number", "found 7 without decide.snapshot, stock., expected a policy"),
        ("somebodys_policies:forget", "found None without decide"),
        (
            "prepos.replay.policies:Proportional",
            "Proportional'> takes neither the terms nor nothing",
        ),
        ("builtins:next", "next> takes neither"),
    ],
)
def test_what_is_no_policy_is_named(name: str, said: str, own: str, terms: Terms) -> None:
    """What was asked for, what was found, what is known."""
    with pytest.raises(ConfigError, match=said):
        load_policy(name, terms)


def test_terms_count_periods() -> None:
    """At least one."""
    look = terms_of(two_nodes(10)).look
    for key in ("window", "review"):
        with pytest.raises(ConfigError, match=f"terms: {key} is 0, expected 1 or more"):
            Terms(**{"look": look, "window": 1, "review": 1, key: 0})
