"""Specs and options: what is written is what is run, and what cannot be is told."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from prepos.errors import ConfigError
from prepos.forecast.options import ForecastOptions
from prepos.forecast.registry import MODELS
from prepos.forecast.spec import ModelSpec, parse_spec

HOME = Path(__file__).parents[3] / "models"


@pytest.mark.parametrize("kind", MODELS)
def test_every_model_has_a_spec_and_a_card(kind: str) -> None:
    """Each kind is a folder with a spec that reads and a card."""
    spec = parse_spec(tomllib.loads((HOME / kind / "spec.toml").read_text()))
    assert spec.kind == kind
    assert spec == ModelSpec(kind=kind)  # the text says what the code takes by itself
    assert "## Where it fails" in (HOME / kind / "card.md").read_text()


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ({"sginals": ["own"]}, "spec has no key 'sginals', the nearest is 'signals'"),
        ({"window_weeks": "long"}, "spec window_weeks is 'long', expected int"),
        ({"window_weeks": True}, "spec window_weeks is True, expected int"),
        ({"shrinkage": "no"}, "spec shrinkage is 'no', expected bool"),
        ({"signals": "own"}, "spec signals is 'own', expected a list"),
        ({"signals": [1]}, r"spec signals is \[1\], expected a list"),
        ({"signals": ["owl"]}, r"spec signals is \('owl',\), expected one or more of own, pool"),
        ({"origins": 0, "series": 0}, "spec origins is 0.*spec series is 0"),
        ({"season": "summer"}, "spec season is 'summer', expected one of auto, none"),
        ({"half_life_weeks": [2, 1]}, "half_life_weeks is"),
        ({"kid": 1, "windo": 2}, "'kid'.*'windo'"),  # all at once
    ],
)
def test_faulty_specs_are_told(mapping: dict[str, object], message: str) -> None:
    """The message names the key, what was found and what was expected."""
    with pytest.raises(ConfigError, match=message):
        parse_spec(mapping)


def test_shrinkage_is_left_out_by_spec_or_on_asking() -> None:
    """Neither takes back what the other left out; signals are left out beside it."""
    spec = parse_spec({"shrinkage": False})
    assert not spec.leaving_out(("due",)).shrinkage
    assert not spec.signal_options().shrinkage
    without = ModelSpec().leaving_out(("due",), shrinkage=False)
    assert not without.shrinkage
    assert "due" not in without.signals


def test_whole_numbers_do_for_weeks() -> None:
    """A half-life of 2 is as good as one of 2.0."""
    assert parse_spec({"half_life_weeks": [2, 8]}).half_life_weeks == (2.0, 8.0)


def test_options_tell_all_that_cannot_be() -> None:
    """Every wrong option is told at once."""
    with pytest.raises(ConfigError, match=r"source is 'mine'.*floor is -1.*quantiles is"):
        ForecastOptions(source="mine", floor=-1.0, quantiles=(0.9, 0.5))
