"""The contract of a dataset: what a column is called, means, weighs and may show.

A contract is an Open Data Contract Standard v3.1 document, `schemas/<area>/<dataset>.odcs.yaml`.
What the standard has no word for stands in `customProperties`. It is read once into the typed
objects below; everything else (tables, checks, dictionary, documentation, DAG) is made from them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Literal

from open_data_contract_standard.model import (
    CustomProperty,
    DataQuality,
    OpenDataContractStandard,
    SchemaProperty,
)
from yaml import YAMLError

from gongkai.documents import parsed
from gongkai.errors import BrokenContract, WrongCall
from gongkai.home import PROJECT
from gongkai.text import Text

SCHEMAS = PROJECT / "schemas"
HOLD_ABOVE = "0.15"
"""The share of quarantined rows that holds an edition where the contract names none."""

Delivery = Literal["snapshot", "partition", "upsert"]
Severity = Literal["error", "warning"]
Responsible = Literal["department", "platform"]
Disclosure = Literal["proactive", "on_request", "withheld"]


@dataclass(frozen=True)
class Field:
    """A column.

    `kind` is a DuckDB type. `personal` is the class of personal data: 0 none, 1 an
    organisation's contact, 2 personal, 3 sensitive. Only a field with `public` true ever leaves;
    where `disclosure` is not proactive, `disclosure_reason` is a code of `not_open_reason`.
    Personal data may be public under an `exemption` alone, which says its ground. `form` names a
    format with a check (`uscc`); `code_list` a list in `schemas/codelists/`, judged on the date
    that the column `code_date` gives. `label_of` names the coded column whose label
    this one prints. The checks named in `warns` (`check_digit`, …) mark a row and do not hold it.
    `required_unless` names a column in place of which this one must be given.
    `source` is the rule or standard that the definition and its bounds come from.
    """

    name: str
    label: Text
    definition: Text
    kind: str
    key: bool
    required: bool
    required_unless: str | None
    public: bool
    personal: int
    disclosure: Disclosure
    disclosure_reason: str | None
    exemption: str | None
    unit: str | None
    pattern: str | None
    minimum: str | None
    maximum: str | None
    form: str | None
    code_list: str | None
    code_date: str | None
    label_of: str | None
    warns: tuple[str, ...]
    responsible: Responsible
    source: str


@dataclass(frozen=True)
class RowRule:
    """A rule that one row keeps or breaks; where it says nothing (NULL) it is kept.

    `holds` is a DuckDB expression over the contract's typed columns; `$name` stands for a
    parameter of the contract. The sentences quote columns in braces as the department wrote them,
    parameters as `{$name}`, and what is worked out as `{=expression}`. `source` is the law or
    standard that the rule comes from. A rule that `limits_time` says by when something had to be
    published; records that are filled in later are not judged by it.
    """

    code: str
    column: str
    holds: str
    reason: Text
    severity: Severity
    responsible: Responsible
    source: str
    limits_time: bool = False


@dataclass(frozen=True)
class Bound:
    """A value of a parameter, up to and including the day `until` (None: from then on)."""

    value: str
    until: date | None


@dataclass(frozen=True)
class Parameter:
    """A figure of a rule that an installation may set otherwise in its `city.yaml`.

    With several bounds, the one in force on the date that the column `on` gives is meant.
    `confirmed` is false where the figure was not seen in the issuer's own text.
    """

    name: str
    bounds: tuple[Bound, ...]
    on: str | None
    unit: str
    source: str
    confirmed: bool

    @property
    def sql(self) -> str:
        """The figure as a DuckDB expression."""
        cases = " ".join(
            f"WHEN {self.on}::DATE <= DATE '{bound.until}' THEN {bound.value}"
            for bound in self.bounds
            if bound.until
        )
        last = next(bound.value for bound in self.bounds if bound.until is None)
        return f"(CASE {cases} ELSE {last} END)" if cases else f"({last})"


@dataclass(frozen=True)
class Deadline:
    """By when an edition is due: so many `days` (working or calendar) after the trigger, or every
    year `by` a month and day (`06-30`). `trigger` says what starts the clock, `column` the
    column that dates it where the dataset has one."""

    trigger: Text
    column: str | None
    days: int | None
    working: bool
    by: str | None
    source: str

    @property
    def text(self) -> Text:
        """The deadline in words."""
        if self.by:
            month, day = map(int, self.by.split("-"))
            return Text(f"每年{month}月{day}日前", f"every year by {self.by}")
        kind = Text("个工作日", "working days") if self.working else Text("日", "calendar days")
        return Text(
            f"{self.trigger.zh}之日起{self.days}{kind.zh}内",
            f"within {self.days} {kind.en} of {self.trigger.en}",
        )


@dataclass(frozen=True)
class Organisation:
    """A kind of department: its slug on the portal and what it is called everywhere. The city's
    own file gives its full name and whom to call."""

    slug: str
    title: Text


@dataclass(frozen=True)
class Contract:
    """One dataset's contract; see the module's text.

    `hold_above` is the share of quarantined rows above which an edition waits for a steward.
    `obligations` are the ids in `schemas/obligations.csv` that the dataset meets.
    """

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
    parameters: tuple[Parameter, ...]
    hold_above: Decimal
    deadline: Deadline
    obligations: tuple[str, ...]
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
        Area("openness", Text("政务公开工作", "Open government at work")),
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
        document = OpenDataContractStandard.model_validate(parsed(path))
        contract = _contract(document, path)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, YAMLError) as error:
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
    if unknown := sorted(_named(contract) - columns):
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


def _named(contract: Contract) -> set[str]:
    """The columns that a contract speaks of outside their own definition."""
    named = {*contract.partition_by, contract.data_date, *(rule.column for rule in contract.rules)}
    of_fields = (name for field in contract.fields for name in (field.code_date, field.label_of))
    others = (*of_fields, contract.deadline.column, *(p.on for p in contract.parameters))
    return named | {name for name in others if name}


def _custom(properties: list[CustomProperty] | None) -> dict[str, Any]:
    return {item.property or "": item.value for item in properties or []}


def _contract(document: OpenDataContractStandard, path: Path) -> Contract:
    schema = (document.schema_ or [])[0]
    custom = _custom(document.customProperties)
    described = document.description
    if described is None or document.id is None or document.version is None:
        raise ValueError("id, version and description are needed")
    department = custom["department"]
    source = custom["ruleSource"]
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
        fields=tuple(_field(item, source) for item in schema.properties or []),
        rules=tuple(_rule(item, source) for item in schema.quality or []),
        parameters=tuple(_parameter(item) for item in custom.get("parameters", ())),
        hold_above=Decimal(str(custom.get("holdAbove", HOLD_ABOVE))),
        deadline=_deadline(custom["deadline"]),
        obligations=tuple(custom["obligations"]),
        delivery=custom["delivery"],
        partition_by=tuple(custom.get("partitionBy", ())),
        data_date=custom["dataDate"],
        legal_basis=tuple(Text(item["zh"], item["en"]) for item in custom["legalBasis"]),
        frequency=custom["frequency"],
        schedule=custom["schedule"],
        licence=custom["licence"],
        tags=tuple(document.tags or ()),
    )


def _deadline(raw: Mapping[str, Any]) -> Deadline:
    if (raw.get("days") is None) == (raw.get("by") is None):
        raise ValueError("a deadline has either days or a date by which")
    if raw.get("days") is not None and raw["calendar"] not in ("working", "calendar"):
        raise ValueError("the days of a deadline are working or calendar days")
    return Deadline(
        trigger=Text(raw["trigger"]["zh"], raw["trigger"]["en"]),
        column=raw.get("column"),
        days=raw.get("days"),
        working=raw.get("calendar") == "working",
        by=raw.get("by"),
        source=raw["source"],
    )


def _parameter(raw: Mapping[str, Any]) -> Parameter:
    values = raw["value"]
    listed = values if isinstance(values, list) else [{"value": values}]
    bounds = tuple(
        Bound(
            str(Decimal(str(item["value"]))),
            date.fromisoformat(str(item["until"])) if item.get("until") else None,
        )
        for item in listed
    )
    if sum(bound.until is None for bound in bounds) != 1:
        raise ValueError(f"parameter {raw['name']}: exactly one value must be without an end")
    if len(bounds) > 1 and not raw.get("on"):
        raise ValueError(f"parameter {raw['name']}: values that end need a date column `on`")
    return Parameter(
        name=raw["name"],
        bounds=bounds,
        on=raw.get("on"),
        unit=raw.get("unit", ""),
        source=raw["source"],
        confirmed=bool(raw.get("confirmed", True)),
    )


def _field(item: SchemaProperty, source: str) -> Field:
    custom = _custom(item.customProperties)
    options = item.logicalTypeOptions or {}

    def option(name: str) -> str | None:
        return None if options.get(name) is None else str(options[name])

    if item.name is None or item.physicalType is None:
        raise ValueError("a property needs a name and a physicalType")
    public = item.classification == "public"
    disclosure = custom.get("disclosure", "proactive" if public else "withheld")
    reason = custom.get("disclosureReason")
    if public != (disclosure == "proactive") or (reason is None) != public:
        raise ValueError(
            f"{item.name}: what is public is disclosed proactively, everything else has a "
            "disclosureReason"
        )
    return Field(
        name=item.name,
        label=Text(item.businessName or "", custom["labelEn"]),
        definition=Text(item.description or "", custom.get("descriptionEn", custom["labelEn"])),
        kind=item.physicalType.upper(),
        key=bool(item.primaryKey),
        required=bool(item.required),
        required_unless=custom.get("requiredUnless"),
        public=public,
        personal=int(custom.get("personalData", 0)),
        disclosure=disclosure,
        disclosure_reason=reason,
        exemption=custom.get("exemption"),
        unit=custom.get("unit"),
        pattern=option("pattern"),
        minimum=option("minimum"),
        maximum=option("maximum"),
        form=option("format"),
        code_list=custom.get("codeList"),
        code_date=custom.get("codeDate"),
        label_of=custom.get("labelOf"),
        warns=tuple(custom.get("warns", ())),
        responsible=custom.get("responsible", "department"),
        source=custom.get("ruleSource", source),
    )


def _rule(item: DataQuality, source: str) -> RowRule:
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
        source=rule.get("source", source),
        limits_time=bool(rule.get("limitsTime", False)),
    )
