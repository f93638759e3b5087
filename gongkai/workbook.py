"""The workbook in which wrong rows go back to a department.

A clerk finds every row as the department delivered it, under the department's own headers, with
the wrong cells marked and a reason in Chinese; corrects the cells; and hands the workbook back.
Every row carries an opaque number (`ref`), by which it is known again.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]

from gongkai.city import Department
from gongkai.contracts import Contract, Responsible, Severity
from gongkai.errors import WrongCall
from gongkai.text import Text

ABOUT, WRONG, MARKED = "说明", "待更正", "提示"
"""The sheets: what this is, the rows to be corrected, the rows that were published with a mark."""
REF = "编号 · Ref"
HELP = (
    REF,
    "原位置 · Place",
    "问题 · Problem",
    "由谁处理 · Who acts",
    "依据 · Rule",
    "待改天数 · Days waiting",
)
"""The columns that are ours; the names are in two languages, so that no header of a department is
like them."""
WIDTHS = (15, 30, 48, 12, 26, 10)
HIGHEST = 400.0
"""Excel shows no row that is higher than 409 points."""
DATASET = "数据集代码 · Dataset"
PROPERTY = "gongkai_dataset"
ACTORS: Mapping[str, Text] = {
    "department": Text("部门", "department"),
    "platform": Text("平台", "platform"),
}

MOST_ROWS = 100_000
"""What a sheet lists at most; a clerk does not correct more by hand."""
MEASURED = 500
"""Rows that a column's width is taken from."""
LONGEST = 32_000
"""Characters of a cell; Excel takes 32,767."""
LONGEST_REASON = 1_000
TEXT_FORMAT = 49
"""Excel's own text format, by its number: what is typed into such a cell stays text."""
CUT = "……（原文过长，未列全，请在原系统中更正）"


@dataclass(frozen=True)
class Finding:
    """What is wrong with a row: the contract's column (empty for the key as a whole), the reason
    code, the value as it was checked. `basis` is the law or standard of the rule."""

    column: str
    code: str
    value: str | None
    severity: Severity
    responsible: Responsible
    reason: Text
    basis: str


@dataclass(frozen=True)
class Wrong:
    """A row of a department with what is wrong in it.

    `ref` comes back with the corrected row. `cells` are the source's own columns, and captions
    such as `_year`, exactly as delivered. `since` is the day on which it was first held.
    """

    ref: str
    file: str
    part: str
    line: int | None
    since: date | None
    cells: Mapping[str, str | None]
    findings: tuple[Finding, ...]

    @property
    def is_held(self) -> bool:
        """Whether the row waits for a correction; otherwise it is published, marked."""
        return any(finding.severity == "error" for finding in self.findings)

    @property
    def place(self) -> str:
        """File, sheet and line in words."""
        line = f"第 {self.line} 行" if self.line is not None else ""
        return " ".join(filter(None, (self.file, self.part, line)))


def write_workbook(
    path: Path,
    contract: Contract,
    source_title: str,
    department: Department,
    wrong: Sequence[Wrong],
    wrong_cells: Mapping[str, tuple[str, ...]],
    today: date,
) -> None:
    """Write the rows that a department has to correct, and those that are published marked.

    `wrong_cells` says which of the source's columns a contract column is made of. The same rows
    and the same day give the same bytes. A text row that was held several times (a table that is
    printed wide) stands once, with all that is wrong in it, under its first number. Raises
    WrongCall where the file cannot be written.
    """
    rows = _once(wrong)
    held = [row for row in rows if row.is_held]
    marked = [row for row in rows if not row.is_held]
    buffer = io.BytesIO()
    file = xlsxwriter.Workbook(buffer, {"in_memory": True})
    made = datetime(today.year, today.month, today.day)
    file.set_properties({"title": f"{contract.title.zh}：待更正数据", "created": made})
    file.set_custom_property(PROPERTY, contract.dataset)
    styles = Styles.of(file)
    about = Heading(contract, source_title, department, today, held, marked)
    _write_about(file.add_worksheet(ABOUT), styles, about)
    _write_rows(file.add_worksheet(WRONG), styles, held, HINT, contract, wrong_cells, today)
    if marked:
        page = file.add_worksheet(MARKED)
        _write_rows(page, styles, marked, HINT_MARKED, contract, wrong_cells, today)
    file.close()
    try:
        path.write_bytes(buffer.getvalue())
    except OSError as error:
        raise WrongCall(
            Text(
                f"工作簿无法写入（{error.strerror}）",
                f"the workbook cannot be written ({error.strerror})",
            ),
            where=str(path),
            do=Text(
                "请关闭已打开的同名文件，或换一个文件夹。",
                "Close the file where it is open, or choose another folder.",
            ),
        ) from None


