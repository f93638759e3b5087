"""Lineage: which of the source's own columns a contract column is made of.

Read off the transform's syntax tree, so that a wrong value can be shown to the clerk in the cell
that it came from. It is best effort: what cannot be told is empty, and nothing is guessed.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import duckdb

Node = dict[str, Any]
Names = tuple[str, ...]

DELIVERY = "delivery"
"""The table that a transform reads: the department's own rows."""
ROW_PLACES = frozenset({"_file", "_part", "_line", "_also"})


Columns = tuple[tuple[str, Names], ...]
"""A column's name in lower case (DuckDB's names know no case) and the source columns behind it, in
order; a name may stand twice, the first counts."""


@dataclass(frozen=True)
class Rows:
    """What a query or a table gives; `others` are the source columns behind any column that is
    not named, such as those of a code list."""

    columns: Columns
    others: Names = ()

    def of(self, name: str) -> Names | None:
        """The source columns behind a column; None where no such column is named."""
        return next((found for column, found in self.columns if column == name.lower()), None)


NOTHING = Rows(())


@dataclass(frozen=True)
class Scope:
    """What a name in an expression can mean: the tables by alias, and the queries named above."""

    tables: Mapping[str, Rows] = field(default_factory=dict)
    named: Mapping[str, Rows] = field(default_factory=dict)
    outer: Scope | None = None

    def of(self, path: list[str]) -> Names:
        """The source columns behind `column`, `table.column` or a field of a column."""
        name, tables = path[0], list(self.tables.values())
        if len(path) > 1 and path[-2].lower() in self.tables:
            name, tables = path[-1], [self.tables[path[-2].lower()]]
        found = next((names for rows in tables if (names := rows.of(name)) is not None), None)
        if found is None and self.outer:
            found = self.outer.of(path) or None
        return _joined(rows.others for rows in tables) if found is None else found


def source_columns(
    transform: str, columns: Collection[str], database: duckdb.DuckDBPyConnection
) -> Mapping[str, Names]:
    """For each column that a transform gives, the source's columns it is made of.

    `columns` are those of the table `delivery` that count as the source's own, captions among
    them. The one that gives the value comes first: `to_yuan(amount, unit)` is made of amount and
    unit. A condition counts only where no result of its CASE is taken from a column; a value that
    was looked up in a code list is made of what it was looked up by; a value of UNPIVOT of all the
    columns that were listed. A transform that is no SQL gives nothing.
    """
    answer = database.execute("SELECT json_serialize_sql(?)", [transform]).fetchone()
    tree: Node = json.loads(answer[0]) if answer else {"error": True}
    if tree["error"] or len(tree["statements"]) != 1:
        return {}
    own = Rows(tuple((name.lower(), (name,)) for name in columns))
    given = _query(tree["statements"][0]["node"], Scope(named={DELIVERY: own}))
    places = ROW_PLACES - set(columns)
    names = dict.fromkeys(name for name, _ in given.columns if name not in places)
    return {name: given.of(name) or () for name in names}


def _query(node: Node, scope: Scope) -> Rows:
    scope = replace(scope, named=_with_ctes(node, scope))
    if node["type"] == "SET_OPERATION_NODE":
        parts = _query(node["left"], scope), _query(node["right"], scope)
        return _union(*parts, by_name=node["setop_type"] == "UNION_BY_NAME")
    if node["type"] != "SELECT_NODE":
        return NOTHING
    tables = _tables(node["from_table"], scope)
    inner = Scope(tables, scope.named, scope.outer)
    given: Columns = ()
    others: Names = ()
    for item in node["select_list"]:
        if item["class"] == "STAR":
            starred = _star(item, tables, inner)
            given += starred.columns
            others = _joined([others, starred.others])
        else:
            # an alias may be used further down the list, where no column has that name
            aliases = Scope({"": Rows(given)}, scope.named, scope.outer)
            given += ((_name(item), _made_of(item, replace(inner, outer=aliases))),)
    return Rows(given, others)


def _with_ctes(node: Node, scope: Scope) -> Mapping[str, Rows]:
    named = dict(scope.named)
    for entry in node["cte_map"]["map"]:
        query = entry["value"]["query"]["node"]
        rows = _query(query, replace(scope, named=named))
        named[entry["key"].lower()] = _renamed(rows, entry["value"]["aliases"])
    return named


def _union(first: Rows, second: Rows, *, by_name: bool) -> Rows:
    """The columns of both, under the first one's names."""
    if by_name:
        beside = [second.of(name) or () for name, _ in first.columns]
    else:
        beside = [found for _, found in second.columns[: len(first.columns)]]
        beside += [()] * (len(first.columns) - len(beside))
    columns = tuple(
        (name, _joined([found, more]))
        for (name, found), more in zip(first.columns, beside, strict=True)
    )
    if by_name:
        columns += tuple(item for item in second.columns if first.of(item[0]) is None)
    return Rows(columns, _joined([first.others, second.others]))


