"""A dataset's page for people, made from its contract: what it is, where from, by which rule, what
every column means and may hold, what is asked of a row, whom to call. Markdown, Chinese first.

`python -m gongkai.describe` writes the pages of all datasets to `docs/datasets/`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path

from gongkai import codelists, contracts
from gongkai.city import City, Department
from gongkai.codelists import CodeList
from gongkai.contracts import AREAS, Contract, Field, Parameter, RowRule
from gongkai.home import PROJECT, Home
from gongkai.reasons import FORMS, KINDS
from gongkai.text import Text

PAGES = PROJECT / "docs" / "datasets"

DELIVERIES: Mapping[str, Text] = {
    "snapshot": Text(
        "全量：一次报送就是整个数据集，缺少的行视为删除",
        "everything: a delivery is the whole dataset, and a row that is missing is removed",
    ),
    "partition": Text(
        "按分区：一次报送替换它所含的各分区（{columns}），其余不变",
        "by partition: a delivery replaces the partitions that it holds ({columns}), no others",
    ),
    "upsert": Text(
        "增改：按主键新增或更正，没有报送的行保持不变",
        "adds and corrects by key: a row that is not delivered again stays",
    ),
}
PERSONAL: Mapping[int, Text] = {
    1: Text("机构联系方式", "contact of an organisation"),
    2: Text("个人信息", "personal data"),
    3: Text("敏感个人信息", "sensitive personal data"),
}
"""The classes of personal data that a column may hold; 0 is none."""

SEVERITIES: Mapping[str, Text] = {
    "error": Text("错误：该行不公开，退回更正", "error: the row is held back"),
    "warning": Text("提示：照常公开并标注", "warning: the row is published, marked"),
}
RESPONSIBLE: Mapping[str, Text] = {
    "department": Text("部门", "department"),
    "platform": Text("平台", "platform"),
}
TYPES: Mapping[str, Text] = {**KINDS, "VARCHAR": Text("文本", "text")}

FREQUENCIES: Mapping[str, Text] = {
    "R/P3Y": Text("每三年", "every three years"),
    "R/P1Y": Text("每年", "every year"),
    "R/P6M": Text("每半年", "every half-year"),
    "R/P3M": Text("每季度", "every quarter"),
    "R/P1M": Text("每月", "every month"),
    "R/P1W": Text("每周", "every week"),
    "R/P1D": Text("每天", "every day"),
    "irregular": Text("不定期", "as it arises"),
}
"""Repeating intervals (ISO 8601) in words."""

UNCONFIRMED = Text("待核实", "to be confirmed")
PLAIN = Home(
    path=PROJECT / "var",
    database=None,
    public_database=None,
    reader_database=None,
    ckan_url=None,
    ckan_token=None,
    sources=None,
    codelists=None,
    connections={},
)
"""An installation that adds nothing: what the project itself says."""


def page(contract: Contract, city: City, source: str, lists: Iterable[CodeList] = ()) -> str:
    """The page that a steward reads beside the dataset's runs. With `lists`, the columns show the
    values that they may take."""
    department = city.department(contract)
    facts = [
        ("来源 · Source", source),
        ("责任部门 · Department", _beside(department.title)),
        ("联系 · Whom to call", _call(department)),
        ("落实的要求 · Obligations", "、".join(contract.obligations) or "—"),
    ]
    own = city.parameters.get(contract.dataset, {})
    text = "\n".join(_lines(contract, city.title(contract), facts, lists, own))
    # Airflow shows no HTML, and would run the two languages together
    return text.replace("<br>", " · ")


def dataset_page(contract: Contract, lists: Iterable[CodeList] = ()) -> str:
    """The page without a city: `docs/datasets/<dataset>.md`."""
    schema = f"schemas/{contract.area}/{contract.dataset}.odcs.yaml"
    facts = [
        ("责任部门 · Department", _beside(contract.department.title)),
        ("合同文件 · Document", f"[`{schema}`](../../{schema})"),
        (
            "落实的要求 · Obligations",
            "、".join(f"[{item}](../coverage.md)" for item in contract.obligations) or "—",
        ),
    ]
    lines = _lines(contract, contract.title, facts, lists, {})
    note = "> 由合同生成：`python -m gongkai.describe`。 · Made from the contract."
    return "\n".join([*lines, "", note, ""])


def index(found: Iterable[Contract]) -> str:
    """The list of the pages, by key area."""
    there = list(found)
    lines = [
        "# 数据集 · Datasets",
        "",
        "每个数据集一页：字段、代码表、行规则、时限和依据。",
        "由合同生成（`python -m gongkai.describe`）。",
        "",
        "A page each: columns, code lists, row rules, deadlines and the rules they come from. Made "
        "from the contracts.",
    ]
    for area in AREAS.values():
        of_area = [contract for contract in there if contract.area == area.slug]
        if not of_area:
            continue
        lines += [
            "",
            f"## {_beside(area.title)}",
            "",
            "| 数据集 | 名称 | Title | 部门 · Department | 字段 | 行规则 |",
            "|---|---|---|---|---:|---:|",
            *(
                f"| [`{c.dataset}`]({c.dataset}.md) | {c.title.zh} | {c.title.en} "
                f"| {_beside(c.department.title)} | {len(c.fields)} | {len(c.rules)} |"
                for c in of_area
            ),
        ]
    return "\n".join([*lines, ""])


def pages() -> dict[Path, str]:
    """Every page under `docs/datasets/` with the content that it must have."""
    found = [contracts.load(dataset) for dataset in contracts.names()]
    written = {
        PAGES / f"{contract.dataset}.md": dataset_page(contract, codelists.of(contract, PLAIN))
        for contract in found
    }
    return {PAGES / "README.md": index(found), **written}


def sentence(text: Text, figures: Mapping[str, str]) -> Text:
    """A rule's sentence as it is read without a row: values are left open, figures are told."""
    # Chinese sets no blanks about a gap
    zh = re.sub(r"\s*…\s*", "…", _open(text.zh, figures))
    return Text(zh, _open(text.en, figures))


