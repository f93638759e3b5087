"""The vocabulary of dataset rules: what a suite can ask in the words of the rule.

Each gives an SQL query whose rows are the exceptions. `{batch}` is what was accepted;
`quarantined`, `latest` (the last edition) and the datasets that the suite refers to are tables. A
sum is compared within the rounding of what was printed: half the last printed digit for the total
and for each part (`digit`, in the reported unit where `unit` names its column; at least `least`,
for figures in a small unit that are rounded further).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from gongkai.lake import literal, quoted

Arguments = Mapping[str, Any]


def expect_rows_unless_declared_empty() -> str:
    """There is a row, or the department said why there is none."""
    return (
        "SELECT 0 AS rows WHERE (SELECT count(*) FROM {batch}) = 0 "
        "AND (SELECT count(*) FROM declared_empty) = 0"
    )


def expect_total_to_equal_sum_of_parts(
    *,
    values: list[str],
    total: str,
    parts: str,
    by: list[str],
    least_parts: int = 1,
    digit: float = 1,
    unit: str | None = None,
    least: float = 0,
) -> str:
    """Rows that satisfy `total` are the sum of those that satisfy `parts`, within each `by`. Not
    judged where a part may be in quarantine."""
    sums = ", ".join(f"sum({quoted(v)}) AS {quoted(v)}" for v in values)
    shown = ", ".join(
        f"whole.{quoted(v)}, part.{quoted(v)} AS {quoted('sum_of_' + v)}" for v in values
    )
    floor = least / digit
    off = _off((f"whole.{quoted(v)}", f"part.{quoted(v)}") for v in values)
    return f"""
WITH part AS (
    SELECT {_columns(by)}, count(*) AS _parts, {_digits(unit, None, floor)} AS _digits, {sums}
    FROM {{batch}} WHERE {parts} GROUP BY {_columns(by)}
)
SELECT {_columns(by, "whole")}, {shown}
FROM (FROM {{batch}} WHERE {total}) AS whole JOIN part ON {_same(by, "whole", "part")}
WHERE part._parts >= {least_parts} AND NOT {_held(by, "whole")}
  AND {off.format(tolerance=_tolerance("part._digits", digit, unit, "whole", floor))}"""


def expect_parent_to_equal_sum_of_children(
    *,
    code: str,
    values: list[str],
    by: list[str],
    step: int = 2,
    digit: float = 1,
    unit: str | None = None,
    least: float = 0,
    where: str = "true",
) -> str:
    """A code's amount is the sum of the codes one level (`step` characters) below it, for the
    parents that satisfy `where`. Not judged where a child, or a row whose code cannot be read, is
    in quarantine, or no child is there."""
    sums = ", ".join(f"sum(child.{quoted(v)}) AS {quoted('sum_of_' + v)}" for v in values)
    own = _columns([*by, code, *values], "parent")
    off = _off((quoted(v), quoted("sum_of_" + v)) for v in values)
    floor = least / digit
    own_digit = f"any_value({_size(unit, 'parent', floor)})"
    tolerance = f"_digits * {digit} * 0.5"
    held = f"starts_with(held.{quoted(code)}, parent.{quoted(code)})"
    return f"""
WITH summed AS (
    SELECT {own}, {_digits(unit, "child", floor)} + {own_digit} AS _digits, {sums}
    FROM (FROM {{batch}} WHERE {where}) AS parent JOIN {{batch}} AS child
      ON {_same(by, "parent", "child")}
      AND length(child.{quoted(code)}) = length(parent.{quoted(code)}) + {step}
      AND starts_with(child.{quoted(code)}, parent.{quoted(code)})
    WHERE NOT EXISTS (
        SELECT 1 FROM quarantined AS held WHERE {_maybe(by, "held", "parent")}
        AND coalesce({held} OR NOT regexp_full_match(held.{quoted(code)}, '\\d+'), true))
    GROUP BY ALL
)
SELECT * EXCLUDE (_digits) FROM summed
WHERE {off.format(tolerance=tolerance)}"""


def expect_items_to_balance(
    *,
    item: str,
    value: str,
    by: list[str],
    result: str,
    plus: list[str],
    minus: list[str],
    digit: float = 1,
    unit: str | None = None,
) -> str:
    """Among the rows of one `by`, the item `result` is the sum of `plus` less that of `minus`;
    judged where all of them are there."""
    names = [result, *plus, *minus]
    items = ", ".join(
        f"sum({quoted(value)}) FILTER ({quoted(item)} = '{name}') AS {quoted(name)}"
        for name in names
    )
    listed = ", ".join(literal(name) for name in names)
    digits = f"{_digits(unit)} FILTER ({quoted(item)} IN ({listed})) AS _digits"
    worked_out = " + ".join(map(quoted, plus)) + "".join(f" - {quoted(m)}" for m in minus)
    return f"""
