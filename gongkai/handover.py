"""A clerk's own check of a file before it is handed over.

The file takes the way of every delivery (read, conform, check, expect) in a DuckDB in memory, so
that the clerk meets the findings that the pipeline would meet. Nothing is fetched, no lake is
opened, nothing is written into the installation. Rules that compare with the last edition, or with
other datasets, have nothing to compare with here and say nothing.
"""

from __future__ import annotations

import fnmatch
import hashlib
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import duckdb
from python_calamine import CalamineError, CalamineWorkbook

from gongkai import city, contracts, expect, landing, lineage, sources
from gongkai.check import check
from gongkai.city import Department
from gongkai.conform import conform
from gongkai.contracts import Contract
from gongkai.errors import BrokenDelivery, WrongCall
from gongkai.expect import Judged
from gongkai.home import PROJECT, Home
from gongkai.lake import MEMORY_LIMIT, load_macros, quoted
from gongkai.pulls import FilesPull
from gongkai.read import POSITION, read
from gongkai.sources import Source, Table
from gongkai.text import Text
from gongkai.workbook import ACTORS, Finding, Wrong, write_workbook

SAMPLE = "jianghai"
"""The source that stands in where an installation has chosen none."""
TEXT_FILES = (".csv", ".txt")
WORKBOOKS = (".xlsx", ".xls", ".xlsm", ".ods")
TAKEN: Mapping[str, tuple[str, ...]] = {
    "delimited": (*TEXT_FILES, ".tsv"),
    "excel": WORKBOOKS,
    "json": (".json", *TEXT_FILES, *WORKBOOKS),
    "database": (*TEXT_FILES, *WORKBOOKS),
}
"""The files that can be checked for each kind of source."""
MOST_LINES = 60
EXAMPLES = 3
LONGEST = 300


@dataclass(frozen=True)
class Handover:
    """What the check found in one file.

    `text_rows` were mapped, `skipped` are no data by declaration; `rows_in = accepted +
    quarantined`. `wrong` are the text rows with any finding, those that are only marked among
    them; `rules` are the dataset rules that do not hold. `made_of` says which of the file's
    columns a contract column comes from, `unread` which columns nobody reads.
    """

    contract: Contract
    department: Department
    source: str
    file: str
    text_rows: int
    skipped: int
    rows_in: int
    accepted: int
    quarantined: int
    unread: tuple[str, ...]
    wrong: tuple[Wrong, ...]
    rules: tuple[Judged, ...]
    made_of: Mapping[str, tuple[str, ...]]
    notes: tuple[Text, ...]

    @property
    def is_sound(self) -> bool:
        """Whether every row would be accepted and no critical rule speaks against the file."""
        return not self.quarantined and all(rule.weight != "critical" for rule in self.rules)


def check_file(path: Path, dataset: str, home: Home) -> Handover:
    """Check a file as the pipeline would.

    Where the source is a database or an interface, a .csv or .xlsx with the source's own column
    names in its first row is taken in its place. Raises BrokenDelivery where the file is not what
    the source declares, WrongCall where there is no such file, dataset or source.
    """
    contract = contracts.load(dataset)
    if not path.is_file():
        raise WrongCall(
            Text("没有这个文件", "there is no such file"),
            where=str(path),
            do=Text("请检查文件名。", "Check its name."),
        )
    chosen, source, notes = _chosen(contract, home)
    tables = tuple(_as_handed_over(path, table) for table in source.tables)
    source = replace(source, tables=tables)
    with _apart(chosen) as (own, database), path.open("rb") as file:
        chunks = iter(lambda: file.read(1 << 20), b"")
        receipt = landing.keep(own, path.name, "handover", chunks)
        table = read((receipt,), source, own, database)
        checked = check(
            conform(table, contract, source, own, database), contract, source, own, database
        )
        here = city.load(own)
        suite = expect.load(contract, here.figures(contract))
        _nothing_before(contract, suite.references, database)
        verdict = expect.expect(suite, contract, database)
        columns = [name for name in table.relation.columns if name not in POSITION]
        return Handover(
            contract=contract,
            department=here.department(contract),
            source=source.title,
            file=path.name,
            text_rows=table.rows,
            skipped=table.skipped,
            rows_in=checked.rows_in,
            accepted=checked.rows_accepted,
            quarantined=checked.rows_quarantined,
            unread=table.unread,
            wrong=wrong_rows(database),
            rules=tuple(judged for judged in verdict.rules if not judged.holds),
            made_of=lineage.source_columns(source.transform, columns, database),
            notes=(*notes, *_notes_on_name(path, source)),
        )


