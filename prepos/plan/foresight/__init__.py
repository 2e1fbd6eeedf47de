"""Perfect foresight: what no policy can do better than on a course of past orders."""

from prepos.plan.foresight.foresee import Foresight, foresee

__all__ = ["Foresight", "foresee"]
