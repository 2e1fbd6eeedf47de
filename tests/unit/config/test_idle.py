"""Settings that nothing reads yet."""

from __future__ import annotations

from prepos.config import idle_settings, load_config
from prepos.config.idle import IDLE


def test_the_base_is_silent() -> None:
    """Defaults are no news."""
    assert idle_settings(load_config(None)) == ()


def test_a_changed_setting_is_told_with_its_default() -> None:
    """Key, value found, value expected."""
    config = load_config(None, sets=["privacy.default_consent.offers=true", "plan.near=2"])

    notices = idle_settings(config)

    assert [notice.message for notice in notices] == [
        "privacy.default_consent.offers is True, and nothing reads it yet, expected False",
    ]


def test_every_idle_key_exists() -> None:
    """A key that was renamed would never be told."""
    assert set(IDLE) <= set(load_config(None).settings)