def write(handover: Handover, path: Path, today: date) -> None:
    """The wrong rows as a workbook, for the clerk's own use."""
    write_workbook(
        path,
        handover.contract,
        handover.source,
        handover.department,
        handover.wrong,
        handover.made_of,
        today,
    )


def wrong_rows(database: duckdb.DuckDBPyConnection, since: date | None = None) -> tuple[Wrong, ...]:
    """The rows of the table `delivery` that the table `findings` speaks of, in their order, with
    every finding of the candidates that came from them.

    Text rows that share one place (items of a record without an identity) cannot be told apart:
    each is given with all the findings.
    """
    found: dict[tuple[str, str, int | None], list[Finding]] = {}
    for place, zh, en, basis, *told in database.execute(
        "SELECT (_file, _part, _line), reason_zh, reason_en, basis, column_name, code, value, "
        "severity, responsible FROM findings ORDER BY severity, _row, rowid"
    ).fetchall():
        column, code, value, severity, responsible = told
        finding = Finding(column, code, value, severity, responsible, Text(zh, en), basis)
        found.setdefault(place, []).append(finding)
    delivered = database.execute(
        "SELECT _file, _part, _line, * EXCLUDE (_file, _part, _line) FROM delivery AS row "
        "WHERE EXISTS (FROM findings WHERE findings._file = row._file "
        "AND findings._part = row._part AND findings._line IS NOT DISTINCT FROM row._line) "
        "ORDER BY rowid"
    )
    names = [column[0] for column in delivered.description or ()][len(POSITION) :]
    return tuple(
        Wrong(
            ref=_ref(place, file, part, line),
            file=file,
            part=part,
            line=line,
            since=since,
            cells=dict(zip(names, cells, strict=True)),
            findings=tuple(found[file, part, line]),
        )
        for place, (file, part, line, *cells) in enumerate(delivered.fetchall())
    )


def _ref(*parts: object) -> str:
    return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()[:12]


# how the file is checked


def _chosen(contract: Contract, home: Home) -> tuple[Home, Source, tuple[Text, ...]]:
    """The city's own source; where no city is configured, the fictional one's, which is said."""
    if home.sources is not None:
        return home, sources.active(contract, home), ()
    path = sources.TRANSFORMS / contract.area / contract.dataset / f"{SAMPLE}.yaml"
    if not path.exists():
        raise WrongCall(
            Text(
                f"{contract.dataset} 没有来源声明", f"no source of {contract.dataset} is declared"
            ),
            where="GONGKAI_SOURCES",
            do=Text(
                "请设为含有 city.yaml 的目录，其中声明该数据集的来源。",
                "Set it to a folder with a city.yaml that names the dataset's source.",
            ),
        )
    samples = PROJECT / "samples"
    fictional = replace(home, sources=samples, codelists=home.codelists or samples / "codelists")
    note = Text(
        "没有配置城市（GONGKAI_SOURCES），按模拟城市江海市的来源声明和代码检查",
        "No city is configured (GONGKAI_SOURCES): checked as a file of the fictional Jianghai",
    )
    return fictional, sources.read(path, contract.dataset), (note,)


@contextmanager
def _apart(home: Home) -> Iterator[tuple[Home, duckdb.DuckDBPyConnection]]:
    """A home of its own that is gone afterwards, and a DuckDB in memory that spills into it."""
    with tempfile.TemporaryDirectory(prefix="gongkai-check-") as folder:
        own = replace(home, path=Path(folder), database=None, public_database=None)
        spill = str(own.path / "spill")
        with duckdb.connect(
            config={"memory_limit": MEMORY_LIMIT, "temp_directory": spill}
        ) as database:
            database.execute("SET enable_progress_bar = false")
            load_macros(database)
            yield own, database


