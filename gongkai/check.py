"""Check: the contract's row rules, compiled into one DuckDB pass.

Every candidate is either accepted or quarantined with a reason, the value, its position and who
must act. rows in = accepted + quarantined, always.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import duckdb

from gongkai import codelists
from gongkai.codelists import CodeList
from gongkai.conform import Candidates
from gongkai.contracts import Contract, Field, RowRule
from gongkai.errors import BrokenContract
from gongkai.home import Home
from gongkai.lake import literal, quoted
from gongkai.reasons import FORMS, KINDS, REASONS
from gongkai.sources import Source
from gongkai.text import Text

NO_TEXT = Text("", "")
NARROW = 18
"""The most digits that DuckDB keeps in a 64-bit number."""
LOCAL = "local:"
"""What a surrogate key begins with."""
PERSON = "（居民身份证号）"
"""What a finding shows in place of a resident ID."""


@dataclass(frozen=True)
class Checked:
    """The outcome of the check, as DuckDB tables.

    `accepted`: rows in the contract's types, with `_remarks` (codes of warnings) and position.
    `quarantined`: the rows that were held, likewise typed (what has no type is NULL).
    `findings`: one row per broken rule of a candidate: `_row`, `_file`, `_part`, `_line`, `code`,
    `column_name`, `value`, `severity`, `responsible`, `reason_zh`, `reason_en`.
    """

    accepted: duckdb.DuckDBPyRelation
    quarantined: duckdb.DuckDBPyRelation
    findings: duckdb.DuckDBPyRelation
    rows_in: int
    rows_accepted: int
    rows_quarantined: int


def check(
    candidates: Candidates,
    contract: Contract,
    source: Source,
    home: Home,
    database: duckdb.DuckDBPyConnection,
) -> Checked:
    """Judge every candidate by the contract. A bad row never raises."""
    lists = {code_list.name: code_list for code_list in codelists.of(contract, home)}
    database.execute(f"CREATE OR REPLACE TABLE checked AS {compiled(contract, source, lists)}")
    held = "len(list_filter(_findings, lambda found: found.severity = 'error')) > 0"
    columns = ", ".join(quoted(field.name) for field in contract.fields)
    database.execute(
        f"CREATE OR REPLACE TABLE accepted AS SELECT {columns}, _row, _file, _part, _line, "
        "list_aggregate(list_transform(_findings, lambda found: found.code), 'string_agg', ';') "
        f"AS _remarks FROM checked WHERE NOT {held}"
    )
    database.execute(
        f"CREATE OR REPLACE TABLE quarantined AS SELECT {columns}, _row, _file, _part, _line "
        f"FROM checked WHERE {held}"
    )
    database.execute(
        "CREATE OR REPLACE TABLE findings AS SELECT _row, _file, _part, _line, "
        "unnest(_findings, recursive := true) FROM checked"
    )
    accepted, quarantined = database.table("accepted"), database.table("quarantined")
    checked = Checked(
        accepted=accepted,
        quarantined=quarantined,
        findings=database.table("findings"),
        rows_in=candidates.rows,
        rows_accepted=len(accepted),
        rows_quarantined=len(quarantined),
    )
    if checked.rows_in != checked.rows_accepted + checked.rows_quarantined:
        raise BrokenContract(
            Text(
                f"收到 {checked.rows_in} 行，但接受 {checked.rows_accepted} 行、"
                f"隔离 {checked.rows_quarantined} 行，合计不符",
                f"{checked.rows_in} rows came in, but {checked.rows_accepted} were accepted and "
                f"{checked.rows_quarantined} quarantined",
            ),
            where=contract.dataset,
            do=Text("数据不得丢失，请告知开发人员。", "Nothing may be lost: tell the developers."),
        )
    return checked


def compiled(contract: Contract, source: Source, lists: Mapping[str, CodeList]) -> str:
    """The one query: typed columns, and the list of findings of every candidate."""
    typed = ",\n    ".join(
        f"{_typed(field)} AS {quoted(field.name)}, {quoted(field.name)} AS {_raw(field.name)}"
        for field in contract.fields
    )
    judged = "".join(
        f",\n    {_judgement(field, lists[field.code_list])}"
        for field in contract.fields
        if field.code_list
    )
    findings = [_of_field(field, lists, source) for field in contract.fields]
    findings += [_of_rule(rule, contract) for rule in contract.rules]
    findings.append(_of_key(contract))
    columns = ", ".join(quoted(field.name) for field in contract.fields)
    everything = ",\n    ".join(findings)
    return f"""
