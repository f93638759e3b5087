"""A dataset's page for people, made from its contract: what it is, where from, by which rule,
whom to call. Markdown, Chinese first."""

from __future__ import annotations

from gongkai.city import City
from gongkai.contracts import AREAS, Contract


def page(contract: Contract, city: City, source: str) -> str:
    """The page that a steward reads beside the dataset's runs."""
    department = city.department(contract)
    title = city.title(contract)
    area = AREAS[contract.area].title
    call = "，".join(filter(None, (department.contact, department.phone, department.email)))
    lines = [
        f"# {title.zh}",
        f"*{title.en}*",
        "",
        contract.description.zh,
        "",
        contract.description.en,
        "",
        "| | |",
        "|---|---|",
        f"| 重点领域 · Key area | {area.zh} · {area.en} |",
        f"| 每行是什么 · A row | {contract.row.zh} {contract.row.en} |",
        f"| 来源 · Source | {source} |",
        f"| 责任部门 · Department | {department.title.zh} · {department.title.en} |",
        f"| 联系 · Whom to call | {call or '—'} |",
        f"| 更新 · Updates | {contract.frequency} |",
        f"| 报送方式 · Delivery | {DELIVERIES[contract.delivery]} |",
        f"| 合同版本 · Contract | {contract.version} |",
        "",
        "## 依据 · By which rule",
        *(f"- {basis.zh}\n  {basis.en}" for basis in contract.legal_basis),
        "",
        "## 字段 · Columns",
        "| 字段 | 名称 | Name | 单位 | 公开 |",
        "|---|---|---|---|---|",
        *(
            f"| `{field.name}`{' 🔑' if field.key else ''} | {field.label.zh} | {field.label.en} "
            f"| {field.unit or ''} | {'是 yes' if field.public else '否 no'} |"
            for field in contract.fields
        ),
    ]
    if contract.rules:
        lines += [
            "",
            "## 行规则 · Row rules",
            "| 规则 | 说明 | Sentence |",
            "|---|---|---|",
            *(
                f"| `{rule.code}` | {_cell(rule.reason.zh)} | {_cell(rule.reason.en)} |"
                for rule in contract.rules
            ),
        ]
    lines += ["", f"> {contract.limitations}"]
    return "\n".join(lines)


DELIVERIES = {
    "snapshot": "全量，缺少的行视为删除 · everything; a row that is missing is removed",
    "partition": "按分区替换 · replaces its own partitions",
    "upsert": "按主键增改 · adds and corrects by key",
}


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("{", "`").replace("}", "`")
