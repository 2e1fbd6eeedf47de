"""Codes of what one file shows by itself: bytes, dialect, values, ids."""

from __future__ import annotations

from prepos.core.faults import Code

FILES = (
    Code(
        "PP-FILE-NOT-GIVEN",
        "a needed table is not configured",
        "Orders, products, nodes, regions and stock are needed; regions may be made by cells.",
        "Name its file in [data].",
    ),
    Code(
        "PP-FILE-MISSING",
        "the file does not exist",
        "Paths in [data] are relative to the configuration's folder.",
        "Correct the path, or put the file there.",
    ),
    Code("PP-FILE-FOLDER", "the path is a folder", "A table is one file.", "Name a file in it."),
    Code(
        "PP-FILE-UNREADABLE",
        "the file cannot be opened",
        "The system refuses to open it, mostly for want of permission.",
        "Let the user who runs prepos read it.",
    ),
    Code(
        "PP-FILE-EMPTY",
        "the file has no content",
        "Not even a header is in it.",
        "Export it again; a table without rows still has its header.",
    ),
    Code(
        "PP-FILE-HEADER",
        "the first line is blank",
        "The first line must name the columns.",
        "Take the blank lines above the header out.",
    ),
    Code(
        "PP-FILE-NO-ROWS",
        "a header and no rows",
        "Orders, products, nodes and regions need rows; other tables may be empty.",
        "Fill the table, or take it out of [data].",
    ),
    Code(
        "PP-FILE-ENCODING",
        "the text is not UTF-8",
        "Another encoding would turn names and ids into other letters without a word.",
        "Save as UTF-8: in a spreadsheet 'CSV UTF-8', or iconv -f LATIN1 -t UTF-8.",
    ),
    Code(
        "PP-FILE-NUL",
        "a NUL byte in the text",
        "NUL bytes come from damaged disks, broken transfers and binary files.",
        "Export or copy the file again.",
    ),
    Code(
        "PP-FILE-TRUNCATED",
        "the file ends too early or is damaged",
        "A gzip or Parquet file was cut off, so rows are missing at its end.",
        "Copy it again and compare the sizes.",
    ),
    Code(
        "PP-FILE-EXCEL",
        "an Excel workbook instead of CSV",
        "The first bytes are those of a workbook, whatever the name says.",
        "Save the sheet as 'CSV UTF-8'.",
    ),
    Code(
        "PP-FILE-FORMAT",
        "the file is of another format than its name says",
        "The first bytes are those of another format.",
        "Rename it, or export it as CSV or Parquet.",
    ),
    Code(
        "PP-FILE-BOMB",
        "the file unpacks to far more than text does",
        "Text packs 3 to 30 times; this is more than 200 times and may fill the disk.",
        "Unpack it yourself if it is meant.",
    ),
    Code(
        "PP-FILE-LINE",
        "a line or a cell is too long",
        "Lines above 1 MiB and cells above 131,072 letters are taken for damage.",
        "Look for a quote that is not closed, or line ends that were lost.",
    ),
)

DATABASES = (
    Code(
        "PP-DATABASE-TABLE",
        "the database has no such table or view",
        "Names are looked up in the catalogue, to the letter. A table of a schema outside the "
        "search path needs it before its name.",
        "Write #table or #schema.table as the catalogue has it.",
    ),
)

DIALECT = (
    Code(
        "PP-DIALECT-DELIMITER",
        "another sign separates the columns",
        "The header holds semicolons, tabs or bars where another sign is declared.",
        "Set ingest.delimiter, or export with commas.",
    ),
    Code(
        "PP-DIALECT-HEADER-TWICE",
        "a column name stands in the header twice",
        "Which of the two is meant cannot be known.",
        "Rename or remove one.",
    ),
    Code(
        "PP-DIALECT-HEADER-MISSING",
        "a needed column is not in the header",
        "Names are read to the letter; the name most like it is given where there is one.",
        "Rename the column as `prepos schema TABLE` says.",
    ),
    Code(
        "PP-DIALECT-HEADER-AGAIN",
        "the header is repeated as a row",
        "Files were joined without taking the second header out.",
        "Remove the row.",
    ),
    Code(
        "PP-DIALECT-COLUMN",
        "a column is not known",
        "It is not read.",
        "Rename it if it is meant; else leave it.",
    ),
    Code(
        "PP-DIALECT-EXTRA",
        "a row has more cells than the header",
        "Mostly a cell holds the separator and is not quoted.",
        "Quote the cell.",
    ),
    Code(
        "PP-DIALECT-SHORT",
        "a row has fewer cells than the header",
        "Mostly a line was broken in two, or the file was cut off.",
        "Mend the row.",
    ),
    Code(
        "PP-DIALECT-QUOTE",
        "a quote is not closed",
        "Everything up to the next quote would become one cell.",
        "Close it, or double a quote that belongs to the text.",
    ),
)

