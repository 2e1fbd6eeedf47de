"""Queries in a file, and the parameters in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from prepos.database.queries import parameters_of, read_queries, with_parameters
from prepos.errors import ConfigError

CASES = (  # query, the same with parameters written as $name
    ("SELECT :cutoff, a::date, :cutoff", "SELECT $cutoff, a::date, $cutoff"),
    ("SELECT ':no', \":no\", 'it''s :no', :yes", "SELECT ':no', \":no\", 'it''s :no', $yes"),
    ("SELECT 1 -- :no\n, :yes", "SELECT 1 -- :no\n, $yes"),
    (
        "SELECT /* :no */ :yes, $$ :no $$, $a$ $$ :no $a$",
        "SELECT /* :no */ $yes, $$ :no $$, $a$ $$ :no $a$",
    ),
    ("SELECT a[1:2], '12:30'::time", "SELECT a[1:2], '12:30'::time"),
)


@pytest.mark.parametrize(("query", "written"), CASES)
def test_parameters_are_found_where_they_are_meant(query: str, written: str) -> None:
    """Not in texts, names, comments and casts."""
    assert with_parameters(query, lambda name: f"${name}") == written
    assert parameters_of(query) == tuple(n for n in ("cutoff", "yes") if f"${n}" in written)


def test_queries_are_read_without_their_last_semicolon(tmp_path: Path) -> None:
    """A query is part of another statement."""
    (tmp_path / "q.toml").write_text('a = "SELECT 1;"\nb = """\nSELECT 2\n"""\n')
    assert read_queries(tmp_path / "q.toml") == {"a": "SELECT 1", "b": "SELECT 2"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "cannot be read: No such file"),
        ("a = ", "cannot be read: Invalid value"),
        ("[a]\nb = 'SELECT 1'", "a is no text, expected SQL in quotes"),
    ],
)
def test_file_that_is_none_of_queries_is_refused(
    tmp_path: Path, text: str | None, said: str
) -> None:
    """The message names the file."""
    if text is not None:
        (tmp_path / "q.toml").write_text(text)
    with pytest.raises(ConfigError, match=rf"q\.toml.*{said}"):
        read_queries(tmp_path / "q.toml")
