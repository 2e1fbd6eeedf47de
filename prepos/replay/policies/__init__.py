"""Policies that a replay compares: fair and strong, so that beating them means something.

All but ``nothing`` say what is to lie at each forward node and leave the sending to one rule:
within stock, lanes, room and vehicles, cases are sent in the order of what they are expected to
save for the room they take, until nothing more is wanted or fits.
"""

from prepos.replay.policies.base_stock import BaseStock
from prepos.replay.policies.nearest import Nearest
from prepos.replay.policies.newsvendor import Newsvendor
from prepos.replay.policies.nothing import Nothing
from prepos.replay.policies.proportional import Proportional
from prepos.replay.policies.registry import POLICIES, load_policy
from prepos.replay.policies.terms import Look, Terms

__all__ = [
    "POLICIES",
    "BaseStock",
    "Look",
    "Nearest",
    "Newsvendor",
    "Nothing",
    "Proportional",
    "Terms",
    "load_policy",
]