WITH items AS (SELECT {_columns(by)}, {items}, {digits} FROM {{batch}} GROUP BY {_columns(by)})
SELECT {_columns(by)}, {_columns(names)}, {worked_out} AS worked_out FROM items
WHERE abs({quoted(result)} - ({worked_out})) > _digits * {digit} * 0.5"""


def expect_reference_to_exist(
    *,
    columns: list[str],
    dataset: str,
    references: list[str],
    where: str = "true",
    share: float = 0,
) -> str:
    """Every row's `columns` are the `references` of some row of another dataset's latest edition.
    Before its first edition nothing is asked; up to a `share` of strangers is let pass."""
    there = " AND ".join(
        f"other.{quoted(r)} = here.{quoted(c)}" for c, r in zip(columns, references, strict=True)
    )
    given = " AND ".join(f"here.{quoted(c)} IS NOT NULL" for c in columns)
    asked = f"FROM {{batch}} AS here WHERE ({where}) AND {given}"
    return f"""
WITH strangers AS (
    SELECT DISTINCT {_columns(columns, "here")} {asked}
      AND EXISTS (FROM {quoted(dataset)})
      AND NOT EXISTS (FROM {quoted(dataset)} AS other WHERE {there})
)
FROM strangers WHERE (SELECT count(*) FROM strangers)
  > {share} * (SELECT count(*) FROM (SELECT DISTINCT {_columns(columns, "here")} {asked}))"""


def expect_sum_to_match_reference(
    *,
    value: str,
    by: list[str],
    dataset: str,
    bound: str,
    references: list[str],
    relation: str = "=",
    where: str = "true",
    digit: float = 1,
) -> str:
    """The sum over each `by` is, or is at most, a value of another dataset's row."""
    on = " AND ".join(
        f"other.{quoted(r)} = summed.{quoted(c)}" for c, r in zip(by, references, strict=True)
    )
    breaks = _breaks("summed._sum", f"other.{quoted(bound)}", relation, digit, "summed._rows")
    return f"""
WITH summed AS (
    SELECT {_columns(by)}, sum({quoted(value)}) AS _sum, count(*) AS _rows
    FROM {{batch}} WHERE {where} GROUP BY {_columns(by)}
)
SELECT {_columns(by, "summed")}, summed._sum AS {quoted("sum_of_" + value)},
    other.{quoted(bound)} AS {quoted(bound)}
FROM summed JOIN {quoted(dataset)} AS other ON {on}
WHERE NOT EXISTS (SELECT 1 FROM quarantined AS held WHERE {_maybe(by, "held", "summed")})
  AND {breaks}"""


def expect_value_to_match_reference(
    *,
    value: str,
    columns: list[str],
    dataset: str,
    bound: str,
    references: list[str],
    relation: str = "=",
    where: str = "true",
    digit: float = 0,
) -> str:
    """A row's value is, is at most or at least that of another dataset's row. `where` may name
    columns of this row as `here.` and of the other as `other.`."""
    on = " AND ".join(
        f"other.{quoted(r)} = here.{quoted(c)}" for c, r in zip(columns, references, strict=True)
    )
    breaks = _breaks(f"here.{quoted(value)}", f"other.{quoted(bound)}", relation, digit, "1")
    return f"""
SELECT {_columns(columns, "here")}, here.{quoted(value)}, other.{quoted(bound)} AS expected
FROM {{batch}} AS here JOIN {quoted(dataset)} AS other ON {on}
WHERE ({where}) AND {breaks}"""


def expect_one_row_at_most(*, by: list[str], where: str = "true") -> str:
    """No more than one row of each `by` satisfies `where`."""
    return (
        f"SELECT {_columns(by)}, count(*) AS rows FROM {{batch}} WHERE {where} "
        f"GROUP BY {_columns(by)} HAVING count(*) > 1"
    )


