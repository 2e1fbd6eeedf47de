"""The servers that tests of databases share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.databases.postgres import Server, binary, running


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """Give a PostgreSQL of our own, real and empty; skip where its programs are not installed."""
    if not (binary("initdb") and binary("pg_ctl")):
        pytest.skip("needs PostgreSQL's initdb and pg_ctl, such as of Debian's postgresql")
    with running() as server:
        yield server


@pytest.fixture
def shop(postgres: Server) -> Server:
    """Give the server with an empty database."""
    postgres.run("DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
    return postgres