def _star(item: Node, tables: Mapping[str, Rows], scope: Scope) -> Rows:
    """`*` or `table.*`, with what EXCLUDE and REPLACE say."""
    of = item["relation_name"].lower()
    chosen = _all(rows for alias, rows in tables.items() if not of or alias == of)
    excluded = {str(name).lower() for name in item["exclude_list"]}
    replaced = {
        entry["key"].lower(): _made_of(entry["value"], scope) for entry in item["replace_list"]
    }
    columns = tuple(
        (name, replaced.get(name, found)) for name, found in chosen.columns if name not in excluded
    )
    return Rows(columns, chosen.others)


def _tables(table: Node, scope: Scope) -> dict[str, Rows]:
    """The tables of a FROM clause by their alias."""
    alias = table.get("alias", "").lower()
    match table["type"]:
        case "BASE_TABLE":
            name = table["table_name"].lower()
            rows = scope.named.get(name, NOTHING)
            return {alias or name: _renamed(rows, table["column_name_alias"])}
        case "SUBQUERY":
            rows = _query(table["subquery"]["node"], replace(scope, outer=None))
            return {alias: _renamed(rows, table["column_name_alias"])}
        case "JOIN":
            return _join(table, scope)
        case "PIVOT" if table["unpivot_names"]:
            return {alias: _unpivot(table, scope)}
        case "TABLE_FUNCTION":
            # unnest(column) beside a table: whatever it is called, it is made of its arguments
            names = _made_of(table["function"], scope)
            return {alias: Rows((), names)}
    return {alias: NOTHING}


def _join(table: Node, scope: Scope) -> dict[str, Rows]:
    left = _tables(table["left"], scope)
    right = _tables(table["right"], replace(scope, outer=Scope(left, outer=scope.outer)))
    both = {**left, **right}
    condition = table.get("condition")
    looked_up = _made_of(condition, Scope(both)) if condition else ()
    if table.get("using_columns"):
        looked_up = _joined([Scope(left).of([name]) for name in table["using_columns"]])
    return left | {alias: _found_by(rows, looked_up) for alias, rows in right.items()}


def _found_by(rows: Rows, looked_up: Names) -> Rows:
    """Columns that come from no source column, of a row that was looked up, are made of what it
    was looked up by."""
    columns = tuple((name, found or looked_up) for name, found in rows.columns)
    return Rows(columns, rows.others or looked_up)


def _unpivot(table: Node, scope: Scope) -> Rows:
    """The columns that stay, those that hold a former column's name, and the values, which may
    come from any column that was listed."""
    below = _tables(table["source"], scope)
    inner, before = Scope(below, scope.named), _all(below.values())
    listed: set[str] = set()
    values: dict[str, Names] = {name.lower(): () for name in table["unpivot_names"]}
    for entry in (entry for pivot in table["pivots"] for entry in pivot["entries"]):
        names = [str(value["value"]) for value in entry["values"]]
        found = [inner.of([name]) for name in names]
        if star := entry["star_expr"]:
            chosen = _star(star, below, inner) if star["class"] == "STAR" else NOTHING
            names = [name for name, _ in chosen.columns]
            found = [_joined(made for _, made in chosen.columns) or _made_of(star, inner)]
        listed |= {name.lower() for name in names}
        for name, made in zip(values, found, strict=False):
            values[name] = _joined([values[name], made])
    stay = tuple(item for item in before.columns if item[0] not in listed)
    called = [name.lower() for pivot in table["pivots"] for name in pivot["unpivot_names"]]
    return Rows((*stay, *((name, ()) for name in called), *values.items()), before.others)


def _all(tables: Iterable[Rows]) -> Rows:
    """The columns of several tables side by side."""
    listed = list(tables)
    columns = tuple(item for rows in listed for item in rows.columns)
    return Rows(columns, _joined(rows.others for rows in listed))


def _renamed(rows: Rows, names: list[str]) -> Rows:
    """The rows with the first columns called otherwise: `AS t(a, b)`."""
    first = zip(names, rows.columns, strict=False)
    called = tuple((name.lower(), found) for name, (_, found) in first)
    return Rows(called + rows.columns[len(names) :], rows.others)


def _name(item: Node) -> str:
    if item["alias"]:
        return str(item["alias"]).lower()
    return str(item["column_names"][-1]).lower() if item["class"] == "COLUMN_REF" else ""


def _made_of(expression: Any, scope: Scope) -> Names:
    return _joined(_parts(expression, scope))


def _parts(expression: Any, scope: Scope) -> Iterator[Names]:
    if isinstance(expression, list):
        for item in expression:
            yield from _parts(item, scope)
    elif isinstance(expression, dict):
        match expression.get("class"):
            case "COLUMN_REF":
                yield scope.of(expression["column_names"])
            case "CASE":
                yield _of_case(expression, scope)
            case "SUBQUERY":
                # the outer columns stay visible inside
                query, inner = expression["subquery"]["node"], Scope({}, scope.named, scope)
                yield from (found for _, found in _query(query, inner).columns)
            case _:
                for value in expression.values():
                    yield from _parts(value, scope)


def _of_case(expression: Node, scope: Scope) -> Names:
    checks = expression["case_checks"]
    results = [*(check["then_expr"] for check in checks), expression["else_expr"]]
    return _made_of(results, scope) or _made_of([check["when_expr"] for check in checks], scope)


def _joined(parts: Iterable[Names]) -> Names:
    return tuple(dict.fromkeys(name for part in parts for name in part))