def expect_one_row_exactly(*, by: list[str], where: str = "true") -> str:
    """One row of each `by` satisfies `where`, neither two nor none; not judged where a row of it
    is in quarantine."""
    return f"""
SELECT {_columns(by, "here")}, count(*) FILTER ({where}) AS rows
FROM {{batch}} AS here WHERE NOT {_held(by, "here")}
GROUP BY {_columns(by, "here")} HAVING count(*) FILTER ({where}) <> 1"""


def expect_one_name_per_code(*, code: str, name: str) -> str:
    """One code is printed with one name everywhere (一数一源)."""
    return (
        f"SELECT {quoted(code)}, count(DISTINCT {quoted(name)}) AS names, "
        f"string_agg(DISTINCT {quoted(name)}, '；' ORDER BY {quoted(name)}) AS printed "
        f"FROM {{batch}} WHERE {quoted(code)} IS NOT NULL GROUP BY {quoted(code)} "
        f"HAVING count(DISTINCT {quoted(name)}) > 1"
    )


def expect_unit_to_be_plausible(*, values: list[str], entity: list[str], year: str) -> str:
    """A value is not about a power of ten thousand away from what its entity has in other years,
    those of the last edition among them: 万元 written as 亿元, or 元 as 万元."""
    return " UNION ALL ".join(_implausible(v, entity, year) for v in values)


def _implausible(value: str, entity: list[str], year: str) -> str:
    here, usual = f"any_value(here.{quoted(value)})", f"median(other.{quoted(value)})"
    return f"""
SELECT {_columns([*entity, year], "here")}, '{value}' AS value_of, {here} AS value,
    {usual} AS usual, {_power(here, usual)} AS powers_of_ten_thousand
FROM {{batch}} AS here JOIN (
    SELECT {_columns([*entity, year, value])} FROM {{batch}}
    UNION ALL
    SELECT {_columns([*entity, year, value])} FROM latest AS before
    WHERE NOT EXISTS (FROM {{batch}} AS now WHERE {_same([*entity, year], "now", "before")})
) AS other ON {_same(entity, "here", "other")} AND other.{quoted(year)} <> here.{quoted(year)}
WHERE here.{quoted(value)} > 0 AND other.{quoted(value)} > 0
GROUP BY {_columns([*entity, year, value], "here")}
HAVING {_is_power(here, usual)}"""


def expect_unit_to_agree_with_parts(
    *, values: list[str], total: str, parts: str, by: list[str], least_parts: int = 1
) -> str:
    """A total is not about a power of ten thousand away from the sum of its parts, where so many
    of them are there."""
    return " UNION ALL ".join(
        f"""
SELECT {_columns(by, "whole")}, '{v}' AS value_of, whole.{quoted(v)} AS total,
    part._sum AS sum_of_parts, {_power(f"whole.{quoted(v)}", "part._sum")} AS powers_of_ten_thousand
FROM (FROM {{batch}} WHERE {total}) AS whole JOIN (
    SELECT {_columns(by)}, sum({quoted(v)}) AS _sum FROM {{batch}} WHERE {parts}
    GROUP BY {_columns(by)} HAVING count(*) >= {least_parts}
) AS part ON {_same(by, "whole", "part")}
WHERE whole.{quoted(v)} > 0 AND part._sum > 0 AND {_is_power(f"whole.{quoted(v)}", "part._sum")}"""
        for v in values
    )


def expect_volume_near_last_edition(*, by: list[str], least: float, most: float) -> str:
    """The rows of each `by` are neither far fewer nor far more than in the last edition, which
    must have at least ten of them to say anything."""
    return f"""
SELECT {_columns(by, "here")}, before._rows AS rows_before, here._rows AS rows_now
FROM (SELECT {_columns(by)}, count(*) AS _rows FROM {{batch}} GROUP BY {_columns(by)}) AS here
JOIN (SELECT {_columns(by)}, count(*) AS _rows FROM latest GROUP BY {_columns(by)}) AS before
  ON {_same(by, "here", "before")}
WHERE before._rows >= 10
  AND here._rows / before._rows NOT BETWEEN {least} AND {most}"""