@dataclass(frozen=True)
class Heading:
    """What the first sheet speaks of."""

    contract: Contract
    source: str
    department: Department
    today: date
    held: Sequence[Wrong]
    marked: Sequence[Wrong]


@dataclass(frozen=True)
class Styles:
    """The few formats that the sheets share; `text` keeps digits as they are."""

    title: Any
    strong: Any
    header: Any
    plain: Any
    number: Any
    text: Any
    error: Any
    warning: Any

    @staticmethod
    def of(file: Any) -> Styles:
        """The formats of a workbook."""
        wrapped = {"text_wrap": True, "valign": "top"}
        text = {"num_format": TEXT_FORMAT, "valign": "top"}
        return Styles(
            title=file.add_format({"bold": True, "font_size": 14}),
            strong=file.add_format({"bold": True, **wrapped}),
            header=file.add_format({"bold": True, "border": 1, "bg_color": "#DDEBF7", **wrapped}),
            plain=file.add_format({**wrapped, "num_format": TEXT_FORMAT}),
            number=file.add_format({"valign": "top", "align": "left"}),
            text=file.add_format(text),
            error=file.add_format({**text, "bg_color": "#FFC7CE", "font_color": "#9C0006"}),
            warning=file.add_format({**text, "bg_color": "#FFEB9C", "font_color": "#7F6000"}),
        )


HINT = Text(
    "请直接改正标色的单元格，其余列和“编号”列不要改动",
    "Correct the marked cells; leave the other columns and the numbers as they are",
)
HINT_MARKED = Text(
    "这些行已经公开并加了标注，如有误可同样改正",
    "These rows are published with a mark; correct them likewise where they are wrong",
)
STEPS = (
    Text(
        f"打开“{WRONG}”表：每行是原报送的一行，标色的单元格有误，批注和“问题”列说明原因。",
        f"Open the sheet {WRONG}: a row is one you delivered, a marked cell is wrong, its comment "
        "and the column “Problem” say why.",
    ),
    Text(
        "直接改正标色的单元格；“由谁处理”为“平台”的行由平台处理，部门无需改动。",
        "Correct the marked cells; rows for the platform to handle need nothing from you.",
    ),
    Text(
        "不要改动“编号”列，不要复制行；长代码按文本填写，不要让软件转成数字。",
        "Leave the numbers of the rows as they are and copy no row; enter long codes as text.",
    ),
    Text(
        "另存为 xlsx，交回发来本工作簿的单位；并在本部门系统中同样更正，否则下次报送仍会退回。",
        "Save it as xlsx and hand it back to whom it came from; correct your own system too, or "
        "the next delivery brings the same rows.",
    ),
)


def _write_about(page: Any, styles: Styles, about: Heading) -> None:
    _for_print(page)
    page.set_column(0, 0, 26)
    page.set_column(1, 1, 30)
    page.set_column(2, 2, 8)
    page.set_column(3, 4, 56)
    page.set_column(5, 5, 14)
    page.write_string(0, 0, "待更正数据 · Data to be corrected", styles.title)
    waits = sorted(row.since for row in about.held if row.since)
    contract, department = about.contract, about.department
    facts = [
        ("数据集名称 · Title", f"{contract.title.zh} · {contract.title.en}"),
        (DATASET, contract.dataset),
        ("来源 · Source", about.source),
        ("部门 · Department", f"{department.title.zh} · {department.title.en}"),
        ("日期 · Date", about.today.isoformat()),
        ("待更正行数 · Rows to be corrected", str(len(about.held))),
        ("提示行数 · Rows published with a mark", str(len(about.marked))),
        ("最早待改日期 · Waiting since", waits[0].isoformat() if waits else "—"),
    ]
    line = 2
    for name, value in facts:
        page.write_string(line, 0, name, styles.strong)
        page.write_string(line, 1, value)
        line += 1
    if len(about.held) > MOST_ROWS:
        page.write_string(
            line, 1, f"只列出前 {MOST_ROWS} 行 · the first {MOST_ROWS} rows are listed"
        )
    line = _write_summary(page, styles, about, line + 1)
    page.write_string(line, 0, "如何更正 · How to correct", styles.strong)
    for place, step in enumerate(STEPS, start=1):
        page.write_string(line + 2 * place - 1, 0, f"{place}. {step.zh}")
        page.write_string(line + 2 * place, 0, f"    {step.en}")


