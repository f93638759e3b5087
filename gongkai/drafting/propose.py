"""The fields that are proposed for a sample's columns, and the key."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations
from pathlib import Path

import duckdb

from gongkai.drafting.layout import SIZES, Shape, unit_in
from gongkai.drafting.profile import FORMS, MOSTLY, SHORT_LIST, Profile
from gongkai.drafting.words import (
    AREA,
    CATEGORY,
    CODED,
    MONEY,
    NO_CATEGORY,
    NUMBERED,
    OFFICE,
    PERSON,
    SENSITIVE,
    VALUES,
    english,
    known_names,
)
from gongkai.errors import WrongCall
from gongkai.lake import literal, quoted
from gongkai.text import Text

NEARLY = 0.95
"""The share of different values that makes a code a key in spite of a double."""
MANY = 500
"""The most sets of columns that are looked at for a key."""


@dataclass(frozen=True)
class Proposed:
    """A field of the drafted contract with the SQL that gives it. `codes` is a code list to be
    drafted: code, Chinese and English label. `doubts` are said beside the field."""

    name: str
    label: Text
    kind: str
    expression: str
    unit: str | None = None
    form: str | None = None
    minimum: str | None = None
    maximum: str | None = None
    required: bool = False
    personal: int = 0
    public: bool = True
    key: bool = False
    code_list: str | None = None
    codes: tuple[tuple[str, str, str], ...] = ()
    filled: int = 0
    distinct: int = 0
    identifies: bool = False
    definition: Text | None = None
    doubts: tuple[str, ...] = ()


def proposed(
    shape: Shape,
    profiles: Mapping[str, Profile],
    dataset: str,
    file: Path,
    root: Path,
    today: date,
) -> tuple[list[Proposed], list[Text]]:
    """The fields, one or more for each column, and the date of the data."""
    fields: list[Proposed] = []
    asked: list[Text] = []
    known = _known_lists(root)
    names = known_names(root / "schemas")
    for place, (called, pattern) in enumerate(shape.headers, start=1):
        header = re.sub(r"\\(.)", r"\1", pattern)
        profile = profiles[called]
        if profile.filled == 0:
            asked.append(
                Text(
                    f"“{called}”在样例中全为空，按文本处理",
                    f"“{called}” is empty in the sample, and taken for text",
                )
            )
        name, meant = english(called, place, [field.name for field in fields], names)
        base = _base(name, meant, called, profile)
        unit = _unit_of(header, called, profile, shape)
        made = _typed(base, called, profile, unit, shape)
        made = [_personal(made[0], called, profile), *made[1:]]
        made = [_coded_region(made[0], called, profile, root), *made[1:]]
        if made[0].public and made[0].kind == "VARCHAR" and not (made[0].form or made[0].code_list):
            made = [_categorical(made[0], called, profile, dataset, known)]
        fields += made
    fields += _reported_units(fields, shape)
    told = any("(?P<year>" in pattern for pattern in shape.table.captions)
    has_date = any(field.kind == "DATE" and field.public for field in fields)
    if not any(map(is_year, fields)) and (told or not has_date):
        dated, question = _dated(shape, file, today)
        fields.append(dated)
        asked.append(question)
    return fields, asked


def _base(name: str, meant: bool, called: str, profile: Profile) -> Proposed:
    label = called if re.search(r"[一-龥]", called) else f"{called}（中文名称待定）"
    doubts = () if meant else ("英文名称",)
    return Proposed(
        name=name,
        label=Text(label, name.replace("_", " ").capitalize()),
        kind="VARCHAR",
        expression=f"clean({_sql(called)})",
        required=profile.rows > 0 and profile.filled == profile.rows,
        filled=profile.filled,
        distinct=profile.distinct,
        identifies=bool(CODED.search(called)),
        doubts=doubts,
    )


def _typed(
    base: Proposed, called: str, profile: Profile, unit: tuple[str, str] | None, shape: Shape
) -> list[Proposed]:
    """The field in the type of its content; a converted amount or area with what was reported."""
    column = _sql(called)
    if NUMBERED.search(called) or profile.mostly("resident_id") or profile.mostly("bank_card"):
        return [base]
    for form, (macro, header) in FORMS.items():
        if profile.mostly(form) and (not header or re.search(header, called)):
            return [
                replace(
                    base, form=form, expression=f"{macro}({column})", identifies=form != "phone"
                )
            ]
    if profile.mostly("moment"):
        return [replace(base, kind="TIMESTAMP", expression=f"to_moment({column})")]
    if profile.mostly("date") and not base.identifies:
        return [replace(base, kind="DATE", expression=f"to_date({column})")]
    if profile.mostly("yes_no"):
        expression = f"CASE clean({column}) WHEN '是' THEN 'true' WHEN '否' THEN 'false'\n"
        expression += f"        ELSE clean({column}) END"
        return [replace(base, kind="BOOLEAN", expression=expression)]
    # a number too long to count with is a code
    if (
        base.identifies
        or (profile.mostly("division") and "区划" in called)
        or (profile.mostly("integer") and profile.digits >= 12)
    ):
        return [replace(base, expression=f"code_text({column})")]
    if profile.mostly("per_cent"):
        number = f"rtrim(number_text({column}), '%')"
        kind, doubts = f"DECIMAL(9,{min(max(profile.decimals, 2), 4)})", (*base.doubts, "上下限")
        return [replace(base, kind=kind, expression=number, unit="%", doubts=doubts)]
    if profile.mostly("integer") or profile.mostly("number"):
        return _numeric(base, column, called, profile, unit)
    return [base]


def _numeric(
    base: Proposed, column: str, called: str, profile: Profile, unit: tuple[str, str] | None
) -> list[Proposed]:
    least = "0" if profile.never_negative else None
    if _names_a_year(called) and profile.mostly("integer"):
        return [
            replace(
                base, kind="INTEGER", expression=f"number_text({column})",
                minimum="1900", maximum="2100",
            )
        ]  # fmt: skip
    if unit and unit[0] in SIZES:
        money = unit[0].endswith("元")
        macro = "to_yuan" if money else "to_square_metres"
        return [
            replace(
                base,
                kind="DECIMAL(18,2)",
                expression=f"{macro}({column}, {unit[1]})",
                unit="元" if money else "平方米",
                minimum=least,
                doubts=(*base.doubts, f"报送单位是{unit[0]}"),
            ),
            Proposed(
                name=f"{base.name}_reported",
                label=Text(f"{base.label.zh}（报送值）", f"{base.label.en} as reported"),
                kind="DECIMAL(22,6)",
                expression=f"reported({column})",
                definition=Text("按报送单位填写的原值", "The figure as the department wrote it"),
            ),
        ]
    if profile.mostly("integer"):
        kind = "INTEGER" if profile.digits <= 9 else "BIGINT"
    else:
        kind = f"DECIMAL(18,{min(max(profile.decimals, 2), 6)})"
    counted = COUNTED.search(called)
    told = unit[0] if unit else counted[1].replace("学生", "人") if counted else None
    doubts = base.doubts if told else (*base.doubts, "单位")
    return [
        replace(
            base, kind=kind, expression=f"number_text({column})", minimum=least, unit=told,
            doubts=doubts,
        )
    ]  # fmt: skip


COUNTED = re.compile(r"(户|人|套|栋|幢|个|台|辆|条|处|座|学生)数$")
"""Counts whose name tells their unit."""


def _names_a_year(called: str) -> bool:
    return bool(re.search(r"年$|年度|年份|^year$", called))


def is_year(field: Proposed) -> bool:
    return field.kind == "INTEGER" and field.minimum == "1900" and field.name in ("year", "as_of")


def _unit_of(header: str, called: str, profile: Profile, shape: Shape) -> tuple[str, str] | None:
    """A number's unit and the SQL that gives it: its own in the header, or the table's."""
    own = unit_in(header.rsplit("/", 1)[-1])
    if own:
        return own[0], f"'{own[0]}'"
    wanted = "元" if MONEY.search(called) else "" if AREA.search(called) else None
    if wanted is None or not (profile.mostly("number") or profile.mostly("integer")):
        return None
    one = re.search(r"\(\?P<unit>", " ".join(shape.table.captions))
    listed = re.findall(r"单位\s*[:：]\s*([^\s)）]+)", shape.above)
    units = [unit for text in listed for unit in re.split(r"[、，,/／]", text) if unit in SIZES]
    fitting = [unit for unit in units if unit.endswith("元") == (wanted == "元")]
    if not fitting:
        return None
    return fitting[0], "_unit" if one and len(units) == 1 else f"'{fitting[0]}'"


TOLD_IN = Text("报送时使用的单位", "The unit in which the department reported")


def _reported_units(fields: Sequence[Proposed], shape: Shape) -> list[Proposed]:
    """Beside reported values the unit they are in: one column where all share it."""
    made = []
    for name, listed, label, canonical in (
        ("unit_reported", "money_unit", Text("报送单位", "Unit as reported"), "元"),
        ("area_unit_reported", "area_unit", Text("报送面积单位", "Unit of area"), "平方米"),
    ):
        converted = [
            field
            for field in fields
            if field.unit == canonical and re.match(r"to_(yuan|square_metres)\(", field.expression)
        ]
        units = {field.expression.rsplit(", ", 1)[1].rstrip(")") for field in converted}
        if len(units) == 1:
            made.append(
                Proposed(
                    name,
                    label,
                    "VARCHAR",
                    units.pop(),
                    code_list=listed,
                    required=True,
                    definition=TOLD_IN,
                )
            )
        elif units:
            made += [
                Proposed(
                    f"{field.name}_{name}",
                    Text(f"{field.label.zh}{label.zh}", f"{label.en} of {field.label.en.lower()}"),
                    "VARCHAR",
                    field.expression.rsplit(", ", 1)[1].rstrip(")"),
                    code_list=listed,
                    definition=TOLD_IN,
                )
                for field in converted
            ]
    return made


def _personal(field: Proposed, called: str, profile: Profile) -> Proposed:
    """What may tell of a person is restricted until somebody decides otherwise."""
    private = profile.filled > 0 and any(
        profile.counts[form] >= share * profile.filled
        for form, share in (
            ("mobile", 0.5),
            ("resident_id", 0.3),
            ("bank_card", MOSTLY),
            ("person", MOSTLY),
        )
    )
    if field.form and field.form != "phone":
        private = False
    if OFFICE.search(called) and not private:
        return replace(field, personal=1, doubts=(*field.doubts, "是否单位电话"))
    if not private and (field.kind != "VARCHAR" or not PERSON.search(called)):
        return field
    sensitive = SENSITIVE.search(called) or profile.mostly("resident_id")
    return replace(
        field,
        personal=3 if sensitive else 2,
        public=False,
        required=False,
        form=None,
        doubts=(*field.doubts, "疑为个人信息，默认不公开"),
    )


Lists = Mapping[str, Mapping[str, str]]


def _known_lists(root: Path) -> Lists:
    """The project's short, undated code lists: code by Chinese label."""
    found: dict[str, Mapping[str, str]] = {}
    for path in sorted((root / "schemas" / "codelists").glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        if rows and len(rows) <= 40 and not rows[0].get("valid_from"):
            found[path.stem] = {row["label_zh"]: row["code"] for row in rows}
    return found


def _categorical(
    field: Proposed, called: str, profile: Profile, dataset: str, known: Lists
) -> Proposed:
    """A column of few values gets a code list: one of the project's, or a drafted one."""
    values = profile.values
    few = 2 <= profile.distinct <= SHORT_LIST and all(len(value) <= 12 for value in values)
    repeats = profile.distinct * 2 <= profile.filled
    if not few or not repeats or NO_CATEGORY.search(called):
        return field
    for name, codes in known.items():
        if set(values) <= set(codes):
            return replace(
                field,
                code_list=name,
                expression=_case(field.expression, {v: codes[v] for v in values}),
                doubts=(*field.doubts, f"借用已有代码表 {name}"),
            )
    if not CATEGORY.search(called) and profile.distinct * 4 > profile.filled:
        return field
    drafted = tuple((*_code_of(value), value) for value in sorted(values))
    codes_of = {value: code for code, _, value in drafted}
    doubts = (*field.doubts, "代码表是否齐全")
    if any(code == value for value, code in codes_of.items()):
        doubts = (*doubts, "代码表的英文")
    return replace(
        field,
        code_list=f"{dataset}_{field.name}",
        codes=tuple((code, value, english) for code, english, value in drafted),
        expression=_case(field.expression, codes_of),
        doubts=doubts,
    )


def _code_of(value: str) -> tuple[str, str]:
    """A value's code and English label; its own characters where the project knows none."""
    return VALUES.get(value, (value, value))


def _case(expression: str, codes: Mapping[str, str]) -> str:
    """The expression with labels turned into codes; what is no label stays, to be quoted."""
    turned = {label: code for label, code in codes.items() if label != code}
    if not turned:
        return expression
    cases = "\n".join(
        f"        WHEN {literal(label)} THEN {literal(code)}" for label, code in turned.items()
    )
    return f"CASE {expression}\n{cases}\n        ELSE {expression}\n    END"


def _dated(shape: Shape, file: Path, today: date) -> tuple[Proposed, Text]:
    """The date of the data where no column tells it: the caption's year, the file's name, today."""
    label = Text("数据年度", "As of")
    meaning = Text("数据所属的年度", "The year that the data are of")
    field = Proposed(
        "as_of",
        label,
        "INTEGER",
        "_year",
        required=True,
        minimum="1900",
        maximum="2100",
        definition=meaning,
    )
    if any("(?P<year>" in pattern for pattern in shape.table.captions):
        return field, Text("数据年度取自标题", "the year of the data is taken from the title")
    if re.search(r"(?:19|20)\d{2}", file.name):
        expression = r"regexp_extract(_file, '(?:19|20)\d{2}')"
        return replace(field, expression=expression, doubts=("取自文件名",)), Text(
            "数据年度取自文件名", "the year of the data is taken from the file's name"
        )
    return replace(field, expression=f"'{today.year}'", doubts=("样例没有写明",)), Text(
        f"样例没有写明数据年度，暂写作 {today.year}",
        f"the sample does not say of which year it is; {today.year} was written",
    )


def _coded_region(field: Proposed, called: str, profile: Profile, root: Path) -> Proposed:
    """A column of division codes, judged by the list where it knows them."""
    named = "区划" in called or "region_code" in field.name
    if not named or not profile.mostly("division"):
        return field
    with (root / "schemas" / "codelists" / "divisions.csv").open(encoding="utf-8") as file:
        known = {row["code"] for row in csv.DictReader(file)}
    if sum(value in known for value in profile.values) < MOSTLY * len(profile.values):
        return replace(field, doubts=(*field.doubts, "不在区划代码表 divisions 内"))
    return replace(field, code_list="divisions")


def with_key(
    fields: Sequence[Proposed],
    shape: Shape,
    profiles: Mapping[str, Profile],
    database: duckdb.DuckDBPyConnection,
) -> tuple[list[Proposed], list[Text]]:
    """The smallest set of public columns that tells every row of the sample from the others."""
    rows = next(iter(profiles.values())).rows
    able = _able(fields, rows)
    if not able:
        raise WrongCall(
            Text("没有可以作主键的列", "no column can be a key"),
            where=shape.named[0] if shape.named else "",
            do=Text("请在样例中加一列编号。", "Add a column with a number or code to the sample."),
        )
    table = ", ".join(f"{field.expression} AS {quoted(field.name)}" for field in able)
    database.execute(f"CREATE OR REPLACE TEMP TABLE keyed AS SELECT {table} FROM delivery")

    def different(chosen: Sequence[Proposed]) -> int:
        columns = ", ".join(quoted(field.name) for field in chosen)
        found = database.execute(
            f"SELECT count(*) FROM (SELECT DISTINCT {columns} FROM keyed)"
        ).fetchone()
        return int(found[0]) if found else 0

    groups = [group for size in (1, 2, 3) for group in combinations(able, size)]
    chosen = next(_keys(groups, different, rows), None) or max(groups[-MANY:], key=different)
    asked: list[Text] = []
    if different(chosen) < rows:
        asked.append(
            Text(
                f"主键 {'、'.join(f.label.zh for f in chosen)} 在样例中有重复，重复的行会被隔离",
                f"the key {', '.join(f.name for f in chosen)} has doubles in the sample, which "
                "will be quarantined",
            )
        )
    asked.append(
        Text(
            f"主键暂定为：{'、'.join(f.label.zh for f in chosen)}",
            f"the key is taken to be {', '.join(f.name for f in chosen)}",
        )
    )
    names = {field.name for field in chosen}
    keyed = [
        replace(f, key=True, required=True, doubts=(*f.doubts, "主键")) if f.name in names else f
        for f in fields
    ]
    return sorted(keyed, key=lambda field: not field.key), asked


def _sql(name: str) -> str:
    """A column of the delivery in SQL: Chinese names as they are, everything else in quotes."""
    return name if re.fullmatch(r"[一-龥][一-龥\w]*", name) else quoted(name)


def _able(fields: Sequence[Proposed], rows: int) -> list[Proposed]:
    """The columns that a key may be made of, the best first: those that are filled, or, where
    none is, the three that are filled most."""
    could = [
        field
        for field in fields
        if field.public
        and field.filled
        and (field.kind in ("VARCHAR", "DATE", "TIMESTAMP") or is_year(field))
        and field.form != "phone"
    ]
    filled = [field for field in could if field.filled >= NEARLY * rows]
    return sorted(
        filled or sorted(could, key=lambda field: -field.filled)[:3],
        key=lambda f: (not f.identifies, "name" not in f.name, f.kind != "VARCHAR"),
    )


def _keys(
    groups: Sequence[tuple[Proposed, ...]],
    different: Callable[[Sequence[Proposed]], int],
    rows: int,
) -> Iterator[tuple[Proposed, ...]]:
    """Sets of columns that tell the rows apart, the best first; one with a code may have doubles,
    which are mistakes of the sample."""
    for group in groups[:MANY]:
        if len(group) < 3 and group[0].identifies and different(group) >= NEARLY * rows:
            yield group
    for group in groups[:MANY]:
        if different(group) == rows:
            yield group
