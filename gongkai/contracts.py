"""The contract of a dataset: what a column is called, means, weighs and may show.

A contract is an Open Data Contract Standard v3.1 document, `schemas/<area>/<dataset>.odcs.yaml`.
What the standard has no word for stands in `customProperties`. It is read once into the typed
objects below; everything else (tables, checks, dictionary, documentation, DAG) is made from them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from open_data_contract_standard.model import (
    CustomProperty,
    DataQuality,
    OpenDataContractStandard,
    SchemaProperty,
)

from gongkai.errors import BrokenContract, WrongCall
from gongkai.home import PROJECT
from gongkai.text import Text

SCHEMAS = PROJECT / "schemas"

Delivery = Literal["snapshot", "partition", "upsert"]
Severity = Literal["error", "warning"]
Responsible = Literal["department", "platform"]


@dataclass(frozen=True)
class Field:
    """A column.

    `kind` is a DuckDB type. `personal` is the class of personal data: 0 none, 1 an
    organisation's contact, 2 personal, 3 sensitive. Only a field with `public` true ever leaves.
    `form` names a format with a check (`uscc`); `code_list` a list in `schemas/codelists/`, judged
    on the date that the column `code_date` gives.
    """

    name: str
    label: Text
    definition: Text
    kind: str
    key: bool
    required: bool
    public: bool
    personal: int
    unit: str | None
    pattern: str | None
    minimum: str | None
    maximum: str | None
    form: str | None
    code_list: str | None
    code_date: str | None


@dataclass(frozen=True)
class RowRule:
    """A rule that one row keeps or breaks; where it says nothing (NULL) it is kept.

    `holds` is a DuckDB expression over the contract's typed columns. The sentences quote columns
    in braces.
    """

    code: str
    column: str
    holds: str
    reason: Text
    severity: Severity
    responsible: Responsible


@dataclass(frozen=True)
class Organisation:
    """A kind of department: its slug on the portal and what it is called everywhere. The city's
    own file gives its full name and whom to call."""

    slug: str
    title: Text


@dataclass(frozen=True)
class Contract:
    """One dataset's contract; see the module's text."""

    dataset: str
    version: str
    digest: str
    area: str
    title: Text
    description: Text
    row: Text
    limitations: str
    department: Organisation
    fields: tuple[Field, ...]
    rules: tuple[RowRule, ...]
    delivery: Delivery
    partition_by: tuple[str, ...]
    data_date: str
    legal_basis: tuple[Text, ...]
    frequency: str
    schedule: str
    licence: str
    tags: tuple[str, ...]

    @property
    def key(self) -> tuple[str, ...]:
        return tuple(field.name for field in self.fields if field.key)

    @property
    def public_fields(self) -> tuple[Field, ...]:
        return tuple(field for field in self.fields if field.public)

    def field(self, name: str) -> Field:
        return next(field for field in self.fields if field.name == name)


@dataclass(frozen=True)
class Area:
    """A key area: the portal's group."""

    slug: str
    title: Text


AREAS: Mapping[str, Area] = {
    area.slug: area
    for area in (
        Area("finance", Text("财政与债务", "Finance and debt")),
        Area("budget", Text("财政预决算", "Budgets and final accounts")),
        Area("trading", Text("公共资源交易", "Public resource trading")),
        Area("land", Text("征地信息", "Land acquisition")),
        Area("enrolment", Text("义务教育招生", "Compulsory-education enrolment")),
        Area("projects", Text("重大建设项目", "Major construction projects")),
    )
}


@cache
def names() -> tuple[str, ...]:
    """Every dataset under contract, in the order of its area and name."""
    paths = sorted(SCHEMAS.glob("*/*.odcs.yaml"))
    return tuple(path.name.removesuffix(".odcs.yaml") for path in paths)


@cache
def load(dataset: str) -> Contract:
    """The contract of a dataset.

    Raises WrongCall where there is no such dataset, BrokenContract where the document does not
    hold together.
    """
    paths = list(SCHEMAS.glob(f"*/{dataset}.odcs.yaml"))
    if not paths:
        raise WrongCall(
            Text(f"没有数据集 {dataset}", f"there is no dataset {dataset}"),
            where="schemas",
            do=Text(f"请从中选择：{'、'.join(names())}。", f"Choose one of {', '.join(names())}."),
        )
    return read(paths[0])