WITH typed AS (
  SELECT _row, _file, _part, _line,
    {typed}
  FROM candidates
),
judged AS (
  SELECT *, {_times(contract)} AS _times{judged}
  FROM typed
)
SELECT _row, _file, _part, _line, {columns},
  list_filter([
    {everything}
  ], lambda found: found IS NOT NULL) AS _findings
FROM judged
"""


def _raw(name: str) -> str:
    return quoted(f"_raw_{name}")


def _typed(field: Field) -> str:
    raw = quoted(field.name)
    match field.kind.split("(")[0]:
        case "VARCHAR":
            return raw
        case "INTEGER" | "BIGINT":
            # a cast alone would round 12.7 to 13
            return (
                f"CASE WHEN regexp_full_match({raw}, '[+-]?\\d+(\\.0+)?') "
                f"THEN try_cast({raw} AS {field.kind}) END"
            )
        case "DATE" | "TIMESTAMP":
            # a cast alone knows 24-3-5 as a day of the first century, and infinity
            return (
                f"CASE WHEN regexp_matches({raw}, '^\\d{{4}}-') "
                f"THEN try_cast({raw} AS {field.kind}) END"
            )
        case "DECIMAL" if _digits(field.kind)[0] > NARROW:
            # the wide cast is 200 times slower: it is left to what does not fit the narrow one
            narrow = f"DECIMAL({NARROW}, {_digits(field.kind)[1]})"
            return f"coalesce(try_cast({raw} AS {narrow}), try_cast({raw} AS {field.kind}))"
    return f"try_cast({raw} AS {field.kind})"


def _digits(kind: str) -> tuple[int, int]:
    """Width and scale of a DuckDB decimal."""
    width, scale = kind.removeprefix("DECIMAL(").removesuffix(")").split(",")
    return int(width), int(scale)


def _judgement(field: Field, code_list: CodeList) -> str:
    name, codes = quoted(field.name), quoted(f"codes_{code_list.name}")
    known = f"{name} IN (SELECT code FROM {codes}) AS {quoted('_known_' + field.name)}"
    if not code_list.dated or field.code_date is None:
        return known
    day = quoted(field.code_date)
    # a year is met by any day of it
    year = f"{day}::VARCHAR::INTEGER"
    first = f"coalesce(try_cast({day}::VARCHAR AS DATE), try(make_date({year}, 1, 1)))"
    last = f"coalesce(try_cast({day}::VARCHAR AS DATE), try(make_date({year}, 12, 31)))"
    return (
        f"{known}, {name} IN (SELECT code FROM {codes} WHERE "
        f"coalesce(valid_from, DATE '0001-01-01') <= {last} AND "
        f"coalesce(valid_to, DATE '9999-12-31') >= {first}) "
        f"AS {quoted('_valid_' + field.name)}"
    )


def _times(contract: Contract) -> str:
    keys = ", ".join(quoted(name) for name in contract.key)
    complete = " AND ".join(f"{quoted(name)} IS NOT NULL" for name in contract.key)
    return f"CASE WHEN {complete} THEN count(*) OVER (PARTITION BY {keys}) END"


def _of_field(field: Field, lists: Mapping[str, CodeList], source: Source) -> str:
    """The first thing that is wrong with a column's value."""
    name, raw = quoted(field.name), _raw(field.name)
    kind = KINDS.get(field.kind.split("(")[0], Text(field.kind, field.kind))
    cases: list[tuple[str, str, Text]] = []
    if field.required:
        cases.append((f"{raw} IS NULL", "required", NO_TEXT))
    cases.append((f"{raw} IS NOT NULL AND {name} IS NULL", "type", kind))
    coded = field.kind == "VARCHAR" and bool(field.pattern or field.form or field.code_list)
    # where the source declares it, a key that was made up for want of a national code says so
    # in its first characters, and no national format is asked of it
    national = f"NOT starts_with({raw}, {literal(LOCAL)}) AND " * (field.name in source.surrogates)
    if coded:
        cases.append((f"{national}is_scientific({raw})", "scientific", NO_TEXT))
    if coded and field.form == "uscc":
        cases.append((f"{national}is_resident_id({name})", "personal_id", NO_TEXT))
    if coded and field.form:
        cases.append((f"{national}NOT is_{field.form}({name})", "check_digit", FORMS[field.form]))
    if coded and field.pattern:
        bound = Text(field.pattern, field.pattern)
        matches = f"regexp_full_match({name}, {literal(field.pattern)})"
        cases.append((f"{national}NOT {matches}", "pattern", bound))
    if field.code_list:
        cases += _of_list(field, lists[field.code_list])
    for code, bound_text, sign in (
        ("minimum", field.minimum, "<"),
        ("maximum", field.maximum, ">"),
    ):
        if bound_text is not None:
            limit = f"{name} {sign} {literal(bound_text)}::{field.kind}"
            cases.append((limit, code, Text(bound_text, bound_text)))
    branches = " ".join(
        f"WHEN {condition} THEN {_finding(code, field.name, _shown(raw), field.label, bound)}"
        for condition, code, bound in cases
    )
    return f"CASE {branches} END"