def expect_sum_near_last_edition(*, value: str, by: list[str], least: float, most: float) -> str:
    """The sum of each `by` has not drifted out of bounds since the last edition, which must have
    at least ten rows of it to say anything."""
    sums = f"SELECT {_columns(by)}, sum({quoted(value)}) AS _sum, count(*) AS _rows FROM"
    return f"""
SELECT {_columns(by, "here")}, before._sum AS sum_before, here._sum AS sum_now
FROM ({sums} {{batch}} GROUP BY {_columns(by)}) AS here
JOIN ({sums} latest GROUP BY {_columns(by)}) AS before ON {_same(by, "here", "before")}
WHERE before._rows >= 10 AND before._sum > 0
  AND here._sum / before._sum NOT BETWEEN {least} AND {most}"""


def expect_no_overlap(*, entity: list[str], start: str, end: str) -> str:
    """Two rows of one entity are never valid on the same day; an empty end is an open one."""
    far = "DATE '9999-12-31'"
    return f"""
SELECT {_columns(entity, "one")}, one.{quoted(start)} AS first_start,
    other.{quoted(start)} AS second_start
FROM {{batch}} AS one JOIN {{batch}} AS other ON {_same(entity, "one", "other")}
WHERE (one.{quoted(start)}, one._row) < (other.{quoted(start)}, other._row)
  AND other.{quoted(start)} <= coalesce(one.{quoted(end)}, {far})"""


VOCABULARY: Mapping[str, Callable[..., str]] = {
    rule.__name__: rule
    for rule in (
        expect_rows_unless_declared_empty,
        expect_total_to_equal_sum_of_parts,
        expect_parent_to_equal_sum_of_children,
        expect_items_to_balance,
        expect_reference_to_exist,
        expect_sum_to_match_reference,
        expect_value_to_match_reference,
        expect_one_row_at_most,
        expect_one_row_exactly,
        expect_one_name_per_code,
        expect_unit_to_be_plausible,
        expect_unit_to_agree_with_parts,
        expect_volume_near_last_edition,
        expect_sum_near_last_edition,
        expect_no_overlap,
    )
}
"""Every rule of the vocabulary by its name."""


def _columns(names: Iterable[str], table: str | None = None) -> str:
    prefix = f"{table}." if table else ""
    return ", ".join(prefix + quoted(name) for name in names)


def _same(names: Iterable[str], one: str, other: str) -> str:
    return " AND ".join(
        f"{one}.{quoted(name)} IS NOT DISTINCT FROM {other}.{quoted(name)}" for name in names
    )


def _maybe(names: Iterable[str], held: str, row: str) -> str:
    """Whether a held row may belong to the same group: what could not be read may be anything."""
    return " AND ".join(
        f"coalesce({held}.{quoted(name)} = {row}.{quoted(name)}, true)" for name in names
    )


def _held(by: Iterable[str], row: str) -> str:
    return f"EXISTS (SELECT 1 FROM quarantined AS held WHERE {_maybe(by, 'held', row)})"


def _off(pairs: Iterable[tuple[str, str]]) -> str:
    """A condition with the place `{tolerance}`: one of the pairs differs by more."""
    return "(" + " OR ".join(f"abs({a} - {b}) > {{tolerance}}" for a, b in pairs) + ")"


def _size(unit: str | None, table: str | None = None, floor: float = 0) -> str:
    """What the last printed digit of a row is counted in: yuan of its unit, or as it stands."""
    size = f"unit_size({_columns([unit], table)})" if unit else "1"
    return f"greatest({size}, {floor})" if floor else size


def _digits(unit: str | None, table: str | None = None, floor: float = 0) -> str:
    """The sum of those over rows, each of which may be in a unit of its own."""
    return f"sum({_size(unit, table, floor)})"


def _tolerance(digits: str, digit: float, unit: str | None, table: str, floor: float = 0) -> str:
    return f"({digits} + {_size(unit, table, floor)}) * {digit} * 0.5"


def _breaks(value: str, bound: str, relation: str, digit: float, rows: str) -> str:
    tolerance = f"({rows} + 1) * {digit} * 0.5"
    return {
        "=": f"abs({value} - {bound}) > {tolerance}",
        "<=": f"{value} > {bound} + {tolerance}",
        ">=": f"{value} < {bound} - {tolerance}",
    }[relation]


def _power(value: str, usual: str) -> str:
    return f"round(log10({value} / {usual}) / 4)::INTEGER"


def _is_power(value: str, usual: str) -> str:
    """Whether the ratio is within a factor of about thirty of a power of ten thousand, not 1."""
    logarithm = f"log10({value} / {usual})"
    return f"round({logarithm} / 4) <> 0 AND abs({logarithm} - 4 * round({logarithm} / 4)) <= 1.5"
