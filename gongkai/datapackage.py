"""The Data Package of a dataset: what a program needs to read its file, made from the contract.

Data Package 2.0 (https://datapackage.org): one resource, the published CSV, with a Table Schema of
the public columns. What the standard has no word for stands beside its own words: `labels` and
`descriptions` in both languages, `unit`, `codeList`, the row rules with their parameters, and
where a definition comes from. Only what every published row keeps is a constraint: a check that
merely marks a row is told among the rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from gongkai.check import LOCAL
from gongkai.city import City
from gongkai.codelists import CodeList
from gongkai.contracts import AREAS, Contract, Field, Parameter, RowRule
from gongkai.editions import Edition
from gongkai.text import Text

PROFILES = "https://datapackage.org/profiles/2.0"

TYPES: Mapping[str, Mapping[str, Any]] = {
    "VARCHAR": {"type": "string"},
    "INTEGER": {"type": "integer"},
    "BIGINT": {"type": "integer"},
    "DECIMAL": {"type": "number"},
    "DATE": {"type": "date"},
    "TIMESTAMP": {"type": "datetime", "format": "%Y-%m-%d %H:%M:%S"},
    "BOOLEAN": {"type": "boolean", "trueValues": ["true"], "falseValues": ["false"]},
}
"""DuckDB's types, as its CSV writes them, in the words of Table Schema."""

LICENCES: Mapping[str, str] = {
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
}


def descriptor(
    contract: Contract, lists: Iterable[CodeList], city: City, edition: Edition | None = None
) -> dict[str, Any]:
    """The content of `datapackage.json` beside `<dataset>.csv`; of an edition, with its number.

    `lists` are the code lists that the contract names, with the installation's own additions: the
    codes of an undated one are the only values that its column may take.
    """
    title = city.title(contract)
    department = city.department(contract)
    described: dict[str, Any] = {
        "$schema": f"{PROFILES}/datapackage.json",
        "name": contract.dataset,
        "title": title.zh,
        "titles": _both(title),
        "description": f"{contract.description.zh}\n\n{contract.description.en}",
        "version": edition.number if edition else contract.version,
        "contractVersion": contract.version,
        "keywords": list(contract.tags),
        "area": {"slug": contract.area, **_both(AREAS[contract.area].title)},
        "licenses": [
            {"name": contract.licence}
            | ({"path": LICENCES[contract.licence]} if contract.licence in LICENCES else {})
        ],
        "contributors": [
            {"title": department.title.zh, "roles": ["publisher"], **_both(department.title)}
            | ({"email": department.email} if department.email else {})
        ],
        "legalBasis": [_both(basis) for basis in contract.legal_basis],
        "limitations": contract.limitations,
        "deadline": _both(contract.deadline.text) | {"source": contract.deadline.source},
        "updateFrequency": contract.frequency,
        "resources": [resource(contract, lists, city)],
    }
    if edition:
        described["dataDate"] = str(edition.data_date or "")
        described["rows"] = edition.rows
    return described


def resource(contract: Contract, lists: Iterable[CodeList], city: City) -> dict[str, Any]:
    """The published CSV: UTF-8, RFC 4180, an empty cell for what is not given."""
    own = city.parameters.get(contract.dataset, {})
    return {
        "$schema": f"{PROFILES}/dataresource.json",
        "name": contract.dataset,
        "type": "table",
        "path": f"{contract.dataset}.csv",
        "title": city.title(contract).zh,
        "description": f"{contract.row.zh} {contract.row.en}",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": schema(contract, lists),
        "rules": [_rule(rule) for rule in contract.rules],
        "parameters": [_parameter(item, own.get(item.name)) for item in contract.parameters],
    }


def schema(contract: Contract, lists: Iterable[CodeList]) -> dict[str, Any]:
    """The Table Schema of the public columns, in the order of the file."""
    named = {code_list.name: code_list for code_list in lists}
    return {
        "$schema": f"{PROFILES}/tableschema.json",
        "fields": [
            _field(field, named.get(field.code_list or "")) for field in contract.public_fields
        ],
        "primaryKey": list(contract.key),
        "missingValues": [""],
    }


def _field(field: Field, code_list: CodeList | None) -> dict[str, Any]:
    extras = {
        "unit": field.unit,
        "codeList": field.code_list,
        "codeDate": field.code_date,
        "checkedForm": field.form,
        "labelOf": field.label_of,
        "marks": list(field.warns),
        "source": field.source,
    }
    described = {
        "name": field.name,
        **TYPES[field.kind.split("(")[0]],
        "title": field.label.zh,
        "description": f"{field.definition.zh} · {field.definition.en}",
        "labels": _both(field.label),
        "descriptions": _both(field.definition),
        **{name: value for name, value in extras.items() if value},
    }
    if code_list and not code_list.dated:
        described["categories"] = [
            {"value": code.code, "label": code.label_zh, "labelEn": code.label_en}
            for code in code_list.codes
        ]
    if constraints := _constraints(field, code_list):
        described["constraints"] = constraints
    return described


def _constraints(field: Field, code_list: CodeList | None) -> dict[str, Any]:
    """What every published value keeps; a check that only marks is none of it."""
    found: dict[str, Any] = {}
    if field.required:
        found["required"] = True
    for name, bound in (("minimum", field.minimum), ("maximum", field.maximum)):
        if bound is not None:
            found[name] = _bound(bound, field)
    if field.pattern and field.kind == "VARCHAR" and _is_portable(field.pattern):
        # a key that was made up for want of a national code says so in its first characters
        found["pattern"] = f"{LOCAL}.*|{field.pattern}" if field.key else field.pattern
    if code_list and not code_list.dated and field.kind == "VARCHAR":
        found["enum"] = [code.code for code in code_list.codes]
    return {name: value for name, value in found.items() if name not in field.warns}


def _bound(text: str, field: Field) -> int | float | str:
    if field.kind in ("DATE", "TIMESTAMP"):
        return text
    number = Decimal(text)
    return int(number) if number == number.to_integral_value() else float(number)


def _is_portable(pattern: str) -> bool:
    """Whether others can read a pattern of RE2: most know no class of Unicode (`\\p{Han}`)."""
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True


def _rule(rule: RowRule) -> dict[str, Any]:
    return {
        "code": rule.code,
        "column": rule.column,
        "severity": rule.severity,
        "responsible": rule.responsible,
        "sentence": _both(rule.reason),
        "holds": rule.holds,
        "source": rule.source,
    }


def _parameter(parameter: Parameter, own: str | None) -> dict[str, Any]:
    """A parameter; `inForce` is what this installation set in its place."""
    bounds = [
        {"value": bound.value} | ({"until": str(bound.until)} if bound.until else {})
        for bound in parameter.bounds
    ]
    return {
        "name": parameter.name,
        "values": bounds,
        **({"on": parameter.on} if parameter.on else {}),
        **({"inForce": own} if own is not None else {}),
        "unit": parameter.unit,
        "source": parameter.source,
        "confirmed": parameter.confirmed,
    }


def _both(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}