def _of_list(field: Field, code_list: CodeList) -> list[tuple[str, str, Text]]:
    known = quoted("_known_" + field.name)
    present = f"{quoted(field.name)} IS NOT NULL"
    if not code_list.dated:
        bound = Text(
            "、".join(code.label_zh for code in code_list.codes),
            ", ".join(code.code for code in code_list.codes),
        )
        return [(f"{present} AND NOT {known}", "enum", bound)]
    named = Text(code_list.name, code_list.name)
    cases = [(f"{present} AND NOT {known}", "codelist", named)]
    if field.code_date:
        valid = f"{quoted(field.code_date)} IS NOT NULL AND NOT {quoted('_valid_' + field.name)}"
        cases.append((f"{present} AND {valid}", "codelist_date", named))
    return cases


def _of_rule(rule: RowRule, contract: Contract) -> str:
    columns = {field.name for field in contract.fields}
    zh, en = (_sentence(text, columns) for text in (rule.reason.zh, rule.reason.en))
    value = _shown(_raw(rule.column))
    finding = _struct(rule.code, rule.column, value, rule.severity, rule.responsible, zh, en)
    return f"CASE WHEN NOT ({rule.holds}) THEN {finding} END"


def _of_key(contract: Contract) -> str:
    value = " || ' / ' || ".join(_shown(f"{quoted(name)}::VARCHAR") for name in contract.key)
    return f"CASE WHEN _times > 1 THEN {_finding('duplicate_key', '', value, NO_TEXT)} END"


def _finding(code: str, column: str, value: str, label: Text, bound: Text = NO_TEXT) -> str:
    reason = REASONS[code]
    zh = _join(reason.zh, {"label": label.zh, "bound": bound.zh}, value)
    en = _join(reason.en, {"label": label.en, "bound": bound.en}, value)
    return _struct(code, column, value, "error", "department", zh, en)


def _shown(value: str) -> str:
    """A value as a finding may show it: a resident ID must not travel on into a reason, the row
    itself stays in the private lake."""
    return f"CASE WHEN is_resident_id({value}) THEN {literal(PERSON)} ELSE {value} END"


def _struct(
    code: str, column: str, value: str, severity: str, responsible: str, zh: str, en: str
) -> str:
    parts = {
        "code": literal(code),
        "column_name": literal(column),
        "value": f"{value}::VARCHAR",
        "severity": literal(severity),
        "responsible": literal(responsible),
        "reason_zh": zh,
        "reason_en": en,
    }
    return "{" + ", ".join(f"'{name}': {sql}" for name, sql in parts.items()) + "}"


def _join(template: str, words: Mapping[str, str], value: str) -> str:
    """A sentence as SQL: words are known now, the value only in the row."""
    for name, word in words.items():
        template = template.replace("{" + name + "}", word)
    return _concatenated(
        value if part == "{value}" else literal(part)
        for part in re.split(r"(\{value\})", template)
        if part
    )


def _sentence(template: str, columns: Iterable[str]) -> str:
    """A rule's sentence as SQL: columns in braces are quoted as the department wrote them."""
    names = "|".join(sorted(columns, key=len, reverse=True))
    parts = re.split(rf"(\{{(?:{names})\}})", template)
    return _concatenated(
        _shown(_raw(part[1:-1])) if part.startswith("{") else literal(part)
        for part in parts
        if part
    )


def _concatenated(parts: Iterable[str]) -> str:
    # concat, unlike ||, takes NULL for nothing
    return f"concat({', '.join(parts)})"
