"""The installation's own file, `city.yaml`: whose data this is.

Contracts are the same in every city; which source feeds a dataset, what the departments are
called and whom to call is the city's own. The file lies in the folder that GONGKAI_SOURCES names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

import yaml

from gongkai.contracts import Contract
from gongkai.documents import parsed
from gongkai.errors import BrokenContract
from gongkai.home import Home
from gongkai.text import Text


@dataclass(frozen=True)
class Department:
    """Who answers for a dataset: the portal's organisation, and whom to call."""

    slug: str
    title: Text
    contact: str
    phone: str
    email: str


@dataclass(frozen=True)
class City:
    """An installation's names; `note` stands behind every title that is published."""

    name: Text
    note: Text
    sources: Mapping[str, str]
    departments: Mapping[str, Department]
    parameters: Mapping[str, Mapping[str, str]]

    def figures(self, contract: Contract) -> Mapping[str, str]:
        """The parameters of a contract's rules as SQL: the contract's own, or what this
        installation sets in their place."""
        own = self.parameters.get(contract.dataset, {})
        return {p.name: own.get(p.name, p.sql) for p in contract.parameters}

    def department(self, contract: Contract) -> Department:
        """The department of a contract, by the city's own name where it gives one."""
        slug = contract.department.slug
        generic = Department(slug, contract.department.title, "", "", "")
        return self.departments.get(slug, generic)

    def title(self, contract: Contract) -> Text:
        """The dataset's title as it is published."""
        return Text(contract.title.zh + self.note.zh, contract.title.en + self.note.en)


def load(home: Home) -> City:
    """The installation's city; without a file it has no name and chooses no source."""
    path = home.sources / "city.yaml" if home.sources else None
    if path is None or not path.exists():
        return City(Text("", ""), Text("", ""), {}, {}, {})
    try:
        raw: dict[str, Any] = parsed(path)
        return City(
            name=_text(raw["name"]),
            note=_text(raw.get("note", {"zh": "", "en": ""})),
            sources=dict(raw.get("sources") or {}),
            departments={
                slug: Department(
                    slug,
                    _text(item),
                    item.get("contact", ""),
                    str(item.get("phone", "")),
                    item.get("email", ""),
                )
                for slug, item in (raw.get("departments") or {}).items()
            },
            parameters={
                dataset: {name: str(Decimal(str(value))) for name, value in given.items()}
                for dataset, given in (raw.get("parameters") or {}).items()
            },
        )
    except (KeyError, TypeError, AttributeError, InvalidOperation, yaml.YAMLError) as error:
        raise BrokenContract(
            Text(
                f"城市配置文件无法读取：{type(error).__name__} {error}",
                f"the city's file cannot be read: {type(error).__name__} {error}",
            ),
            where=str(path),
            do=Text("请对照 samples/city.yaml。", "Compare it with samples/city.yaml."),
        ) from None


def _text(raw: Mapping[str, str]) -> Text:
    return Text(raw["zh"], raw["en"])
