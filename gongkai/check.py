"""Check: the contract's row rules, compiled into one DuckDB pass.

Every candidate is either accepted or quarantined with a reason, the value, its position and who
must act. rows in = accepted + quarantined, always.

The pass writes every row in its types and says only whether it is held or marked; the sentences
are worked out afterwards, for those few rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import duckdb

from gongkai import city, codelists
from gongkai.codelists import CodeList
from gongkai.conform import Candidates
from gongkai.contracts import Contract, Field, RowRule
from gongkai.errors import BrokenContract
from gongkai.home import Home
from gongkai.lake import literal, quoted
from gongkai.reasons import FORMS, KINDS, MARKS, REASONS
from gongkai.sources import Source
from gongkai.text import Text

NO_TEXT = Text("", "")
NARROW = 18
"""The most digits that DuckDB keeps in a 64-bit number."""
LOCAL = "local:"
"""What a surrogate key begins with."""
PERSON = "（居民身份证号）"
"""What a finding shows in place of a resident ID."""
POSITION = "_row, _file, _part, _line"


@dataclass(frozen=True)
class Checked:
    """The outcome of the check, as DuckDB tables and views.

    `accepted`: rows in the contract's types, with `_remarks` (codes of warnings) and position.
    `quarantined`: the rows that were held, likewise typed (what has no type is NULL).
    `findings`: one row per broken rule of a candidate: `_row`, `_file`, `_part`, `_line`, `code`,
    `column_name`, `value`, `severity`, `responsible`, `reason_zh`, `reason_en`, `basis`.
    """

    accepted: duckdb.DuckDBPyRelation
    quarantined: duckdb.DuckDBPyRelation
    findings: duckdb.DuckDBPyRelation
    rows_in: int
    rows_accepted: int
    rows_quarantined: int


@dataclass(frozen=True)
class Fault:
    """One way in which a row can be wrong: `fails` is an SQL condition on the row, `finding` the
    struct that says so. `narrows` where another fault of the column is there whenever this one is:
    it only says better what is wrong."""

    fails: str
    finding: str
    severity: str
    narrows: bool = False


@dataclass(frozen=True)
class Passes:
    """The SQL of a check: `before` finds the keys that occur more than once and the codes that
    are good on their dates, `checked` is the pass over all rows, `findings` explains those that
    it held or marked."""

    before: tuple[str, ...]
    checked: str
    findings: str


def check(
    candidates: Candidates,
    contract: Contract,
    source: Source,
    home: Home,
    database: duckdb.DuckDBPyConnection,
) -> Checked:
    """Judge every candidate by the contract. A bad row never raises."""
    lists = {code_list.name: code_list for code_list in codelists.of(contract, home)}
    passes = compiled(contract, source, lists, city.load(home).figures(contract))
    for statement in passes.before:
        database.execute(statement)
    database.execute(f"CREATE OR REPLACE TABLE checked AS {passes.checked}")
    database.execute(f"CREATE OR REPLACE TABLE findings AS {passes.findings}")
    database.execute(
        "CREATE OR REPLACE TABLE remarks AS SELECT _row, string_agg(DISTINCT code, ';' "
        "ORDER BY code) AS _remarks FROM findings WHERE severity = 'warning' GROUP BY _row"
    )
    columns = ", ".join(quoted(field.name) for field in contract.fields)
    database.execute(
        f"CREATE OR REPLACE VIEW accepted AS SELECT {columns}, {POSITION}, _remarks "
        "FROM checked LEFT JOIN remarks USING (_row) WHERE NOT _held"
    )
    database.execute(
        f"CREATE OR REPLACE VIEW quarantined AS SELECT {columns}, {POSITION} "
        "FROM checked WHERE _held"
    )
    checked = Checked(
        accepted=database.view("accepted"),
        quarantined=database.view("quarantined"),
        findings=database.table("findings"),
        rows_in=candidates.rows,
        rows_accepted=_count(database, "checked WHERE NOT _held"),
        rows_quarantined=_count(
            database, "findings WHERE severity = 'error'", "count(DISTINCT _row)"
        ),
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


def _count(database: duckdb.DuckDBPyConnection, rows: str, what: str = "count(*)") -> int:
    (found,) = database.execute(f"SELECT {what} FROM {rows}").fetchone() or (0,)
    return int(found)


def compiled(
    contract: Contract,
    source: Source,
    lists: Mapping[str, CodeList],
    figures: Mapping[str, str],
) -> Passes:
    """The check as SQL over the table `candidates`; `figures` are the parameters, as SQL."""
    fields = [_of_field(field, lists, source) for field in contract.fields]
    rules = [[_of_rule(rule, contract, figures)] for rule in contract.rules]
    faults = [*fields, *rules, [_of_key(contract)]]
    explained = "(FROM candidates SEMI JOIN (FROM checked WHERE _held OR _marked) USING (_row))"
    held, marked = (_any(faults, severity) for severity in ("error", "warning"))
    columns = ", ".join(quoted(field.name) for field in contract.fields)
    everything = ",\n    ".join(
        "CASE " + " ".join(f"WHEN {fault.fails} THEN {fault.finding}" for fault in of_one) + " END"
        for of_one in faults
        if of_one
    )
    return Passes(
        before=(*_doubled(contract), *_validities(contract, lists)),
        checked=f"""{_judged(contract, lists, "candidates")}
