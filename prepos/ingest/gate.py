"""Look at a file's bytes before any reader does: what readers pass over silently is refused here.

Streams: memory stays at one chunk. A gzip file is unpacked into the work folder on the way, within
bounds, so that what was looked at is what is read. The one fault found ends the file's reading.
"""

from __future__ import annotations

import codecs
import gzip
import hashlib
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NoReturn

import numpy as np
from numpy.typing import NDArray

from prepos.core.faults import Fault
from prepos.errors import TableError

CHUNK = 1 << 20  # bytes; also the longest line allowed
LONGEST_ID = 200  # letters
FREE_BYTES = 256 << 20  # a gzip file may unpack to this much whatever its size
LARGEST_RATIO = 200  # and beyond it to this many times its size; text packs 3 to 30 times

_FOREIGN = (
    (b"PK\x03\x04", "PP-FILE-EXCEL", "is a zip archive such as an Excel workbook"),
    (b"\xd0\xcf\x11\xe0", "PP-FILE-EXCEL", "is an old Excel workbook"),
    (b"PAR1", "PP-FILE-FORMAT", "is a Parquet file; name it .parquet"),
    (b"\xff\xfe", "PP-FILE-ENCODING", "is UTF-16"),
    (b"\xfe\xff", "PP-FILE-ENCODING", "is UTF-16"),
    (b"<", "PP-FILE-FORMAT", "starts with '<' like a web page"),
    (b"SQLite format 3", "PP-FILE-FORMAT", "is an SQLite database"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """A text file as its bytes are.

    ``plain`` says that it is printable ASCII, no cell starts or ends in a blank and there is no
    ".." in it; ``short`` that no line is longer than an id may be; ``underscored`` that it holds
    "_"; ``regular`` that its line ends are all alike and its quotes come in pairs.
    """

    path: Path  # unpacked
    sha256: str  # of the file as given
    lines: int
    plain: bool
    short: bool
    underscored: bool
    regular: bool


def refuse(label: str, code: str, message: str, *, line: int = 0, value: str = "") -> NoReturn:
    """Raise the one fault that ends a file's reading."""
    raise TableError(f"{label}: {message}", [Fault(label, line, "", value, code, message)])


def check_path(path: Path, label: str) -> None:
    """Raise TableError where the path is no file that can be opened."""
    if not path.exists():
        refuse(label, "PP-FILE-MISSING", f"file {path} does not exist", value=str(path))
    if not path.is_file():
        kind = "a folder" if path.is_dir() else "a pipe or device"
        refuse(label, "PP-FILE-FOLDER", f"{path} is {kind}, expected a file", value=str(path))
    try:
        with path.open("rb") as stream:
            stream.read(1)
    except OSError as error:
        refuse(label, "PP-FILE-UNREADABLE", f"file {path} cannot be read: {error.strerror}")


def digest(path: Path) -> str:
    """Return the file's SHA-256 in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def scan_text(path: Path, label: str, work_folder: Path, delimiter: str) -> Scan:
    """Return what the bytes of a CSV or CSV.gz file tell.

    Raises
    ------
    TableError
        With the one fault that makes the file unreadable: encoding, NUL, truncation, format.
    """
    check_path(path, label)
    with path.open("rb") as stream:
        start = stream.read(64)
        packed = start.startswith(b"\x1f\x8b")
    if not packed:
        return _scan_chunks(_chunks(path), label, path, path, delimiter)
    unpacked = work_folder / f"{path.name}.unpacked"
    with ExitStack() as stack:
        sink = stack.enter_context(unpacked.open("wb"))
        return _scan_chunks(_unpack(path, label, sink), label, path, unpacked, delimiter)


def _chunks(path: Path) -> Iterator[bytes]:
    """Yield the file in pieces."""
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            yield chunk


def _unpack(path: Path, label: str, sink: IO[bytes]) -> Iterator[bytes]:
    """Yield the unpacked pieces of a gzip file, and write them beside."""
    limit = max(FREE_BYTES, LARGEST_RATIO * path.stat().st_size)
    total = 0
    try:
        with gzip.open(path) as stream:
            while chunk := stream.read(CHUNK):
                total += len(chunk)
                if total > limit:
                    refuse(
                        label,
                        "PP-FILE-BOMB",
                        f"unpacks to more than {limit:,} bytes, {LARGEST_RATIO} times its size",
                    )
                sink.write(chunk)
                yield chunk
            sink.flush()
    except EOFError:
        refuse(label, "PP-FILE-TRUNCATED", "gzip ends before its data does, expected a whole file")
    except (gzip.BadGzipFile, zlib.error) as error:
        refuse(label, "PP-FILE-TRUNCATED", f"gzip is damaged ({error}), expected a whole file")


def _scan_chunks(
    chunks: Iterator[bytes], label: str, source: Path, path: Path, delimiter: str
) -> Scan:
    """Count what matters, and stop at the first thing that cannot be text."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    size = newlines = returns = pairs = quotes = controls = 0
    open_line = longest = 0  # bytes
    plain, underscored, last = True, False, b""
    for chunk in chunks:
        if not size:
            _check_start(chunk, label)
        _check_text(chunk, decoder, label, newlines, size)
        text = chunk if size else chunk.removeprefix(codecs.BOM_UTF8)
        plain = plain and _is_plain(last + text, delimiter)
        underscored = underscored or b"_" in chunk
        codes = np.frombuffer(chunk, np.uint8)
        ends = np.flatnonzero(codes == ord("\n"))
        here = len(ends)
        newlines += here
        lines = np.diff(ends, prepend=-1 - open_line, append=len(chunk) - 1)
        longest, open_line = max(longest, int(lines.max())), int(lines[-1])
        controls += int(np.count_nonzero(codes < 32)) - here
        controls -= chunk.count(b"\t") if delimiter == "\t" else 0
        if b"\r" in chunk or last == b"\r":
            returns += chunk.count(b"\r")
            pairs += chunk.count(b"\r\n") + (last == b"\r" and chunk[:1] == b"\n")
        elif not here and len(chunk) == CHUNK:
            refuse(label, "PP-FILE-LINE", f"line {newlines + 1} is longer than {CHUNK:,} bytes")
        quotes += chunk.count(b'"') if b'"' in chunk else 0  # looking is cheaper than counting
        size += len(chunk)
        last = chunk[-1:]
    _check_end(decoder, label, newlines, size)
    return Scan(
        path=path,
        sha256=digest(source),
        lines=newlines + (last != b"\n"),
        plain=plain and controls == returns and last != b" ",
        short=longest <= LONGEST_ID,
        underscored=underscored,
        regular=returns == pairs and pairs in (0, newlines) and quotes % 2 == 0,
    )


def _is_plain(piece: bytes, delimiter: str) -> bool:
    """Whether no id in the piece can need a closer look for what it holds or ends in."""
    codes = np.frombuffer(piece, np.uint8)
    dots = codes == ord(".")
    return (
        piece.isascii()
        and b"\x7f" not in piece
        and not bool((dots[1:] & dots[:-1]).any())
        and (b" " not in piece or not _has_blank_edges(codes, delimiter))
    )


def _has_blank_edges(codes: NDArray[np.uint8], delimiter: str) -> bool:
    """Whether a blank stands at the start or the end of a cell."""
    edges = np.frombuffer(f'{delimiter}\n\r"'.encode(), np.uint8)
    blanks = codes == ord(" ")
    beside = np.concatenate((codes[1:][blanks[:-1]], codes[:-1][blanks[1:]]))
    return bool(np.isin(beside, edges).any())


def _check_start(chunk: bytes, label: str) -> None:
    """Refuse what is no text by its first bytes."""
    for magic, code, words in _FOREIGN:
        if chunk.startswith(magic):
            refuse(label, code, f"{words}, expected CSV text in UTF-8")
    if len(chunk) >= 4 and (chunk[1:4:2] == b"\0\0" or chunk[0:3:2] == b"\0\0"):
        refuse(label, "PP-FILE-ENCODING", "looks like UTF-16, expected UTF-8")


def _check_text(
    chunk: bytes, decoder: codecs.IncrementalDecoder, label: str, newlines: int, offset: int
) -> None:
    """Refuse NUL bytes and bytes that are not UTF-8, saying where."""
    if b"\0" in chunk:
        at = chunk.index(b"\0")
        line = newlines + chunk.count(b"\n", 0, at) + 1
        refuse(label, "PP-FILE-NUL", f"byte {offset + at + 1} is NUL, expected text", line=line)
    if chunk.isascii() and not decoder.getstate()[0]:
        return
    held = len(decoder.getstate()[0])
    try:
        decoder.decode(chunk)
    except UnicodeDecodeError as error:
        at = error.start - held
        line = newlines + chunk.count(b"\n", 0, max(at, 0)) + 1
        found = error.object[error.start]
        refuse(
            label,
            "PP-FILE-ENCODING",
            f"byte {offset + at + 1} is 0x{found:02X}, which is not UTF-8; the file may be "
            f"Latin-1 or Windows-1252: save it as UTF-8",
            line=line,
            value=f"0x{found:02X}",
        )


def _check_end(decoder: codecs.IncrementalDecoder, label: str, newlines: int, size: int) -> None:
    """Refuse an empty file, and one that ends within a letter."""
    if size <= len(codecs.BOM_UTF8):
        refuse(label, "PP-FILE-EMPTY", "file is empty, expected a header and rows")
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        refuse(label, "PP-FILE-ENCODING", "file ends within a UTF-8 letter", line=newlines + 1)
