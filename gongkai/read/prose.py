"""Running text: numbered paragraphs under headings, as notices and plans of work are written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from gongkai.errors import BrokenDelivery
from gongkai.read.encoding import text_of
from gongkai.read.grid import Document, Row
from gongkai.read.shape import MEND, Sheet, bare, captions_in, line_text
from gongkai.repair import Repaired, repaired
from gongkai.sources import Table
from gongkai.text import Text

BESIDE = ("damaged", "mended")
"""What a row says beside the groups of `item`: the places that no rule could mend, and what the
repair did."""


@dataclass(frozen=True)
class Line:
    """A line that is not blank: its number, and its text after the repair."""

    number: int
    repair: Repaired
    changed: bool

    @property
    def text(self) -> str:
        return self.repair.text.strip()


def read_prose(document: Document, declared: Table) -> Sheet:
    """The paragraphs that begin as `item` says, each with the lines below it that begin nothing
    else: a sentence that a page break cut stays cut, by a line break.

    The columns are the named groups of `item`, and `BESIDE`. A heading is a row of one cell. A
    paragraph beside the items is no row, unless it is damaged: that is for a person to see.

    Raises BrokenDelivery where no paragraph begins as `item` says.
    """
    lines = list(_lines(document, declared))
    item = re.compile(declared.item or "(?P<text>.+)", re.DOTALL)
    header = [*item.groupindex, *BESIDE]
    rows: list[Row] = []
    beside: list[Line] = []
    paragraphs = list(_paragraphs(lines, item, declared))
    for paragraph in paragraphs:
        first = paragraph[0]
        if match := item.match("\n".join(line.text for line in paragraph)):
            cells = [*match.groupdict().values(), damaged(paragraph), mended(paragraph)]
        elif _is_heading(first, declared):
            cells = [first.text]
        else:
            beside += paragraph
            if not (said := damaged(paragraph)):
                continue
            cells = [*[None] * len(item.groupindex), said, mended(paragraph)]
        rows.append((first.number, "", cells))
    if not any(item.match(line.text) for line in lines):
        raise _no_item(document, declared, lines)
    captions = captions_in(([line.text] for line in beside), declared.captions)
    return Sheet(document.name, "", header, rows, len(paragraphs), captions)


def _lines(document: Document, declared: Table) -> Iterator[Line]:
    text = text_of(document, declared.encoding)
    for number, line in enumerate(re.split(r"\r\n?|\n", text), start=1):
        if line.strip():
            repair = repaired(line, declared.repair, declared.patches)
            yield Line(number, repair, repair.text != line)


def _paragraphs(
    lines: Iterable[Line], item: re.Pattern[str], declared: Table
) -> Iterator[list[Line]]:
    """Items with their further lines; every other line alone."""
    open_item: list[Line] = []
    for line in lines:
        if item.match(line.text):
            if open_item:
                yield open_item
            open_item = [line]
        elif _is_heading(line, declared) or _stops(line, declared) or not open_item:
            if open_item:
                yield open_item
                open_item = []
            yield [line]
        else:
            open_item.append(line)
    if open_item:
        yield open_item


def _is_heading(line: Line, declared: Table) -> bool:
    return bool(declared.heading and re.fullmatch(declared.heading, line.text))


def _stops(line: Line, declared: Table) -> bool:
    return bool(declared.stop and re.search(declared.stop, line_text([line.text])))


def damaged(paragraph: Sequence[Line]) -> str | None:
    """Where the text of a paragraph is destroyed, and what stands there."""
    said = [
        f"第{line.number}行第{damage.column}列“{_visible(damage.text)}”"
        for line in paragraph
        for damage in line.repair.damages
    ]
    return "；".join(said) or None


def mended(paragraph: Sequence[Line]) -> str | None:
    """What the repair did to a paragraph."""
    if not any(line.changed for line in paragraph):
        return None
    said = ["按规则修复文字"]
    if signs := sum(line.repair.signs for line in paragraph):
        said.append(f"去除插入的读音或符号{signs}处")
    said += [
        f"“{_visible(patch.damaged)}”据{patch.source}补正为“{patch.reads}”"
        for line in paragraph
        for patch in line.repair.patches
    ]
    return "；".join(said)


def _visible(text: str) -> str:
    """A character that has no shape of its own, by its number."""
    return "".join(c if c.isprintable() and c != "\ufffd" else f"<U+{ord(c):04X}>" for c in text)


def _no_item(document: Document, declared: Table, lines: Sequence[Line]) -> BrokenDelivery:
    first = bare(lines[0].text)[:30] if lines else ""
    return BrokenDelivery(
        Text(
            f"没有一段以“{declared.item}”开头；正文从“{first}”起",
            f"no paragraph begins as “{declared.item}”; the text begins with “{first}”",
        ),
        where=document.name,
        do=MEND,
    )