def figures(contract: Contract, own: Mapping[str, str] | None = None) -> dict[str, str]:
    """The parameters of a contract in words; `own` are those that an installation sets."""
    return {p.name: (own or {}).get(p.name) or _figure(p) for p in contract.parameters}


def constraint(field: Field) -> Text:
    """What a column's values must keep, beside type and code list; empty where nothing."""
    found = [
        _required(field),
        Text(f"≥ {field.minimum}", f"≥ {field.minimum}") if field.minimum is not None else None,
        Text(f"≤ {field.maximum}", f"≤ {field.maximum}") if field.maximum is not None else None,
        Text(f"格式 `{field.pattern}`", f"form `{field.pattern}`") if field.pattern else None,
        _form(field),
    ]
    given = [text for text in found if text]
    return Text("，".join(t.zh for t in given), ", ".join(t.en for t in given))


def _required(field: Field) -> Text | None:
    if other := field.required_unless:
        return Text(f"除非填有 `{other}`，否则必填", f"required unless `{other}` is given")
    return Text("必填", "required") if field.required else None


def disclosure(field: Field, reasons: CodeList) -> Text:
    """Whether a column is public, what of a person it tells, and why it is not shown."""
    kept = PERSONAL.get(field.personal)
    aside = Text(f"（{kept.zh}）", f" ({kept.en})") if kept else Text("", "")
    if field.public:
        return Text(f"公开{aside.zh}", f"public{aside.en}")
    how = {
        "on_request": Text("依申请公开", "on request"),
        "withheld": Text("不公开", "withheld"),
    }[field.disclosure]
    why = next((c for c in reasons.codes if c.code == field.disclosure_reason), None)
    because = Text(why.label_zh, why.label_en.lower()) if why else Text("", "")
    return Text(
        f"{how.zh}：{because.zh}{aside.zh}",
        f"{how.en}: {because.en}{aside.en}",
    )


def concerning(field: Field, contract: Contract) -> tuple[RowRule, ...]:
    """The row rules that speak of a column."""
    named = re.compile(rf"\b{field.name}\b")
    return tuple(
        rule for rule in contract.rules if rule.column == field.name or named.search(rule.holds)
    )


