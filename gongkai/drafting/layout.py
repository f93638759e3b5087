"""How a sample is laid out: its encoding, header, captions, footers and columns."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from gongkai import sources
from gongkai.errors import WrongCall
from gongkai.read.apart import read_apart
from gongkai.read.excel import read_excel
from gongkai.read.grid import Document, Grid, Row
from gongkai.read.html import read_html
from gongkai.read.pdf import read_pdf, titles_in
from gongkai.read.records import read_json
from gongkai.read.shape import bare, captions_in, is_titled, line_text, tables_in
from gongkai.read.word import read_word
from gongkai.sources import Header, Table
from gongkai.text import Text

SUFFIXES: Mapping[str, str] = {
    ".csv": "delimited",
    ".txt": "delimited",
    ".tsv": "delimited",
    ".xlsx": "excel",
    ".xls": "excel",
    ".xlsb": "excel",
    ".ods": "excel",
    ".json": "json",
    ".pdf": "pdf",
    ".html": "html",
    ".htm": "html",
    ".docx": "word",
}

MOST_TITLES = 20
"""So many of the tables that a draft leaves out are named."""
UNIT_LINE = re.compile(r"[（(]?(金额)?单位")

Line = tuple[int, list[str | None]]
TOTAL = r"^(合\s*计|总\s*计|小\s*计|累\s*计)"
NOTE = r"^(注|备注|说明|制表|填表|填报|审核|负责人|单位负责人|数据来源|资料来源)[^:：]{0,8}[:：]"
FOOTERS = ((TOTAL, "合计行由各行相加可得"), (NOTE, "表注或页脚，不是数据"))
SIZES = ("元", "万元", "亿元", "平方米", "公顷", "亩")
UNITS = (
    *SIZES,
    *("万平方米", "平方公里", "公里", "米", "吨", "%", "％", "年", "月", "天", "日", "小时"),
    *("人", "户", "个", "套", "栋", "幢", "处", "条", "辆", "台", "件", "次", "项", "座", "家"),
)
NUMBERLIKE = re.compile(r"[\d\s.,，%％+\-/:：年月日]+")
YEAR = r"(?P<year>(?:19|20)\d{2})年"
SERIAL = {"序号", "编次", "行号", "No", "no", "NO"}


@dataclass(frozen=True)
class Shape:
    """How the sample is laid out. `above` is the text over the header; `called` gives the name of
    each column in the SQL and the expression that its printed header matches."""

    table: Table
    above: str
    headers: tuple[tuple[str, str], ...]
    questions: tuple[Text, ...]

    @property
    def named(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.headers)


def shape_of(file: Path, sheet: str | None = None, title: str | None = None) -> Shape:
    """The layout of a sample: of the sheet that is named or the table that is so titled, or of the
    first that has a header. Raises WrongCall where the file is none that can be read, or has no
    header."""
    kind = _kind(file)
    match kind:
        case "json":
            return _shape_of_json(file)
        case "excel":
            return _shape_of_excel(file, sheet)
        case "pdf" | "html" | "word":
            return _shape_of_titled(kind, file, title)
    return _shape_of_text(file)


def _shape_of_text(file: Path) -> Shape:
    encoding, text = _decoded(file)

    def parsed(delimiter: str) -> list[Line]:
        reader, lines, start = csv.reader(io.StringIO(text), delimiter=delimiter), [], 1
        for cells in reader:
            lines.append((start, [cell or None for cell in cells]))
            start = reader.line_num + 1
        return lines

    # what splits most lines into the same number of cells
    def evenness(delimiter: str) -> int:
        widths = Counter(len(cells) for _, cells in parsed(delimiter) if len(cells) > 1)
        return max((count * width for width, count in widths.items()), default=0)

    delimiter = max(",\t;|", key=evenness)
    table = Table("delimited", encoding=encoding, delimiter=delimiter)
    rows: list[Row] = [(line, "", cells) for line, cells in parsed(delimiter)]
    return _shape_of_grid(table, Grid(file.name, "", rows), file)


def _decoded(file: Path) -> tuple[str, str]:
    content = file.read_bytes()
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16", content.decode("utf-16")
    for encoding in ("utf-8", "gb18030"):
        try:
            return encoding, content.decode(encoding).removeprefix("\ufeff")
        except UnicodeDecodeError:
            continue
    raise WrongCall(
        Text("看不出文件的编码", "the encoding of the file cannot be told"),
        where=file.name,
        do=Text("请另存为 UTF-8 或 GB18030。", "Save it as UTF-8 or GB18030."),
    )


def _shape_of_excel(file: Path, wanted: str | None) -> Shape:
    grids = {
        sheet.part: sheet
        for sheet in read_excel(Document(file.name, file), ".*")
        if any(any(cells) for _, _, cells in sheet.rows)
    }
    if not grids:
        raise _no_header(file)
    if wanted is not None and wanted not in grids:
        raise WrongCall(
            Text(f"没有名为 {wanted} 的工作表", f"no sheet is called {wanted}"),
            where=file.name,
            do=Text(f"请从中选择：{'、'.join(grids)}。", f"Choose one of {', '.join(grids)}."),
        )
    # a cover has no header
    first = wanted or next(
        (part for part, grid in grids.items() if _header_in(grid)), next(iter(grids))
    )
    place = _header_place(grids[first], file)
    heads = [grids[first].rows[at][2] for at in place]
    alike = [
        part
        for part, grid in grids.items()
        if [grid.rows[at][2] for at in place if at < len(grid.rows)] == heads
    ]
    sheets = None if len(grids) == 1 else "|".join(map(re.escape, alike))
    left_out = [part for part in grids if part not in alike]
    shape = _shape_of_grid(Table("excel", sheets=sheets), grids[first], file)
    if not left_out:
        return shape
    asked = Text(
        f"只读取工作表 {'、'.join(alike)}；未读取：{'、'.join(left_out)}",
        f"only the sheets {', '.join(alike)} are read; not read: {', '.join(left_out)}",
    )
    return replace(shape, questions=(*shape.questions, asked))


def _lines(grid: Grid) -> list[Line]:
    return [(line, cells) for line, _, cells in grid.rows]


def _shape_of_titled(kind: Literal["pdf", "html", "word"], file: Path, wanted: str | None) -> Shape:
    """Of a document whose tables have titles: the wanted one, or the first that has a header."""
    document = Document(file.name, file)
    titles = [wanted] if wanted else list(_titles(kind, document))
    for title in titles:
        table = Table(kind, title=_title_pattern(title)) if title else Table(kind)
        grids = _all_grids(document, table)
        grid = next((g for g in grids if not title or is_titled(g, table)), None)
        if grid is None or not _header_in(_from_title(grid, table)):
            continue
        shape = _shape_of_grid(table, _from_title(grid, table), file)
        others = [other for other in titles if other and other != title]
        asked = Text(
            f"只读取“{title}”；未读取：{'、'.join(others[:MOST_TITLES])}",
            f"only “{title}” is read; not read: {', '.join(others[:MOST_TITLES])}",
        )
        return replace(shape, questions=(*shape.questions, asked)) if others else shape
    raise _no_header(file)


def _titles(kind: Literal["pdf", "html", "word"], document: Document) -> Iterator[str]:
    """What may be the titles of tables; nothing ("") for a table that has none."""
    if kind == "pdf":
        yield from titles_in(document)
        return
    for grid in _all_grids(document, Table(kind)):
        printed = [line_text(cells) for line, _, cells in grid.rows if line == 0]
        yield next((text for text in reversed(printed) if not UNIT_LINE.match(text)), "")


def _all_grids(document: Document, table: Table) -> list[Grid]:
    match table.kind:
        case "pdf":
            return read_apart(lambda: list(read_pdf(document, table)), document)
        case "html":
            return read_apart(lambda: list(read_html(document, None)), document)
    return read_apart(lambda: list(read_word(document)), document)


def _from_title(grid: Grid, table: Table) -> Grid:
    """The grid from its title on."""
    if table.title is None:
        return grid
    found = (at for at, row in enumerate(grid.rows) if re.search(table.title, line_text(row[2])))
    start = next(found, 0)
    merged = tuple(
        ((top - start, left), (bottom - start, right))
        for (top, left), (bottom, right) in grid.merged
        if top >= start
    )
    return replace(grid, rows=grid.rows[start:], merged=merged)


def _title_pattern(title: str) -> str:
    return "^" + _of_any_year(bare(title))


def _of_any_year(text: str) -> str:
    """An expression for a text, whatever year it names."""
    return re.sub(r"(?:19|20)\d{2}(?=年)", r"\\d{4}", re.escape(text))


def _shape_of_json(file: Path) -> Shape:
    encoding, text = _decoded(file)
    try:
        path = _list_in(json.loads(text))
    except ValueError:
        path = None
    if path is None:
        raise WrongCall(
            Text("JSON 中没有记录的列表", "there is no list of records in the JSON"),
            where=file.name,
            do=Text("请给一份含有若干条记录的样例。", "Give a sample with some records."),
        )
    table = Table("json", encoding=encoding, records=path)
    [sheet] = read_json(Document(file.name, file), table)
    header = sheet.header
    named, asked = _named(header)
    return Shape(replace(table, columns=named), "", named, asked)


def _list_in(found: Any) -> tuple[str, ...] | None:
    """The path of the first list of records."""
    if isinstance(found, list) and found and all(isinstance(item, dict) for item in found):
        return ()
    if isinstance(found, dict):
        for key, value in found.items():
            inner = _list_in(value)
            if inner is not None:
                return (key, *inner)
    return None


def _shape_of_grid(table: Table, grid: Grid, file: Path) -> Shape:
    lines = _lines(grid)
    place = _header_place(grid, file)
    above = [cells for _, cells in lines[: place[0]]]
    if place[0] > 0:
        # next year's file may have a title more
        table = replace(table, header=_header_of(lines, place))
    else:
        table = replace(table, header_rows=tuple(lines[at][0] for at in place))
    header = next(tables_in(grid, table)).header
    data = [cells for _, cells in lines[place[-1] + 1 :]]
    firsts = [next((cell.strip() for cell in cells if cell and cell.strip()), "") for cells in data]
    skip = tuple(
        sources.Skip(pattern, why, None)
        for pattern, why in FOOTERS
        if any(re.search(pattern, first) for first in firsts)
    )
    headers, asked = _named(header)
    text = "\n".join(" ".join(cell for cell in cells if cell) for cells in above)
    kept = [cells for cells, first in zip(data, firsts, strict=True) if not _is_footer(first)]
    table = replace(
        table,
        columns=headers,
        skip=skip,
        captions=_captions(above),
        fill_down=_fill_down(header, headers, kept),
    )
    return Shape(table, text, headers, asked)


def _is_footer(first: str) -> bool:
    return not first or any(re.search(pattern, first) for pattern, _ in FOOTERS)


def _header_place(grid: Grid, file: Path) -> tuple[int, ...]:
    place = _header_in(grid)
    if not place:
        raise _no_header(file)
    return place


def _header_of(lines: Sequence[Line], place: Sequence[int]) -> Header:
    """What the header is found by: the first of its texts that no line above it has."""
    above = {bare(cell) for _, cells in lines[: place[0]] for cell in cells}
    texts = [bare(cell) for cell in lines[place[0]][1] if cell and cell.strip()]
    return Header(re.escape(next(text for text in texts if text not in above)), len(place))


def _header_in(grid: Grid) -> tuple[int, ...]:
    """Where the header stands among the rows of the grid: its lines, or none."""
    lines = _lines(grid)
    width = max((_filled(cells) for _, cells in lines[:50]), default=0)
    for at, (_, cells) in enumerate(lines[:20]):
        texts = [cell for cell in cells if cell and cell.strip()]
        words = [text for text in texts if _is_word(text)]
        # a text over several columns heads each of them
        over = [area for area in grid.merged if area[0][0] == at]
        heads = len(set(texts)) + sum(right - left for (_, left), (_, right) in over)
        enough = len(set(texts)) > 1 and heads >= width / 2
        # a group of columns may be called 2025年
        if enough and len(words) >= 0.7 * len(texts) and texts[0] in words:
            if over:
                return tuple(range(at, max(bottom for _, (bottom, _) in over) + 1))
            return (at, at + 1) if _is_second(lines, at) else (at,)
    return ()


def _is_word(text: str) -> bool:
    """Whether a text may be a header: no number, no sentence, no `单位：元`."""
    return not NUMBERLIKE.fullmatch(text) and len(text) <= 40 and not re.search("[:：]", text)


def _is_second(lines: Sequence[Line], at: int) -> bool:
    """Whether the next line belongs to the header: it names what the first left blank."""
    if at + 2 >= len(lines):
        return False
    upper, lower = lines[at][1], lines[at + 1][1]
    under_a_gap = [
        cell
        for place, cell in enumerate(lower)
        if cell and (place >= len(upper) or not upper[place])
    ]
    texts = [cell for cell in lower if cell]
    numbers = sum(bool(NUMBERLIKE.fullmatch(text)) for text in texts)
    figures = any(cell and NUMBERLIKE.fullmatch(cell) for cell in lines[at + 2][1])
    fewer = len(texts) < _filled(upper) and numbers <= 0.3 * len(texts)
    return bool(under_a_gap) and (fewer or (numbers == 0 and figures))


def _filled(cells: Iterable[str | None]) -> int:
    return sum(bool(cell and cell.strip()) for cell in cells)


def _no_header(file: Path) -> WrongCall:
    return WrongCall(
        Text("前20行中找不到表头", "no header was found in the first 20 lines"),
        where=file.name,
        do=Text("请保留一行列名，每列一个名称。", "Keep one line that names every column."),
    )


def _captions(above: Sequence[Sequence[str | None]]) -> tuple[str, ...]:
    """The year and the unit, where the lines above the header tell one of each."""
    text = "\n".join(" ".join(cell for cell in cells if cell) for cells in above)
    one_unit = "|".join(sorted(SIZES, key=len, reverse=True))
    patterns = (YEAR, rf"单位\s*[:：]\s*(?P<unit>{one_unit})(?=$|[\s,，)）])")
    found = [pattern for pattern in patterns if captions_in(above, [pattern])]
    years = set(re.findall(r"((?:19|20)\d{2})年", text))
    return tuple(pattern for pattern in found if pattern != YEAR or len(years) == 1)


def _named(header: Sequence[str]) -> tuple[tuple[tuple[str, str], ...], tuple[Text, ...]]:
    """The columns that can be read, and what is to be said of the others."""
    counted = Counter(text for text in header if text)
    doubled = [text for text, times in counted.items() if times > 1]
    asked = [
        Text(
            f"表头“{text}”出现多次，该列未读取，请部门区分名称",
            f"the header “{text}” occurs more than once and is not read: ask for two names",
        )
        for text in doubled
    ]
    kept = [text for text in counted if text not in doubled and text not in SERIAL]
    short = Counter(_label(text) for text in kept)
    # next year's header has another year, where one year is all that tells it
    yearly = Counter(_of_any_year(text) for text in kept)
    named = tuple(
        (
            _label(text) if short[_label(text)] == 1 else text,
            _of_any_year(text) if yearly[_of_any_year(text)] == 1 else re.escape(text),
        )
        for text in kept
    )
    asked += [
        Text(
            f"“{text}”随每次报送变化，没有写入合同",
            f"“{text}” changes with every delivery and is not in the contract",
        )
        for text in counted
        if text in SERIAL
    ]
    return named, tuple(asked)


def _label(header: str) -> str:
    """A header without its unit; of a header in two lines the lower part."""
    part = header.rsplit("/", 1)[-1] if re.search(r"[一-龥]", header) else header
    found = unit_in(part)
    return part[: found[1]] if found and found[1] else part


def unit_in(header: str) -> tuple[str, int] | None:
    """The unit in brackets at the end of a header, and where its bracket begins."""
    found = re.search(r"[（(](?:单位[:：])?([^（()）]+)[)）]$", header)
    return (found[1].replace("％", "%"), found.start()) if found and found[1] in UNITS else None


def _fill_down(
    header: Sequence[str],
    headers: Sequence[tuple[str, str]],
    data: Sequence[Sequence[str | None]],
) -> tuple[str, ...]:
    """Columns printed once for a group of rows: filled at first, then blank."""
    found = []
    for name, pattern in headers:
        at = next(place for place, text in enumerate(header) if re.fullmatch(pattern, text))
        cells = [bool(row[at]) if at < len(row) else False for row in data]
        is_group = re.search(r"区|县|镇|街道|部门|类别|批次", name)
        if cells and cells[0] and is_group and cells.count(False) >= 0.3 * len(cells):
            found.append(name)
    return tuple(found)


def _kind(file: Path) -> str:
    if not file.is_file():
        raise WrongCall(
            Text("没有这个文件", "there is no such file"),
            where=str(file),
            do=Text("请检查路径。", "Check the path."),
        )
    kind = SUFFIXES.get(file.suffix.lower())
    if kind is None:
        raise WrongCall(
            Text(f"不支持 {file.suffix or '没有后缀'} 的文件", f"{file.suffix} is not supported"),
            where=file.name,
            do=Text(
                f"请另存为其中一种：{'、'.join(SUFFIXES)}。",
                f"Save it as one of {', '.join(SUFFIXES)}.",
            ),
        )
    return kind


def title_of(shape: Shape, dataset: str) -> Text:
    """The first line above the header that is no unit and no date, without its year."""
    english = dataset.replace("_", " ").capitalize()
    for line in shape.above.splitlines():
        # a merged cell is printed over all of its columns: once is enough
        printed = next(iter(line.split()), "")
        text = re.sub(r"(?:19|20)\d{2}年(?:\d{1,2}月)?度?|（.*?）|\(.*?\)", "", printed)
        if len(text) >= 4 and not re.match(r"单位|填报|制表|金额单位|日期|附", text):
            return Text(text, english)
    return Text(f"{english}（中文名称待定）", english)
