"""The sentences of the checks that every contract shares, in Chinese and in English.

`{label}` is the column's name, `{value}` what the department wrote, `{bound}` the rule's own.
"""

from __future__ import annotations

from collections.abc import Mapping

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

FORMS: Mapping[str, Text] = {
    "uscc": Text("统一社会信用代码", "unified social credit code"),
}
"""What a format with a check of its own is called."""
