"""Addresses of databases: what they mean, and what they may not hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from prepos.database.address import Address, label_of, parse_address
from prepos.errors import ConfigError

GOOD = (  # address, system, file, schema, table, query, label
    ("postgresql://ann@db:5433/shop#orders", "postgresql", "", "", "orders", "", "shop#orders"),
    ("postgres:///shop?host=/run#s.t", "postgresql", "", "s", "t", "", "shop#s.t"),
    ("postgresql://db#orders", "postgresql", "", "", "orders", "", "postgresql#orders"),
    ("duckdb:///a/b.duckdb#t", "duckdb", "a/b.duckdb", "", "t", "", "b.duckdb#t"),
    ("sqlite:////var/x.db#query:last", "sqlite", "/var/x.db", "", "", "last", "x.db#query:last"),
    ("sqlite:///a%20b.db#a%20b", "sqlite", "a b.db", "", "a b", "", "a b.db#a b"),
)


@pytest.mark.parametrize(("text", "system", "file", "schema", "table", "query", "label"), GOOD)
def test_address_is_taken_apart(
    text: str, system: str, file: str, schema: str, table: str, query: str, label: str
) -> None:
    """What stands where in a URL."""
    url = text.partition("#")[0]
    found = parse_address("data.orders", text)
    names = {"schema": schema, "table": table, "query": query}
    assert found == Address(system=system, url=url, name=label.split("#")[0], file=file, **names)
    assert found.label == label_of(text) == label


BAD = (  # address, what is said
    ("postgresq://db/shop#t", "is postgresq://…, expected one of postgresql, duckdb, sqlite, near"),
    ("mysql://ann:s3cret@db/shop#t", "is mysql://…, expected one of postgresql, duckdb, sqlite"),
    ("postgresql://ann:s3cret@db/shop#t", "holds a password, expected none: set PGPASSWORD"),
    ("postgresql://ann:s3c/ret@db/shop#t", "holds a password, expected none: set PGPASSWORD"),
    ("postgresql://db/shop?Password=s3cret#t", "holds a password"),
    ("postgresql://db/shop?pass%77ord=s3cret#t", "holds a password"),
    ("postgresql://db/shop?sslpassword=s3cret#t", "holds a password"),
    ("postgresql://db/shop", "expected #table, #schema.table or #query:NAME behind it"),
    ("postgresql://db/shop#query:", "expected #table, #schema.table or #query:NAME behind it"),
    ("duckdb://file.duckdb#t", "three slashes and a file's path, such as duckdb:///file.duckdb"),
    ("sqlite:///:memory:#t", "three slashes and a file's path"),
    ("postgresql://[::1/shop#t", "expected a URL"),
)


@pytest.mark.parametrize(("text", "said"), BAD)
def test_address_that_cannot_be_is_refused(text: str, said: str) -> None:
    """The message names the key and shows no secret."""
    with pytest.raises(ConfigError) as caught:
        parse_address("data.orders", text)
    assert str(caught.value).startswith("data.orders ")
    assert said in str(caught.value)
    assert "s3c" not in str(caught.value)


def test_database_as_a_whole_names_no_table() -> None:
    """What takes plans is a database."""
    assert parse_address("url", "duckdb:///a.db", whole=True).path(Path("/x")) == Path("/x/a.db")
    with pytest.raises(ConfigError, match="expected a database, without #orders"):
        parse_address("url", "duckdb:///a.db#orders", whole=True)
