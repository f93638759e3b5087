"""The sentences of the checks that every contract shares, in Chinese and in English.

`{label}` is the column's name, `{value}` what the department wrote, `{bound}` the rule's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gongkai.text import Text

REASONS: Mapping[str, Text] = {
    "required": Text("{label}为必填项，但为空", "{label} must be given, but is empty"),
    "type": Text("{label}“{value}”不是{bound}", "{label} “{value}” is not {bound}"),
    "scientific": Text(
        "{label}“{value}”被表格软件转成了数字，末尾已丢失，请按文本填写",
        "{label} “{value}” was turned into a number by a spreadsheet and lost its end: "
        "enter it as text",
    ),
    "personal_id": Text(
        "{label}填写的是居民身份证号，应填写统一社会信用代码",
        "{label} holds a resident ID number where a unified social credit code belongs",
    ),
    "check_digit": Text(
        "{label}“{value}”校验位不符，不是有效的{bound}",
        "{label} “{value}” fails its check digit: it is no valid {bound}",
    ),
    "form": Text("{label}“{value}”不是有效的{bound}", "{label} “{value}” is no valid {bound}"),
    "pattern": Text(
        "{label}“{value}”格式不符，应为 {bound}",
        "{label} “{value}” does not have the form {bound}",
    ),
    "enum": Text(
        "{label}“{value}”不在允许的取值之内：{bound}",
        "{label} “{value}” is none of the allowed values: {bound}",
    ),
    "codelist": Text(
        "{label}“{value}”不在代码表“{bound}”中",
        "{label} “{value}” is not in the code list {bound}",
    ),
    "codelist_date": Text(
        "{label}“{value}”在该记录的日期已不再使用或尚未启用（代码表“{bound}”）",
        "{label} “{value}” was not in use on the record's own date (code list {bound})",
    ),
    "minimum": Text(
        "{label} {value} 小于下限 {bound}", "{label} {value} is below the least allowed, {bound}"
    ),
    "maximum": Text(
        "{label} {value} 大于上限 {bound}", "{label} {value} is above the most allowed, {bound}"
    ),
    "former_name": Text(
        "{label}“{value}”是已撤销或更名的旧称，已按现行代码公开",
        "{label} “{value}” is a name that was given up; the row stands under the present code",
    ),
    "duplicate_key": Text(
        "主键重复：{value}，同一次报送中出现多次",
        "The key {value} occurs more than once in the delivery",
    ),
}

KINDS: Mapping[str, Text] = {
    "INTEGER": Text("整数", "a whole number"),
    "BIGINT": Text("整数", "a whole number"),
    "DECIMAL": Text("数值", "a number"),
    "DATE": Text("有效日期", "a date of the calendar"),
    "TIMESTAMP": Text("有效时间", "a moment of the calendar"),
    "BOOLEAN": Text("是或否", "yes or no"),
}
"""What a DuckDB type is called to a clerk."""

MARKS = frozenset({"former_name"})
"""Checks that only mark a row, in every contract."""


@dataclass(frozen=True)
class Form:
    """A format with a macro of its own: what it is called, and the reason code of what has not
    that form: `check_digit` where the code can check itself, `form` otherwise."""

    title: Text
    code: str = "check_digit"


FORMS: Mapping[str, Form] = {
    "uscc": Form(Text("统一社会信用代码", "unified social credit code")),
    "organisation_code": Form(Text("组织机构代码", "organisation code")),
    "resident_id": Form(Text("居民身份证号", "resident ID number")),
    "project_code": Form(Text("投资项目统一代码", "investment project code")),
    "deal_code": Form(Text("统一交易标识码", "unified deal code")),
    "bank_card": Form(Text("银行卡号", "bank card number")),
    "parcel_code": Form(Text("宗地代码", "parcel code"), "form"),
    "real_estate_unit": Form(Text("不动产单元代码", "real-estate unit code"), "form"),
    "school_code": Form(Text("学校标识码", "school code"), "form"),
    "bond_code": Form(Text("债券代码", "bond code"), "form"),
    "document_number": Form(Text("发文字号", "document number"), "form"),
    "trade_project_code": Form(Text("项目编号（17位）", "project code of 17 characters"), "form"),
    "tender_code": Form(Text("招标项目编号（20位）", "tender code of 20 characters"), "form"),
    "section_code": Form(Text("标段（包）编号（23位）", "section code of 23 characters"), "form"),
    "mobile": Form(Text("手机号码", "mobile number"), "form"),
    "landline": Form(Text("固定电话号码", "landline number"), "form"),
    "phone": Form(Text("电话号码", "phone number"), "form"),
}
"""The formats that a contract's `format` may name; `is_<name>` is the macro."""