def _write_summary(page: Any, styles: Styles, about: Heading, line: int) -> int:
    """A line for each column and reason: how many rows, a sentence in both languages."""
    titles = (
        "字段 · Column",
        "原因 · Reason",
        "行数 · Rows",
        "说明（举例）",
        "Example",
        "由谁处理",
    )
    for place, title in enumerate(titles):
        page.write_string(line, place, title, styles.header)
    for (column, code), rows in _by_reason([*about.held, *about.marked]).items():
        line += 1
        finding = rows[0]
        reason = _shown(finding)
        page.write_string(line, 0, _label(column, about.contract), styles.plain)
        page.write_string(line, 1, code, styles.plain)
        page.write_number(line, 2, len(rows), styles.number)
        page.write_string(line, 3, reason.zh, styles.plain)
        page.write_string(line, 4, reason.en, styles.plain)
        page.write_string(line, 5, ACTORS[finding.responsible].zh, styles.plain)
        page.set_row(line, _height(reason.zh, 56, reason.en, 56))
    return line + 2


def _by_reason(rows: Iterable[Wrong]) -> dict[tuple[str, str], list[Finding]]:
    """By column and code one finding of every row, the most frequent first."""
    found: dict[tuple[str, str], list[Finding]] = {}
    for row in rows:
        for kind, finding in {(f.column, f.code): f for f in row.findings}.items():
            found.setdefault(kind, []).append(finding)
    return dict(sorted(found.items(), key=lambda item: (-len(item[1]), item[0])))


def _label(column: str, contract: Contract) -> str:
    if not column:
        return "主键 · key"
    label = contract.field(column).label
    return f"{label.zh} · {label.en}"


def _write_rows(
    page: Any,
    styles: Styles,
    rows: Sequence[Wrong],
    hint: Text,
    contract: Contract,
    wrong_cells: Mapping[str, tuple[str, ...]],
    today: date,
) -> None:
    listed = rows[:MOST_ROWS]
    names = list(dict.fromkeys(name for row in listed for name in row.cells))
    page.write_string(0, 0, f"{hint.zh} · {hint.en}")
    for place, title in enumerate((*HELP, *names)):
        page.write_string(1, place, title, styles.header)
    for place, width in enumerate(WIDTHS):
        page.set_column(place, place, width)
    for place, name in enumerate(names, start=len(HELP)):
        first = (row.cells.get(name) for row in listed[:MEASURED])
        page.set_column(place, place, _width([name, *first]))
    for line, row in enumerate(listed, start=2):
        _write_help(page, styles, line, row, today)
        notes = _notes(row, contract, wrong_cells)
        for place, name in enumerate(names, start=len(HELP)):
            _write_cell(page, styles, line, place, row.cells.get(name), notes.get(name, []))
    last = max(len(listed) + 1, 2)
    _for_print(page)
    page.freeze_panes(2, 1)
    page.autofilter(1, 0, last, len(HELP) + len(names) - 1)
    page.ignore_errors({"number_stored_as_text": f"A3:XFD{last + 1}"})


def _for_print(page: Any) -> None:
    """A clerk who prints it gets whole columns."""
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)


def _write_help(page: Any, styles: Styles, line: int, row: Wrong, today: date) -> None:
    reasons = [_shown(finding).zh for finding in row.findings]
    if len(reasons) > 1:
        reasons = [f"{place}. {reason}" for place, reason in enumerate(reasons, start=1)]
    actors = dict.fromkeys(ACTORS[finding.responsible].zh for finding in row.findings)
    bases = dict.fromkeys(finding.basis for finding in row.findings if finding.basis)
    page.set_row(line, _height(row.place, WIDTHS[1], "\n".join(reasons), WIDTHS[2]))
    page.write_string(line, 0, row.ref, styles.text)
    page.write_string(line, 1, row.place, styles.plain)
    page.write_string(line, 2, "\n".join(reasons)[:LONGEST], styles.plain)
    page.write_string(line, 3, "、".join(actors), styles.plain)
    page.write_string(line, 4, "\n".join(bases), styles.plain)
    if row.since:
        page.write_number(line, 5, (today - row.since).days, styles.number)