def values(code_list: CodeList) -> Text:
    """The codes of a short list; one that is its own label stands once."""
    zh = (c.code if c.code == c.label_zh else f"{c.code} {c.label_zh}" for c in code_list.codes)
    en = (f"{c.code} {c.label_en}" for c in code_list.codes)
    return Text("；".join(zh), "; ".join(en))


def _lines(
    contract: Contract,
    title: Text,
    facts: Iterable[tuple[str, str]],
    lists: Iterable[CodeList],
    own: Mapping[str, str],
) -> Iterator[str]:
    yield from (f"# {title.zh}", f"*{title.en}*", "")
    yield from (contract.description.zh, "", contract.description.en, "")
    yield from _facts(contract, facts)
    yield from ("", "## 依据 · By which rule")
    yield from (f"- {basis.zh}\n  {basis.en}" for basis in contract.legal_basis)
    yield from ("", "## 字段 · Columns")
    yield from _columns(contract, {code_list.name: code_list for code_list in lists})
    if contract.rules:
        yield from ("", "## 行规则 · Row rules")
        yield from _rules(contract, figures(contract, own))
    if contract.parameters:
        yield from ("", "## 参数 · Figures of the rules")
        yield from _parameters(contract, own)
    yield from ("", f"> {contract.limitations}")


def _facts(contract: Contract, facts: Iterable[tuple[str, str]]) -> Iterator[str]:
    delivery = DELIVERIES[contract.delivery]
    columns = "、".join(f"`{name}`" for name in contract.partition_by)
    share = f"{(contract.hold_above * 100).normalize():f} %"
    rows = [
        ("重点领域 · Key area", _beside(AREAS[contract.area].title)),
        ("每行是什么 · A row", f"{contract.row.zh} {contract.row.en}"),
        ("主键 · Key", "、".join(f"`{name}`" for name in contract.key)),
        *facts,
        (
            "时限 · Due",
            f"{_beside(contract.deadline.text)}（{contract.deadline.source}）",
        ),
        ("更新 · Updates", _frequency(contract.frequency)),
        (
            "报送方式 · Delivery",
            _beside(Text(*(t.replace("{columns}", columns) for t in (delivery.zh, delivery.en)))),
        ),
        (
            "暂缓公开 · Held",
            f"被隔离的行超过 {share} 时，先由数据管理员审核 · "
            f"more than {share} of the rows in quarantine: a steward decides first",
        ),
        ("数据日期 · Date of the data", f"`{contract.data_date}`"),
        ("定义依据 · Definitions after", _usual_source(contract)),
        ("许可 · Licence", contract.licence),
        ("合同版本 · Contract", contract.version),
    ]
    yield from ("| | |", "|---|---|")
    yield from (f"| {name} | {_cell(value)} |" for name, value in rows)


def _usual_source(contract: Contract) -> str:
    """What most definitions follow; only the others name their own."""
    [(source, _)] = Counter(field.source for field in contract.fields).most_common(1)
    return source


def _frequency(code: str) -> str:
    found = FREQUENCIES.get(code)
    return f"{_beside(found)}（`{code}`）" if found else code


def _columns(contract: Contract, lists: Mapping[str, CodeList]) -> Iterator[str]:
    reasons = codelists.load("not_open_reason", PLAIN)
    usual = _usual_source(contract)
    yield from (
        "| 字段 | 名称 · Name | 类型 · Type | 含义 · Meaning | 取值 · Values | 公开 · Disclosure |",
        "|---|---|---|---|---|---|",
    )
    for field in contract.fields:
        cells = (
            f"`{field.name}`{' 🔑' if field.key else ''}",
            _under(field.label),
            _under(_type(field)),
            _under(field.definition) + (f"<br>{field.source}" if field.source != usual else ""),
            _allowed(field, lists.get(field.code_list or "")),
            _under(disclosure(field, reasons)),
        )
        yield f"| {' | '.join(_cell(cell) for cell in cells)} |"


