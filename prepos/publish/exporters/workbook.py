"""Write tables as a workbook (xlsx): typed cells, no formulas, always the same bytes.

Stands on Office Open XML (ISO/IEC 29500-1, SpreadsheetML): text lies in one list that the cells
point to, so whatever it begins with it is never reckoned with. Cells are put together a column at
a time, in blocks of rows; a workbook of a hundred thousand transfers takes seconds and little room.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from prepos.core.types import AnyArray, IntArray
from prepos.publish.exporters.sheet import Sheet

BLOCK = 20_000  # rows put together at once
LEVEL = 4  # of compression: more takes twice the time for a tenth of the bytes
EPOCH = np.datetime64("1899-12-30", "D")  # day 0 of a workbook
TEXT_STYLE, DATE_STYLE, HEAD_STYLE = 1, 2, 3  # positions in STYLES' cellXfs

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PARTS = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

STYLES = (
    f'{HEAD}<styleSheet xmlns="{MAIN}">'
    '<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1"'
    ' applyNumberFormat="1"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" quotePrefix="1"'
    ' applyFont="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>"
)

# Letters that XML cannot hold, and texts that a reader would take for such a letter's stand-in.
UNSPEAKABLE = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")


class Texts:
    """Every text of a workbook once, with its place in the list."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}
        self.uses = 0

    def places_of(self, cells: AnyArray) -> IntArray:
        """(n,) int: where each text stands; -1 where it is empty."""
        codes, texts = pd.factorize(cells)
        places = [self._places.setdefault(t, len(self._places)) if t else -1 for t in texts]
        found = np.array(places, dtype=np.int64)[codes]
        self.uses += int((found >= 0).sum())
        return found

    def xml(self) -> str:
        """Return the list."""
        body = "".join(
            f'<si><t xml:space="preserve">{_safe(text)}</t></si>' for text in self._places
        )
        counts = f'count="{self.uses}" uniqueCount="{len(self._places)}"'
        return f'{HEAD}<sst xmlns="{MAIN}" {counts}>{body}</sst>'


def write_workbook(path: Path, sheets: Sequence[Sheet]) -> None:
    """Write tables as the sheets of a workbook, headers frozen; raises OSError."""
    with ZipFile(path, "w", ZIP_DEFLATED, compresslevel=LEVEL) as archive:
        for name, pieces in _parts(sheets, Texts()):
            with archive.open(name, "w") as stream:  # which dates all parts 1980-01-01
                for piece in pieces:
                    stream.write(piece.encode())


def _parts(sheets: Sequence[Sheet], texts: Texts) -> Iterator[tuple[str, Iterable[str]]]:
    """Yield the name and the pieces of every part; the texts last, when all are known."""
    for name, xml in _frame(sheets):
        yield name, (xml,)
    for number, sheet in enumerate(sheets, start=1):
        yield f"xl/worksheets/sheet{number}.xml", _sheet_xml(sheet, texts)
    yield "xl/sharedStrings.xml", (texts.xml(),)


def _frame(sheets: Sequence[Sheet]) -> Iterator[tuple[str, str]]:
    """Yield name and text of every part but sheets and texts."""
    numbers = range(1, len(sheets) + 1)
    overrides = [
        ("workbook", "sheet.main"),
        ("styles", "styles"),
        ("sharedStrings", "sharedStrings"),
    ]
    overrides += [(f"worksheets/sheet{number}", "worksheet") for number in numbers]
    parts = "".join(
        f'<Override PartName="/xl/{name}.xml" ContentType="{KIND}.{kind}+xml"/>'
        for name, kind in overrides
    )
    rels = "application/vnd.openxmlformats-package.relationships+xml"
    defaults = f'<Default Extension="rels" ContentType="{rels}"/>'
    defaults += '<Default Extension="xml" ContentType="application/xml"/>'
    yield "[Content_Types].xml", f'{HEAD}<Types xmlns="{TYPES}">{defaults}{parts}</Types>'
    yield "_rels/.rels", _links([("officeDocument", "xl/workbook.xml")])
    listed = "".join(
        f'<sheet name={quoteattr(sheet.name)} sheetId="{number}" r:id="rId{number}"/>'
        for number, sheet in zip(numbers, sheets, strict=True)
    )
    yield (
        "xl/workbook.xml",
        f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{LINKS}"><sheets>{listed}</sheets></workbook>',
    )
    targets = [("worksheet", f"worksheets/sheet{number}.xml") for number in numbers]
    targets += [("styles", "styles.xml"), ("sharedStrings", "sharedStrings.xml")]
    yield "xl/_rels/workbook.xml.rels", _links(targets)
    yield "xl/styles.xml", STYLES


def _links(targets: Sequence[tuple[str, str]]) -> str:
    """Return the relations of a part, ids counted from 1."""
    body = "".join(
        f'<Relationship Id="rId{number}" Type="{LINKS}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, start=1)
    )
    return f'{HEAD}<Relationships xmlns="{PARTS}">{body}</Relationships>'


def _sheet_xml(sheet: Sheet, texts: Texts) -> Iterator[str]:
    """Yield a sheet's text, piece by piece."""
    yield (
        f'{HEAD}<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
        '</sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/>'
        f'<cols><col min="1" max="{len(sheet.columns)}" width="16" customWidth="1"/></cols>'
        "<sheetData>"
    )
    letters = [_letters(number) for number in range(len(sheet.columns))]
    heads = texts.places_of(np.array([*sheet.columns], dtype=object))
    cells = "".join(
        f'<c r="{letter}1" s="{HEAD_STYLE}" t="s"><v>{place}</v></c>'
        for letter, place in zip(letters, heads, strict=True)
    )
    yield f'<row r="1">{cells}</row>'
    columns = [
        texts.places_of(column) if column.dtype == object else column
        for column in sheet.columns.values()
    ]
    styled = [column.dtype == object for column in sheet.columns.values()]
    for start in range(0, sheet.rows, BLOCK):
        rows = pa.array(np.arange(start + 2, min(start + BLOCK, sheet.rows) + 2)).cast(pa.string())
        parts: list[Any] = ['<row r="', rows, '">']
        for letter, column, is_text in zip(letters, columns, styled, strict=True):
            parts.append(_cells(letter, rows, column[start : start + BLOCK], is_text=is_text))
        yield "".join(pc.binary_join_element_wise(*parts, "</row>", "").to_pylist())
    yield "</sheetData></worksheet>"


def _cells(letter: str, rows: Any, column: AnyArray, *, is_text: bool) -> Any:
    """Return one column's cells, a text for each row; nothing where there is nothing."""
    style, held = "", np.ones(len(column), dtype=np.bool_)
    if is_text:
        style, held = f' s="{TEXT_STYLE}" t="s"', column >= 0
    elif column.dtype.kind == "M":
        style = f' s="{DATE_STYLE}"'
        column = (column.astype("datetime64[D]") - EPOCH).astype(np.int64)
    elif column.dtype.kind == "f":
        held = np.isfinite(column)
    values = pa.array(column).cast(pa.string())
    begin, middle = f'<c r="{letter}', f'"{style}><v>'
    cells = pc.binary_join_element_wise(begin, rows, middle, values, "</v></c>", "")
    return pc.if_else(pa.array(held), cells, "")


def _letters(number: int) -> str:
    """Return a column's letters, from 0: A, B, … Z, AA."""
    rest, last = divmod(number, 26)
    return (_letters(rest - 1) if rest else "") + chr(ord("A") + last)


def _safe(text: str) -> str:
    """Return text as XML holds it."""
    return escape(UNSPEAKABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", text))