SELECT {POSITION}, {columns},
  {held} AS _held,
  {marked} AS _marked
FROM judged
""",
        findings=f"""{_judged(contract, lists, explained)}
SELECT {POSITION}, unnest(list_filter([
    {everything}
  ], lambda found: found IS NOT NULL), recursive := true)
FROM judged
""",
    )


def _any(faults: Iterable[Iterable[Fault]], severity: str) -> str:
    conditions = [
        f"({fault.fails})"
        for of_one in faults
        for fault in of_one
        if fault.severity == severity and not fault.narrows
    ]
    # true wins over unknown, so that one coalesce for all of them will do
    return f"coalesce({(chr(10) + '    OR ').join(conditions)}, false)" if conditions else "false"


def _judged(contract: Contract, lists: Mapping[str, CodeList], rows: str) -> str:
    """The common beginning: `judged` has every column typed, its text as `_raw_`, and what the
    code lists say of it."""
    typed = ",\n    ".join(
        f"{_typed(field)} AS {quoted(field.name)}, {quoted(field.name)} AS {_raw(field.name)}"
        for field in contract.fields
    )
    judgements = [
        _judgement(field, lists[field.code_list]) for field in contract.fields if field.code_list
    ]
    judgements += [_former(field, contract) for field in contract.fields if field.label_of]
    judged = "".join(f",\n    {judgement}" for judgement in judgements)
    return f"""
WITH typed AS (
  SELECT {POSITION},
    {typed}
  FROM {rows}
),
judged AS (
  SELECT *, {_is_doubled(contract)} AS _doubled{judged}
  FROM typed
)"""


def _doubled(contract: Contract) -> tuple[str, ...]:
    """Keys that occur more than once: first by a hash, which is quick and may err, then those
    few in full."""
    keys = ", ".join(f"{_typed(contract.field(name))} AS {quoted(name)}" for name in contract.key)
    names = ", ".join(map(quoted, contract.key))
    whole = " AND ".join(f"{quoted(name)} IS NOT NULL" for name in contract.key)
    return (
        f"CREATE OR REPLACE TABLE doubtful AS SELECT hash({names}) AS _hash "
        f"FROM (SELECT {keys} FROM candidates) WHERE {whole} GROUP BY _hash HAVING count(*) > 1",
        f"CREATE OR REPLACE TABLE doubled AS SELECT {names} FROM (SELECT {keys} FROM candidates) "
        f"WHERE {whole} AND hash({names}) IN (FROM doubtful) GROUP BY ALL HAVING count(*) > 1",
    )


def _is_doubled(contract: Contract) -> str:
    names = ", ".join(map(quoted, contract.key))
    one = len(contract.key) == 1
    return f"{names if one else f'({names})'} IN (SELECT {names} FROM doubled)"


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
    pair = f"{name}, {quoted(field.code_date)}"
    valid = f"({pair}) IN (SELECT {pair} FROM {quoted('valid_' + field.name)})"
    return f"{known}, {valid} AS {quoted('_valid_' + field.name)}"


def _validities(contract: Contract, lists: Mapping[str, CodeList]) -> tuple[str, ...]:
    """For each code that is judged by a date: a table of the pairs of code and date that occur
    and are good. Few of them occur; asked row by row, the codes of every day would be joined."""
    dated = [
        (field, contract.field(field.code_date))
        for field in contract.fields
        if field.code_list and field.code_date and lists[field.code_list].dated
    ]
    return tuple(_validity(field, date) for field, date in dated)


def _validity(field: Field, date: Field) -> str:
    codes, name, day = quoted(f"codes_{field.code_list}"), quoted(field.name), quoted(date.name)
    first = last = f"used.{day}::DATE"
    if date.kind in ("INTEGER", "BIGINT"):
        # a year is met by any day of it
        first, last = (f"try(make_date(used.{day}, {of}))" for of in ("1, 1", "12, 31"))
    return f"""