def _nothing_before(
    contract: Contract, references: Sequence[str], database: duckdb.DuckDBPyConnection
) -> None:
    """Empty tables for what a clerk's machine does not know: the last edition, other datasets."""
    _empty("latest", contract, database, ", _remarks VARCHAR")
    for name in references:
        _empty(name, contracts.load(name), database)


def _empty(
    name: str, contract: Contract, database: duckdb.DuckDBPyConnection, more: str = ""
) -> None:
    columns = ", ".join(f"{quoted(field.name)} {field.kind}" for field in contract.public_fields)
    database.execute(f"CREATE OR REPLACE TABLE {quoted(name)} ({columns}{more})")


def _as_handed_over(path: Path, table: Table) -> Table:
    """How the file is read: as the source declares, or, where that is no file a person makes, as
    a table with the source's own column names in its first row."""
    kind = path.suffix.lower()
    if kind not in TAKEN[table.kind]:
        wanted = " ".join(TAKEN[table.kind])
        raise BrokenDelivery(
            Text(f"该来源的文件应为 {wanted}", f"a file of this source is one of {wanted}"),
            where=path.name,
            do=Text("请另存为其中一种格式后再检查。", "Save it in such a form and check again."),
        )
    if table.kind in ("database", "json") and kind in TEXT_FILES:
        encoding = _encoding(path)
        return replace(table, kind="delimited", header_rows=(1,), delimiter=",", encoding=encoding)
    if table.kind in ("database", "json") and kind in WORKBOOKS:
        return replace(table, kind="excel", header_rows=(1,), sheets=_first_sheet(path))
    return table


def _encoding(path: Path) -> str:
    """UTF-8, or else what a Chinese spreadsheet program writes."""
    try:
        path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"


def _first_sheet(path: Path) -> str | None:
    """The first sheet's name as a pattern; a file that cannot be opened is for `read` to tell."""
    try:
        with path.open("rb") as file:
            names = CalamineWorkbook.from_filelike(file).sheet_names
    except (CalamineError, OSError, ValueError):
        return None
    return re.escape(names[0].strip()) if names else None


def _notes_on_name(path: Path, source: Source) -> tuple[Text, ...]:
    if not isinstance(source.pull, FilesPull):
        return ()
    pattern = source.pull.pattern.replace("{period}", "*")
    if fnmatch.fnmatchcase(path.name, pattern):
        return ()
    return (
        Text(
            f"文件名与约定的“{pattern}”不符，报送后不会被取走，请改名",
            f"the name does not match “{pattern}”: it would not be picked up, rename the file",
        ),
    )


# what is said

WEIGHTS: Mapping[str, Text] = {
    "critical": Text("不能公开", "nothing can be published"),
    "suspicion": Text("须人工审核", "a steward will look at it"),
    "note": Text("提示", "note"),
}


@dataclass(frozen=True)
class Group:
    """Findings of one column and code; `places` are the rows with the sentence of each."""

    label: Text
    code: str
    is_error: bool
    places: tuple[tuple[Wrong, Finding], ...]

    def lines(self, examples: int) -> list[str]:
        """A headline and the first places, Chinese first."""
        sign = "✗" if self.is_error else "!"
        kind = Text("须更正", "to correct") if self.is_error else Text("提示", "marked")
        count, acts = len(self.places), ACTORS[self.places[0][1].responsible]
        said = [
            f"{sign} {self.label.zh}：{count} 行{kind.zh}（{self.code}，由{acts.zh}处理）",
            f"  {self.label.en}: {count} {kind.en} ({self.code}, for the {acts.en})",
        ]
        for row, finding in self.places[:examples]:
            said.append(_printable(f"    {_place(row)}：{finding.reason.zh}"))
            said.append(_printable(f"      {finding.reason.en}"))
        return said


