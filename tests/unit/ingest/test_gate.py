"""What the bytes of a file tell before any reader sees it."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from prepos.errors import TableError
from prepos.ingest import gate
from prepos.ingest.gate import check_path, scan_text

HEADER = b"sku,name\n"


@pytest.mark.parametrize(
    ("text", "delimiter", "plain"),
    [
        (b"A,2025-01-06 09:30:00\n", ",", True),  # a blank within a cell
        (b"\xef\xbb\xbfA,1\n", ",", True),  # BOM
        (b"A\t1\n", "\t", True),  # the declared tab is no control sign
        (b"A,1.5,.5\r\n", ",", True),
        (b"A,1 \n", ",", False),  # blanks around a cell
        (b" A,1\n", ",", False),
        (b"A, 1\n", ",", False),
        (b'" A",1\n', ",", False),
        (b"A,1 ", ",", False),  # at the very end
        (b"A\t,1\n", ",", False),
        (b"../A,1\n", ",", False),
        ("Ä,1\n".encode(), ",", False),
        (b"A\x7f,1\n", ",", False),
    ],
)
def test_plain_text_is_told_from_what_needs_a_closer_look(
    text: bytes, delimiter: str, plain: bool, tmp_path: Path
) -> None:
    """Only what cannot hide anything in an id is plain."""
    bom = text[:3] if text.startswith(b"\xef\xbb\xbf") else b""
    (tmp_path / "x.csv").write_bytes(
        bom + HEADER.replace(b",", delimiter.encode()) + text[len(bom) :]
    )

    assert scan_text(tmp_path / "x.csv", "x.csv", tmp_path, delimiter).plain is plain


@pytest.mark.parametrize(("size", "short"), [(199, True), (200, False)])
@pytest.mark.parametrize("chunk", [32, gate.CHUNK])
def test_longest_line_is_measured_over_all_pieces(
    size: int, short: bool, chunk: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line is as long as all its parts, its end included."""
    monkeypatch.setattr(gate, "CHUNK", chunk)
    monkeypatch.setattr(gate, "refuse", lambda *_, **__: None)  # the longest line allowed
    (tmp_path / "x.csv").write_bytes(HEADER + b"x" * size + b"\nA,1\n")

    assert scan_text(tmp_path / "x.csv", "x.csv", tmp_path, ",").short is short


@pytest.mark.parametrize("seam", [b"A |,1", b"A,| 1", b".|.", b"\xc3|\x84"])
def test_seam_of_two_pieces_is_looked_at(
    seam: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What two pieces only show together is seen."""
    before, after = seam.split(b"|")
    monkeypatch.setattr(gate, "CHUNK", 64)
    text = HEADER + b"x\n" * 20
    text += b"y" * (64 - len(text) - len(before)) + before + after + b"\n"
    (tmp_path / "x.csv").write_bytes(text)

    assert not scan_text(tmp_path / "x.csv", "x.csv", tmp_path, ",").plain


def test_file_that_ends_within_a_letter_is_named(tmp_path: Path) -> None:
    """The first byte of two is not a letter."""
    (tmp_path / "x.csv").write_bytes(HEADER + b"A\xc3")

    with pytest.raises(TableError, match="ends within a UTF-8 letter"):
        scan_text(tmp_path / "x.csv", "x.csv", tmp_path, ",")


def test_file_that_may_not_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system's own words say why; root may read all, so the refusal is played."""
    path = tmp_path / "x.csv"
    path.write_bytes(HEADER)
    path.chmod(stat.S_IWUSR)

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(TableError, match="cannot be read: Permission denied") as caught:
        check_path(path, "x.csv")
    assert caught.value.faults[0].code == "PP-FILE-UNREADABLE"