def read(path: Path) -> Contract:
    """The contract in a file; the area is the folder it lies in."""
    try:
        document = OpenDataContractStandard.from_file(str(path))
        contract = _contract(document, path)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise BrokenContract(
            Text(
                f"合同无法读取：{type(error).__name__} {error}",
                f"the contract cannot be read: {type(error).__name__} {error}",
            ),
            where=path.name,
            do=Text(
                "请对照一份可用的合同；`make test` 会指出哪一行。",
                "Compare it with a contract that works; `make test` names the line.",
            ),
        ) from error
    columns = {field.name for field in contract.fields}
    named = {*contract.partition_by, contract.data_date, *(rule.column for rule in contract.rules)}
    if unknown := sorted(named - columns):
        raise BrokenContract(
            Text(
                f"合同用到了没有定义的字段：{'、'.join(unknown)}",
                f"the contract speaks of columns it does not define: {', '.join(unknown)}",
            ),
            where=path.name,
            do=Text(
                "请在 properties 下定义，或改正名称。",
                "Define them under properties, or mend the name.",
            ),
        )
    return contract


def _custom(properties: list[CustomProperty] | None) -> dict[str, Any]:
    return {item.property or "": item.value for item in properties or []}


def _contract(document: OpenDataContractStandard, path: Path) -> Contract:
    schema = (document.schema_ or [])[0]
    custom = _custom(document.customProperties)
    described = document.description
    if described is None or document.id is None or document.version is None:
        raise ValueError("id, version and description are needed")
    department = custom["department"]
    return Contract(
        dataset=document.id,
        version=document.version,
        digest=hashlib.sha256(path.read_bytes()).hexdigest(),
        area=path.parent.name,
        title=Text(document.name or "", custom["titleEn"]),
        description=Text(described.purpose or "", _custom(described.customProperties)["purposeEn"]),
        row=Text(schema.description or "", _custom(schema.customProperties)["descriptionEn"]),
        limitations=described.limitations or "",
        department=Organisation(
            slug=department["slug"],
            title=Text(department["zh"], department["en"]),
        ),
        fields=tuple(_field(item) for item in schema.properties or []),
        rules=tuple(_rule(item) for item in schema.quality or []),
        delivery=custom["delivery"],
        partition_by=tuple(custom.get("partitionBy", ())),
        data_date=custom["dataDate"],
        legal_basis=tuple(Text(item["zh"], item["en"]) for item in custom["legalBasis"]),
        frequency=custom["frequency"],
        schedule=custom["schedule"],
        licence=custom["licence"],
        tags=tuple(document.tags or ()),
    )


def _field(item: SchemaProperty) -> Field:
    custom = _custom(item.customProperties)
    options = item.logicalTypeOptions or {}

    def option(name: str) -> str | None:
        return None if options.get(name) is None else str(options[name])

    if item.name is None or item.physicalType is None:
        raise ValueError("a property needs a name and a physicalType")
    return Field(
        name=item.name,
        label=Text(item.businessName or "", custom["labelEn"]),
        definition=Text(item.description or "", custom.get("descriptionEn", custom["labelEn"])),
        kind=item.physicalType.upper(),
        key=bool(item.primaryKey),
        required=bool(item.required),
        public=item.classification == "public",
        personal=int(custom.get("personalData", 0)),
        unit=custom.get("unit"),
        pattern=option("pattern"),
        minimum=option("minimum"),
        maximum=option("maximum"),
        form=option("format"),
        code_list=custom.get("codeList"),
        code_date=custom.get("codeDate"),
    )


def _rule(item: DataQuality) -> RowRule:
    rule = item.implementation
    if not isinstance(rule, dict) or item.name is None:
        raise ValueError("a row rule needs a name and an implementation with its parts")
    return RowRule(
        code=item.name,
        column=rule["column"],
        holds=rule["holds"],
        reason=Text(item.description or "", rule["en"]),
        severity="warning" if item.severity == "warning" else "error",
        responsible=rule.get("responsible", "department"),
    )
