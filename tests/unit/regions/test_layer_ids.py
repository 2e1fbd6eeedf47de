"""Ids of a layer."""

from __future__ import annotations

import pandas as pd
import pytest

from prepos.regions.layer_ids import check_ids, read_ids

BAD = [
    ("", "PP-PLACE-LAYER-ID", "region_id is '', expected an id"),
    ("x", "PP-PLACE-LAYER-ID", "region_id is 'x', expected it once; row 1 has it"),
    # what a spreadsheet would run
    ("-99", "PP-ID-FORMULA", "region_id is '-99', expected one that no spreadsheet runs"),
    ("=1+1", "PP-ID-FORMULA", "region_id is '=1+1', expected one that no spreadsheet runs"),
    # colours of a terminal, text turned round, a way up the folders, a novel
    ("a\x1b[31m", "PP-ID-CONTROL", "region_id is 'a\\x1b[31m', expected an id without signs"),
    ("a\u202eb", "PP-ID-CONTROL", "region_id is 'a\\u202eb', expected an id without signs"),
    ("../a", "PP-ID-PATH", "region_id is '../a', expected an id that does not read as a way"),
    ("a" * 201, "PP-ID-LONG", "region_id is 'aaa"),
]


@pytest.mark.parametrize(("key", "code", "message"), BAD)
def test_ids_that_cannot_be_are_named_with_their_row(key: str, code: str, message: str) -> None:
    """A refused id tells row, value and expectation."""
    (fault,) = check_ids(["x", key], "map.gpkg")
    assert (fault.line, fault.column, fault.code) == (2, "region_id", code)
    assert fault.message.startswith(message)


@pytest.mark.parametrize("key", ["00123", "NA", "São Paulo/Sul", "a..b", "東京"])
def test_ids_that_only_look_odd_are_fine(key: str) -> None:
    """Letters of any language, leading zeros and words for nothing are ids."""
    assert list(check_ids([key], "map.gpkg")) == []


def test_odd_starts_may_be_allowed() -> None:
    """``-99`` is an id for who says so; an escape sign never is."""
    assert list(check_ids(["-99"], "map.gpkg", allow_odd_ids=True)) == []
    assert len(list(check_ids(["\x1b"], "map.gpkg", allow_odd_ids=True))) == 1


def test_blanks_around_ids_are_taken_off_and_told() -> None:
    """A trimmed id is the id; how many were trimmed is a notice."""
    ids, notices = read_ids(pd.DataFrame({"region_id": ["MA", "CO ", "\u00a0IL"]}), "map.gpkg")
    assert ids == ["MA", "CO", "IL"]
    (notice,) = notices
    assert (notice.line, notice.code) == (2, "PP-ID-TRIMMED")
    assert notice.message == "2 rows have ids with blanks around them, which are taken off"


def test_numbers_keep_no_fraction_from_an_empty_cell() -> None:
    """Whole numbers stay whole beside an empty cell; real fractions stay as they are."""
    assert read_ids(pd.DataFrame({"region_id": [12.0, None]}), "m")[0] == ["12", ""]
    assert read_ids(pd.DataFrame({"region_id": [1.5, 2.0]}), "m")[0] == ["1.5", "2.0"]
