"""What a column of the sample holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from gongkai.lake import quoted

MOSTLY = 0.7
"""The share of a column's values that must have a form for the column to be taken for one: a
sample has mistakes, too."""
SHORT_LIST = 12
"""The most values that a drafted code list holds."""

FORMS: Mapping[str, tuple[str, str]] = {
    "uscc": ("code_text", ""),
    "project_code": ("project_code", ""),
    "deal_code": ("code_text", ""),
    "real_estate_unit": ("code_text", ""),
    "parcel_code": ("code_text", ""),
    "section_code": ("code_text", ""),
    "tender_code": ("code_text", ""),
    "trade_project_code": ("code_text", ""),
    "school_code": ("code_text", "学校|标识码"),
    "organisation_code": ("code_text", "机构代码"),
    "bond_code": ("code_text", "债券"),
    "document_number": ("document_number", ""),
    "phone": ("phone", ""),
}
"""Formats that are looked for: the macro that writes a value in one form, and the header without
which so weak a form proves nothing."""

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁"
    "魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎"
)
"""A hundred common surnames: what looks like a name may be one."""

TESTS: Mapping[str, str] = {
    **{form: f"is_{form}({macro}(v))" for form, (macro, _) in FORMS.items()},
    "mobile": "is_mobile(phone(v))",
    "resident_id": "is_resident_id(upper(v))",
    "bank_card": "is_bank_card(v)",
    "moment": "(contains(v, ':') OR regexp_full_match(v, '20[0-9]{12}')) "
    "AND try_cast(to_moment(v) AS TIMESTAMP) IS NOT NULL",
    "date": "try_cast(to_date(v) AS DATE) IS NOT NULL",
    "yes_no": "v IN ('是', '否')",
    "per_cent": "regexp_full_match(v, '[+-]?[0-9.]+%')",
    "integer": "regexp_full_match(number_text(v), '[+-]?(0|[1-9][0-9]{0,17})')",
    "number": "exact_number(v) IS NOT NULL AND NOT regexp_full_match(v, '0[0-9]+')",
    "person": f"regexp_full_match(v, '[{SURNAMES}][一-龥]{{1,2}}') "
    "AND NOT regexp_matches(v, '[区县市镇乡村路街里类级]$')",
    "division": "regexp_full_match(v, '[1-9][0-9]{5}')",
}


DIGITS = frozenset({*FORMS, "mobile", "resident_id", "bank_card", "moment", "date", "division"})
"""The forms that need digits."""


@dataclass(frozen=True)
class Profile:
    """What a column of the sample holds: counts of the values that have each form."""

    rows: int
    filled: int
    distinct: int
    values: tuple[str, ...]
    counts: Mapping[str, int]
    digits: int
    decimals: int
    never_negative: bool

    def mostly(self, form: str) -> bool:
        return self.filled > 0 and self.counts[form] >= MOSTLY * self.filled


def profile(name: str, database: duckdb.DuckDBPyConnection) -> Profile:
    """Look at a column of the table `delivery`."""
    column = f"(SELECT clean({quoted(name)}) AS v FROM delivery)"
    [(rows, filled, distinct, digits, decimals, never_negative)] = database.execute(
        "SELECT count(*), count(v), count(DISTINCT v), "
        "coalesce(max(length(split_part(number_text(v), '.', 1))), 0), "
        "coalesce(max(length(split_part(rtrim(number_text(v), '%'), '.', 2))), 0), "
        f"coalesce(min(exact_number(v)) >= 0, false) FROM {column}"
    ).fetchall()
    values = database.execute(
        f"SELECT v FROM {column} WHERE v IS NOT NULL GROUP BY v ORDER BY count(*) DESC, v "
        f"LIMIT {SHORT_LIST + 1}"
    ).fetchall()
    return Profile(
        rows=rows,
        filled=filled,
        distinct=distinct,
        values=tuple(value for (value,) in values),
        counts=Counter(_counted(column, [value for (value,) in values], database)),
        digits=digits,
        decimals=decimals,
        never_negative=never_negative,
    )


def _counted(column: str, values: list[str], database: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """How many values have each form. A code has digits: a column without is not asked, which
    saves most of the time."""
    has_digits = any(sum(character.isdigit() for character in value) >= 4 for value in values)
    asked = {form: test for form, test in TESTS.items() if has_digits or form not in DIGITS}
    tests = ", ".join(f"count_if({test})" for test in asked.values())
    [found] = database.execute(f"SELECT {tests} FROM {column}").fetchall()
    return dict(zip(asked, found, strict=True))
