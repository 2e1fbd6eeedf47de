"""The policies by name: adding one is adding a file and a line here; or bring your own."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import cast

from prepos.core.policy import Policy
from prepos.errors import ConfigError
from prepos.replay.policies.base_stock import base_stock
from prepos.replay.policies.nearest import nearest
from prepos.replay.policies.newsvendor import newsvendor
from prepos.replay.policies.nothing import nothing
from prepos.replay.policies.proportional import proportional
from prepos.replay.policies.terms import Terms

Maker = Callable[[Terms], Policy]

POLICIES: dict[str, Maker] = {
    "nothing": nothing,
    "proportional": proportional,
    "nearest": nearest,
    "newsvendor": newsvendor,
    "base_stock": base_stock,
}
OWN = "package.module:name"


def load_policy(name: str, terms: Terms) -> Policy:
    """Return the policy of a name, or one's own: ``package.module:name``.

    What stands there is a policy (it has ``decide``), or makes one, called with the terms or with
    nothing: a class or a function.

    Raises
    ------
    ConfigError
        If there is no such policy, or what is there is none.
    """
    if name in POLICIES:
        return POLICIES[name](terms)
    module, colon, attribute = name.partition(":")
    if not colon:
        near = get_close_matches(name, POLICIES, n=1, cutoff=0.0)
        raise ConfigError(
            f"policy is {name!r}, expected one of {', '.join(POLICIES)}, or {OWN}; "
            f"the nearest is {near[0]!r}"
        )
    return as_policy(name, find_attribute(name, module, attribute), terms)


def find_attribute(name: str, module: str, attribute: str) -> object:
    """Return what stands in a module by that name; modules of the working folder are found too."""
    here = str(Path.cwd())
    if here not in sys.path:  # a command that is installed does not look there
        sys.path.append(here)
    try:
        found = import_module(module)
    except (ImportError, ValueError) as error:
        raise ConfigError(f"policy is {name!r}: {error}, expected {OWN}") from error
    if not hasattr(found, attribute):
        near = get_close_matches(attribute, vars(found), n=1, cutoff=0.6)
        told = f"; the nearest is {near[0]!r}" if near else ""
        raise ConfigError(f"policy is {name!r}: {module} has no {attribute!r}{told}")
    return getattr(found, attribute)


def as_policy(name: str, found: object, terms: Terms) -> Policy:
    """Return the policy that was found, or that it makes."""
    if callable(found) and not is_policy(found):
        found = call_maker(name, found, terms)
    if not is_policy(found):
        raise ConfigError(
            f"policy is {name!r}: found {found!r:.60} without decide(snapshot, stock), "
            "expected a policy or what makes one"
        )
    return cast("Policy", found)


def call_maker(name: str, maker: Callable[..., object], terms: Terms) -> object:
    """Return what is made from the terms, or from nothing."""
    for given in ((terms,), ()):
        if takes(maker, given):
            return maker(*given)
    raise ConfigError(
        f"policy is {name!r}: {maker!r:.60} takes neither the terms nor nothing, "
        "expected a policy or what makes one"
    )


def takes(maker: Callable[..., object], given: tuple[object, ...]) -> bool:
    """Return whether it can be called so."""
    try:
        inspect.signature(maker).bind(*given)
    except (TypeError, ValueError):  # other arguments; or built in, without a signature
        return False
    return True


def is_policy(found: object) -> bool:
    """Return whether it can decide: it, not what it is a class of."""
    return not inspect.isclass(found) and callable(getattr(found, "decide", None))