VALUES = (
    Code(
        "PP-VALUE-MISSING",
        "a needed value is empty",
        "The row cannot be used without it.",
        "Fill it in, or leave the row out.",
    ),
    Code("PP-VALUE-NUMBER", "not a number", "The cell holds something else.", "Correct it."),
    Code(
        "PP-VALUE-FRACTION",
        "a fraction where whole units are meant",
        "Units of stock are whole; rounding would invent or lose stock.",
        "Give whole units, in another unit of measure if needed.",
    ),
    Code(
        "PP-VALUE-ZERO",
        "zero where something is meant",
        "The value must be above 0.",
        'Leave the row out; ingest.cancellations = "drop" does it for orders.',
    ),
    Code(
        "PP-VALUE-NEGATIVE",
        "a number below its least value",
        "In orders these are mostly cancellations and returns.",
        'Correct it; ingest.cancellations = "drop" leaves such order lines out.',
    ),
    Code(
        "PP-VALUE-NOT-FINITE",
        "NaN, infinity or a word for nothing",
        "It is no number to calculate with.",
        "Leave the cell empty where nothing is known.",
    ),
    Code(
        "PP-VALUE-OVERFLOW",
        "a number above its greatest value",
        "Mostly another column slipped in, such as a barcode.",
        "Correct it.",
    ),
    Code(
        "PP-VALUE-THOUSANDS",
        "signs between thousands",
        "1,000 is a thousand to some and one to others.",
        "Write 1000.",
    ),
    Code(
        "PP-VALUE-DECIMAL",
        "another decimal sign than declared",
        "A comma where a point is declared, or the other way round.",
        "Set ingest.decimal.",
    ),
    Code(
        "PP-VALUE-QUANTILES",
        "quantiles that cross",
        "Demand that stays below q50 half the time stays below q90 at least as often.",
        "Look whether two columns are swapped; sort them if the forecast was made so.",
    ),
    Code(
        "PP-VALUE-BOOLEAN",
        "neither true nor false",
        "true, t, yes, y, 1, on and false, f, no, n, 0, off are read, in any case.",
        "Correct it.",
    ),
    Code(
        "PP-VALUE-CHOICE",
        "not one of the words that are known",
        "The words are set.",
        "Use one of those the message names.",
    ),
)

IDS = (
    Code(
        "PP-ID-FORMULA",
        "an id that a spreadsheet runs as a formula",
        "An id that starts with = + - @ is executed when the plan is opened in a spreadsheet.",
        "Rename it, or set ingest.allow_odd_ids = true if no spreadsheet opens the plan.",
    ),
    Code(
        "PP-ID-PATH",
        "an id that reads as a way through folders",
        "An id such as ../x could reach files when it becomes part of a name.",
        "Rename it.",
    ),
    Code(
        "PP-ID-CONTROL",
        "an id with signs that are not seen",
        "Control signs steer terminals; marks that hide or turn text make two ids look alike.",
        "Clean the export.",
    ),
    Code(
        "PP-ID-LONG", "an id of more than 200 letters", "Mostly a text slipped in.", "Correct it."
    ),
    Code(
        "PP-ID-NUMBER",
        "ids held as fractional numbers",
        "In Parquet a column of ids with gaps often becomes 123.0, and 00123 is lost.",
        "Write the column as text.",
    ),
    Code(
        "PP-ID-TRIMMED",
        "ids with blanks around them",
        "The blanks are taken off.",
        "Clean the export, so that other programs read the same.",
    ),
)
