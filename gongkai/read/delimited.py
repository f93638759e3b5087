"""Delimited text: in the encoding and with the delimiter that a source declares, or else those
that the text itself shows."""

from __future__ import annotations

import csv
import gc
import io
import itertools
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from gongkai.errors import BrokenDelivery
from gongkai.read.aligned import aligned_rows, is_aligned
from gongkai.read.encoding import text_of
from gongkai.read.grid import Document, Grid, Row
from gongkai.read.shape import Sheet
from gongkai.text import Text

DELIMITERS = (",", "\t", ";", "|", "，", "；")
"""What is tried where no delimiter is declared, the first of equals first."""
BLANKS = "blanks"
"""What a source declares, in place of a delimiter, for columns that stand below each other."""
WRITTEN = {r"\t": "\t"}
"""How a delimiter may be written that is hard to see."""
UNIT = "\x1f"
SAMPLE = 1 << 16
"""How much of a text is looked at for its delimiter, in characters."""
AGAIN = Text("请部门重新导出。", "Ask the department to export again.")

# a field may be a whole policy text: the limit of the library is there to be raised
csv.field_size_limit(2**31 - 1)


def read_delimited(document: Document, encoding: str | None, delimiter: str | None) -> Grid:
    """The lines of a text file. A line is a physical line of the file: a quoted field that runs
    over several is found at its first. A quote within a quoted field is doubled or follows a
    backslash.

    Raises BrokenDelivery, with the line, where a byte is of another encoding, where there is a
    NUL, and where a quote is not closed, or only far below, or stands within a quoted field.
    """
    # an old system ends a text with a mark
    text = text_of(document, encoding).removesuffix("\x1a")
    if "\0" in text:
        raise _broken(document, _line_of(text, text.index("\0")), "nul")
    between = WRITTEN.get(delimiter, delimiter) if delimiter else delimiter_of(text)
    if between == BLANKS:
        return Grid(document.name, "", aligned_rows(text))
    if len(between) > 1:
        # the library cuts at one character: one that means just that and that nobody types
        text, between = text.replace(between, UNIT), UNIT
    rows, broken = _rows(text, between)
    if broken and '\\"' in text:
        # only what does not read as it stands is taken for escapes: "D:\" is a whole field
        rows, broken = _rows(_doubled(text), between)
    if broken or (broken := _swallowed(rows, between)):
        raise _broken(document, *broken)
    return Grid(document.name, "", rows)


def delimiter_of(text: str) -> str:
    """The delimiter that cuts most lines of the beginning into as many fields; of several that do,
    the one that gives more fields. Where none cuts half of the lines, columns may be aligned by
    blanks."""
    sample = text[:SAMPLE]
    if len(text) > SAMPLE:
        # the last line is cut off
        sample = sample[: max(sample.rfind("\n"), sample.rfind("\r")) + 1] or sample
    found = max(DELIMITERS, key=lambda delimiter: _regularity(sample, delimiter))
    lines = sum(not line.isspace() for line in sample.splitlines())
    if _regularity(sample, found)[0] * 2 < lines and is_aligned(sample):
        return BLANKS
    return found


def _regularity(sample: str, delimiter: str) -> tuple[int, int]:
    """How many lines have the most frequent number of fields, if it is more than one, and what
    that number is."""
    lines = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
    widths = Counter(len(fields) for fields in lines if len(fields) > 1)
    [(width, lines_of_it)] = widths.most_common(1) or [(1, 0)]
    return lines_of_it, width


def _rows(text: str, delimiter: str) -> tuple[list[Row], tuple[int, str] | None]:
    """The rows, and where it breaks off: the line at which the row begins, and why."""
    rows: list[Row] = []
    start = 1
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        with _uncollected():
            for fields in reader:
                cells: list[str | None] = [*fields] if all(fields) else [f or None for f in fields]
                rows.append((start, "", cells))
                start = reader.line_num + 1
    except csv.Error as error:
        return rows, (start, "open" if "unexpected end" in str(error) else "quote")
    return rows, None


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without garbage collection: rows hold no cycles, and looking through a million of them again
    and again takes as long as reading them."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _swallowed(rows: list[Row], delimiter: str) -> tuple[int, str] | None:
    """The row that has swallowed others: a quote that was not closed ends at the next one, and
    between them stand lines with as many delimiters as a row has."""
    several = [row for row, below in itertools.pairwise(rows) if below[0] > row[0] + 1]
    if not several:
        return None
    width = Counter(len(cells) for _, _, cells in rows).most_common(1)[0][0]
    for line, _, cells in several:
        for cell in cells:
            inner = (cell or "").splitlines()[1:-1]
            delimiters = {text.count(delimiter) for text in inner}
            if delimiters == {width - 1} and width > 2 and len(inner) * width > 3:
                return line, "swallowed"
    return None


def _doubled(text: str) -> str:
    """The text with quotes doubled that are escaped by a backslash."""
    return re.sub(r'\\(["\\])', lambda found: '""' if found[1] == '"' else "\\", text)


FAULTS = {
    "nul": Text("该行有空字符（NUL）", "there is a NUL character in the line"),
    "open": Text("该行开始的引号没有闭合", "a quote that opens here is never closed"),
    "swallowed": Text(
        "该行开始的引号一直延续到后面若干行之后",
        "a quote that opens here is closed only behind lines that look like rows",
    ),
    "quote": Text(
        "引号后面既不是分隔符也不是行尾：字段中的引号应写两次，或上一个引号没有闭合",
        "behind a closing quote there is neither a delimiter nor the end of the line: a quote "
        "within a field is to be doubled, or the one before was not closed",
    ),
}


def _broken(document: Document, line: int, fault: str) -> BrokenDelivery:
    return BrokenDelivery(
        FAULTS[fault], where=f"{document.name}, 第 {line} 行 line {line}", do=AGAIN
    )


def _line_of(text: str, at: int) -> int:
    return len(re.findall(r"\r\n|\r|\n", text[:at])) + 1


def refuse_overflow(sheet: Sheet, rows: list[Row]) -> None:
    """A row of data with more fields than the header has an unquoted delimiter in one of them."""
    for line, _, cells in rows:
        if len(cells) > len(sheet.header) and any(cells[len(sheet.header) :]):
            raise BrokenDelivery(
                Text(
                    f"该行有 {len(cells)} 个字段，表头只有 {len(sheet.header)} 个",
                    f"the line has {len(cells)} fields, the header {len(sheet.header)}",
                ),
                where=f"{sheet.file}, 第 {line} 行 line {line}",
                do=Text(
                    "请部门给含有分隔符的字段加上引号。",
                    "Ask the department to quote fields that hold the delimiter.",
                ),
            )