def _write_cell(
    page: Any, styles: Styles, line: int, place: int, value: str | None, notes: list[Finding]
) -> None:
    """A cell of the department as text: nothing that it wrote becomes a number or a formula."""
    style = styles.text
    if notes:
        style = styles.error if any(n.severity == "error" for n in notes) else styles.warning
        said = "\n".join(f"{r.zh}\n{r.en}" for r in map(_shown, notes))
        page.write_comment(
            line, place, said[:LONGEST], {"author": "Gongkai", "x_scale": 2.5, "y_scale": 1.2}
        )
    if value is None or value == "":
        page.write_blank(line, place, None, style)
    else:
        page.write_string(line, place, _fitting(value), style)


def _fitting(value: str) -> str:
    return value if len(value) <= LONGEST else value[:LONGEST] + CUT


def _shown(finding: Finding) -> Text:
    """A finding's sentence; a long value in it is cut, a warning says that it is one."""
    zh, en = (
        text if len(text) <= LONGEST_REASON else text[:LONGEST_REASON] + "…"
        for text in (finding.reason.zh, finding.reason.en)
    )
    if finding.severity == "warning":
        return Text(f"（提示）{zh}", f"(mark) {en}")
    return Text(zh, en)


def _width(values: Iterable[str | None]) -> int:
    """A column's width in Excel's characters: a Chinese one takes two."""
    longest = max((_wide(value or "") for value in values), default=0)
    return min(max(longest + 2, 8), 40)


def _wide(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text[:40])


def _height(first: str, width: int, second: str, other_width: int) -> float:
    """A row's height in points that shows two wrapped texts whole: not every program that opens
    a workbook works it out by itself."""
    lines = [
        sum(_lines(part, columns) for part in text.split("\n"))
        for text, columns in ((first, width), (second, other_width))
    ]
    return min(15.0 * max(lines), HIGHEST)


def _lines(text: str, width: int) -> int:
    wide = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
    # words are not cut, so that a line is rarely full
    return max(1, -(-wide * 11 // (width * 10)))


def _once(wrong: Iterable[Wrong]) -> list[Wrong]:
    """Rows of one place with the same cells as one, with the findings of all."""
    found: dict[Any, Wrong] = {}
    for row in wrong:
        same = (row.file, row.part, row.line, tuple(row.cells.items()))
        first = found.setdefault(same, row)
        findings = tuple(dict.fromkeys((*first.findings, *row.findings)))
        errors_first = tuple(sorted(findings, key=lambda finding: finding.severity))
        waits = [since for since in (first.since, row.since) if since]
        found[same] = replace(first, findings=errors_first, since=min(waits) if waits else None)
    return list(found.values())


# which cell is wrong


def _notes(
    row: Wrong, contract: Contract, wrong_cells: Mapping[str, tuple[str, ...]]
) -> dict[str, list[Finding]]:
    """The findings of a row by the cell that they speak of."""
    notes: dict[str, list[Finding]] = {}
    for finding in row.findings:
        for name in blamed(finding, row.cells, contract, wrong_cells):
            notes.setdefault(name, []).append(finding)
    return notes


def blamed(
    finding: Finding,
    cells: Mapping[str, str | None],
    contract: Contract,
    wrong_cells: Mapping[str, tuple[str, ...]],
) -> tuple[str, ...]:
    """The columns of the cells that a finding speaks of.

    Of the columns that the contract column is made of: those that hold the value, as it stands or
    in another unit; for an empty value those that are empty; else all of them. Where that is not
    known: whichever cell holds the value.
    """
    columns = (finding.column,) if finding.column else contract.key
    made_of = dict.fromkeys(name for column in columns for name in wrong_cells.get(column, ()))
    possible = [name for name in made_of if name in cells]
    if not finding.column:
        return tuple(possible)
    value = finding.value
    if not possible:
        return tuple(name for name, cell in cells.items() if value and cell == value)
    if not value:
        empty = tuple(name for name in possible if not (cells[name] or "").strip())
        return empty or tuple(possible)
    for same in (_as_written, _in_another_unit):
        if found := tuple(name for name in possible if same(cells[name] or "", value)):
            return found
    return tuple(possible)


def _as_written(cell: str, value: str) -> bool:
    return cell.strip() == value


def _in_another_unit(cell: str, value: str) -> bool:
    """Whether two amounts have the same digits: yuan, ten thousand or hundred million yuan."""
    try:
        one, other = (
            Decimal(text.replace(",", "").strip()).normalize().as_tuple() for text in (cell, value)
        )
    except InvalidOperation:
        return False
    return (one.sign, one.digits) == (other.sign, other.digits)