CREATE OR REPLACE TABLE {quoted("valid_" + field.name)} AS
SELECT DISTINCT used.{name}, used.{day}
FROM (SELECT DISTINCT {_typed(field)} AS {name}, {_typed(date)} AS {day} FROM candidates) AS used
JOIN {codes} AS listed ON listed.code = used.{name}
  AND coalesce(listed.valid_from, DATE '0001-01-01') <= {last}
  AND coalesce(listed.valid_to, DATE '9999-12-31') >= {first}
"""


def _former(field: Field, contract: Contract) -> str:
    """Whether a printed name is the one that a code's predecessor had."""
    coded = contract.field(field.label_of or "")
    codes = quoted(f"codes_{coded.code_list}")
    return (
        f"({quoted(field.name)}, {quoted(coded.name)}) IN (SELECT label_zh, successor "
        f"FROM {codes} WHERE successor IS NOT NULL) AS {quoted('_former_' + field.name)}"
    )


def _of_field(field: Field, lists: Mapping[str, CodeList], source: Source) -> list[Fault]:
    """What can be wrong with a column's value; the first that is counts, errors before warnings."""
    name, raw = quoted(field.name), _raw(field.name)
    kind = KINDS.get(field.kind.split("(")[0], Text(field.kind, field.kind))
    cases: list[tuple[str, str, Text]] = []
    if field.required:
        cases.append((f"{raw} IS NULL", "required", NO_TEXT))
    elif other := field.required_unless:
        cases.append((f"{raw} IS NULL AND {_raw(other)} IS NULL", "required", NO_TEXT))
    cases += [(f"{raw} IS NOT NULL AND {name} IS NULL", "type", kind)] * (field.kind != "VARCHAR")
    coded = field.kind == "VARCHAR" and bool(field.pattern or field.form or field.code_list)
    # where the source declares it, a key that was made up for want of a national code says so
    # in its first characters, and no national format is asked of it
    national = f"NOT starts_with({raw}, {literal(LOCAL)}) AND " * (field.name in source.surrogates)
    if coded:
        cases.append((f"{national}is_scientific({raw})", "scientific", NO_TEXT))
    if coded and field.form == "uscc":
        cases.append((f"{national}is_resident_id({name})", "personal_id", NO_TEXT))
    if coded and field.form:
        form = FORMS[field.form]
        cases.append((f"{national}NOT is_{field.form}({name})", form.code, form.title))
    if coded and field.pattern:
        bound = Text(field.pattern, field.pattern)
        matches = f"regexp_full_match({name}, {literal(field.pattern)})"
        cases.append((f"{national}NOT {matches}", "pattern", bound))
    if field.code_list:
        cases += _of_list(field, lists[field.code_list])
    if field.label_of:
        cases.append((quoted("_former_" + field.name), "former_name", NO_TEXT))
    for code, bound_text, sign in (
        ("minimum", field.minimum, "<"),
        ("maximum", field.maximum, ">"),
    ):
        if bound_text is not None:
            limit = f"{name} {sign} {literal(bound_text)}::{field.kind}"
            cases.append((limit, code, Text(bound_text, bound_text)))
    faults = [
        Fault(
            fails,
            _finding(code, field.name, _shown(raw), field, bound),
            "warning" if code in MARKS or code in field.warns else "error",
            narrows=code == "scientific" and _is_strict(field),
        )
        for fails, code, bound in cases
    ]
    return sorted(faults, key=lambda fault: fault.severity)