def sentences(handover: Handover, most: int = MOST_LINES) -> list[str]:
    """What a clerk reads in a terminal: Chinese with English under it, grouped by column and
    reason, `most` lines but for the counts and one reason at least; what is left out is counted."""
    head, tail = _head(handover), _verdict(handover)
    groups = _groups(handover.contract, handover.wrong)
    rules = [_of_rule(rule) for rule in handover.rules]
    room = most - len(head) - len(tail) - 2
    examples = next((n for n in range(EXAMPLES, 1, -1) if _height(groups, rules, n) <= room), 1)
    said: list[str] = []
    shown = 0
    for lines, count in [
        *((lines, 1) for lines in rules),
        *((group.lines(examples), min(examples, len(group.places))) for group in groups),
    ]:
        if said and len(said) + len(lines) > room:
            break
        said += lines
        shown += count
    rest = len(rules) + sum(len(group.places) for group in groups) - shown
    if rest:
        tail = [
            f"另有 {rest} 处未列出，加 --workbook 文件名.xlsx 可得到全部错误行",
            f"{rest} more are not listed; --workbook NAME.xlsx writes every wrong row",
            *tail,
        ]
    return [*head, *said, *tail]


def _place(row: Wrong) -> str:
    """Where the row stands in the file that is checked."""
    line = f"第 {row.line} 行 line {row.line}" if row.line is not None else ""
    return " ".join(filter(None, (row.part, line)))


def _height(groups: Sequence[Group], rules: Sequence[list[str]], examples: int) -> int:
    return sum(map(len, rules)) + sum(len(group.lines(examples)) for group in groups)


def _head(handover: Handover) -> list[str]:
    title, dataset = handover.contract.title, handover.contract.dataset
    lines = [
        f"{handover.file} → {title.zh}（{dataset}），来源：{handover.source}",
        f"{title.en} ({dataset})",
    ]
    for note in handover.notes:
        lines += [f"! {note.zh}", f"  {note.en}"]
    if handover.unread:
        names = _printable("、".join(handover.unread))
        lines += [f"! 来源没有声明、不会读取的列：{names}", "  columns that nobody reads"]
    return [
        *lines,
        f"读到 {handover.text_rows} 行，按声明跳过 {handover.skipped} 行；"
        f"得到 {handover.rows_in} 行 = 可接受 {handover.accepted} + 须更正 {handover.quarantined}",
        f"{handover.text_rows} rows read, {handover.skipped} skipped as declared; "
        f"{handover.rows_in} rows = {handover.accepted} accepted + {handover.quarantined} "
        "to correct",
    ]


def _verdict(handover: Handover) -> list[str]:
    if not handover.is_sound:
        return ["请更正后再报送", "Correct it before handing over"]
    if any(rule.weight == "suspicion" for rule in handover.rules):
        return [
            "✓ 可以报送，发布前会有人工审核",
            "  Ready to hand over; a steward will look at it first",
        ]
    return ["✓ 可以报送", "  Ready to hand over"]


def _groups(contract: Contract, wrong: Sequence[Wrong]) -> list[Group]:
    """Errors before warnings, then the most frequent first; a row counts once in a group."""
    found: dict[tuple[str, str, str], dict[str, tuple[Wrong, Finding]]] = {}
    for row in wrong:
        for finding in row.findings:
            kind = finding.severity, finding.column, finding.code
            found.setdefault(kind, {}).setdefault(row.ref, (row, finding))
    groups = [
        Group(_label(contract, column), code, severity == "error", tuple(places.values()))
        for (severity, column, code), places in found.items()
    ]
    return sorted(groups, key=lambda group: (not group.is_error, -len(group.places)))


def _label(contract: Contract, column: str) -> Text:
    return contract.field(column).label if column else Text("主键", "Key")


def _of_rule(rule: Judged) -> list[str]:
    weight = WEIGHTS[rule.weight]
    sign = "✗" if rule.weight == "critical" else "!"
    return [
        _printable(text)
        for text in (
            f"{sign} 整体规则，{weight.zh}：{rule.reason.zh}（{rule.rule}）",
            f"  Rule of the whole, {weight.en}: {rule.reason.en}",
            *(f"    {example}" for example in rule.examples),
        )
    ]


def _printable(text: str) -> str:
    """One line that a terminal shows as it is, whatever a cell holds."""
    whole = text if len(text) <= LONGEST else text[:LONGEST] + "…"
    return "".join(c if c.isprintable() else " " for c in whole)
