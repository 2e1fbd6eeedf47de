"""Passwords do not leave the configuration."""

from __future__ import annotations

import pytest

from prepos.core.secrets import redact


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://ann:s3:cret@db/shop#orders", "postgresql://ann:***@db/shop#orders"),
        ("postgresql://db/shop?password=s3cret&x=1#a", "postgresql://db/shop?password=***&x=1#a"),
        ("host=db PASSWORD=s3cret user=ann", "host=db PASSWORD=*** user=ann"),
        ("postgresql+psycopg://:s3cret@db/shop", "postgresql+psycopg://:***@db/shop"),
        ("postgresql://ann@db/shop#orders", "postgresql://ann@db/shop#orders"),
        ("orders.csv", "orders.csv"),
        ("a:b@c.csv", "a:b@c.csv"),
    ],
)
def test_password_is_hidden_and_nothing_else(text: str, shown: str) -> None:
    """What is secret is starred, the rest stays."""
    assert redact(text) == shown