def _type(field: Field) -> Text:
    kind = TYPES.get(field.kind.split("(")[0], Text(field.kind, field.kind))
    if field.unit:
        return Text(f"{kind.zh}（{field.unit}）", f"{kind.en}, `{field.kind}`")
    return Text(kind.zh, f"{kind.en}, `{field.kind}`")


def _allowed(field: Field, code_list: CodeList | None) -> str:
    parts = []
    rule = constraint(field)
    if rule.zh:
        parts.append(_under(rule))
    if field.code_list:
        when = Text("", "")
        if field.code_date:
            when = Text(f"，以 `{field.code_date}` 当日为准", f" as of `{field.code_date}`")
        parts.append(f"代码表 · code list `{field.code_list}`{when.zh}{when.en and ' ·' + when.en}")
        if code_list and not code_list.dated:
            parts.append(_under(values(code_list)))
    if field.label_of:
        parts.append(f"`{field.label_of}` 的名称 · the name of `{field.label_of}`")
    if field.warns:
        named = "、".join(f"`{name}`" for name in field.warns)
        parts.append(f"{named} 只提示 · only marks")
    return "<br>".join(parts)


def _form(field: Field) -> Text | None:
    if field.form is None:
        return None
    title = FORMS[field.form].title
    return Text(f"有效的{title.zh}", f"a valid {title.en}")


def _rules(contract: Contract, told: Mapping[str, str]) -> Iterator[str]:
    yield from (
        "| 规则 | 字段 | 不符合时 · What is said | 轻重 · Severity | 更正 · Who acts | 依据 |",
        "|---|---|---|---|---|---|",
    )
    for rule in contract.rules:
        cells = (
            f"`{rule.code}`",
            f"`{rule.column}`",
            _under(sentence(rule.reason, told)),
            _under(SEVERITIES[rule.severity]),
            _under(RESPONSIBLE[rule.responsible]),
            rule.source,
        )
        yield f"| {' | '.join(_cell(cell) for cell in cells)} |"
    yield from ("", "成立的条件 · What holds:", "", "```sql")
    for rule in contract.rules:
        yield f"-- {rule.code}"
        yield " ".join(rule.holds.split())
    yield "```"


def _parameters(contract: Contract, own: Mapping[str, str]) -> Iterator[str]:
    yield from (
        "| 参数 | 值 · Value | 单位 · Unit | 来源 · Source | |",
        "|---|---|---|---|---|",
    )
    for parameter in contract.parameters:
        value = _figure(parameter)
        if parameter.name in own:
            value = f"{own[parameter.name]}（本地 · set here；{value}）"
        state = "" if parameter.confirmed else _beside(UNCONFIRMED)
        cells = (f"`{parameter.name}`", value, parameter.unit, parameter.source, state)
        yield f"| {' | '.join(_cell(cell) for cell in cells)} |"


def _figure(parameter: Parameter) -> str:
    """A parameter's value; those that ended, with their last day."""
    return "；".join(
        f"{_plain(bound.value)}（≤ {bound.until}）" if bound.until else _plain(bound.value)
        for bound in parameter.bounds
    )


def _plain(value: str) -> str:
    return f"{Decimal(value).normalize():f}"


def _open(text: str, told: Mapping[str, str]) -> str:
    known = re.sub(r"\{\$([a-z_0-9]+)\}", lambda found: told.get(found[1], "…"), text)
    return re.sub(r"\{[^{}]+\}", "…", known)


def _call(department: Department) -> str:
    return "，".join(filter(None, (department.contact, department.phone, department.email))) or "—"


def _beside(text: Text) -> str:
    return f"{text.zh} · {text.en}"


def _under(text: Text) -> str:
    return f"{text.zh}<br>*{text.en}*" if text.en != text.zh else text.zh


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def main() -> None:
    """Write the pages; those of datasets that are gone are removed."""
    PAGES.mkdir(exist_ok=True)
    wanted = pages()
    for path in PAGES.glob("*.md"):
        if path not in wanted:
            path.unlink()
    for path, content in wanted.items():
        path.write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()