def _is_strict(field: Field) -> bool:
    """Whether no number that a spreadsheet made of a code can pass as one: a format with a macro
    or a code list holds it anyway."""
    held = {FORMS[field.form].code} if field.form else set()
    held |= {"enum", "codelist"} if field.code_list else set()
    return bool(held) and not held & set(field.warns)


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


def _of_rule(rule: RowRule, contract: Contract, figures: Mapping[str, str]) -> Fault:
    columns = {field.name for field in contract.fields}
    zh, en = (_sentence(text, columns, figures) for text in (rule.reason.zh, rule.reason.en))
    value = _shown(_raw(rule.column))
    finding = _struct(
        rule.code, rule.column, value, rule.severity, rule.responsible, zh, en, rule.source
    )
    return Fault(f"NOT ({with_figures(rule.holds, figures)})", finding, rule.severity)


def with_figures(sql: str, figures: Mapping[str, str]) -> str:
    """An expression of a rule with its parameters (`$name`) put in."""
    return re.sub(r"\$([a-z_]+)", lambda found: figures[found[1]], sql)


def _of_key(contract: Contract) -> Fault:
    value = " || ' / ' || ".join(_shown(f"{quoted(name)}::VARCHAR") for name in contract.key)
    return Fault(
        "_doubled",
        _finding("duplicate_key", "", value, contract.field(contract.key[0]), NO_TEXT),
        "error",
    )


def _finding(code: str, column: str, value: str, field: Field, bound: Text) -> str:
    reason, label = REASONS[code], field.label
    zh = _join(reason.zh, {"label": label.zh, "bound": bound.zh}, value)
    en = _join(reason.en, {"label": label.en, "bound": bound.en}, value)
    severity = "warning" if code in MARKS or code in field.warns else "error"
    return _struct(code, column, value, severity, field.responsible, zh, en, field.source)


def _shown(value: str) -> str:
    """A value as a finding may show it: a resident ID must not travel on into a reason, the row
    itself stays in the private lake."""
    return f"CASE WHEN is_resident_id({value}) THEN {literal(PERSON)} ELSE {value} END"


def _struct(
    code: str,
    column: str,
    value: str,
    severity: str,
    responsible: str,
    zh: str,
    en: str,
    basis: str,
) -> str:
    parts = {
        "code": literal(code),
        "column_name": literal(column),
        "value": f"{value}::VARCHAR",
        "severity": literal(severity),
        "responsible": literal(responsible),
        "reason_zh": zh,
        "reason_en": en,
        "basis": literal(basis),
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


def _sentence(template: str, columns: Iterable[str], figures: Mapping[str, str]) -> str:
    """A rule's sentence as SQL: columns in braces are quoted as the department wrote them,
    `{$figure}` is a parameter, `{=expression}` is worked out."""
    names = "|".join(sorted(columns, key=len, reverse=True))
    parts = re.split(rf"(\{{(?:{names})\}}|\{{[$=][^{{}}]+\}})", template)
    return _concatenated(_part(part, figures) for part in parts if part)


def _part(part: str, figures: Mapping[str, str]) -> str:
    if not (part.startswith("{") and part.endswith("}")):
        return literal(part)
    match part[1]:
        case "$":
            return f"({figures[part[2:-1]]})::VARCHAR"
        case "=":
            return f"({with_figures(part[2:-1], figures)})::VARCHAR"
    return _shown(_raw(part[1:-1]))


def _concatenated(parts: Iterable[str]) -> str:
    # concat, unlike ||, takes NULL for nothing
    return f"concat({', '.join(parts)})"
