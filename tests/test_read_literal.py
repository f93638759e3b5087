"""Scripts that only name values: read as JSON, without running any of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gongkai.read.literal import NoLiteral, as_json, names_values


@pytest.mark.parametrize(
    ("script", "values"),
    [
        ("/* 2025 */ const S = [1, 2.50,]; // end", {"S": [1, 2.5]}),
        (
            "window.data = {'a': true, $b: undefined, 1: -2};",
            {"data": {"a": True, "$b": None, "1": -2}},
        ),
        (
            "export default {true: `一\n二`, c: '\\u4e00\\'\\x41'}",
            {"default": {"true": "一\n二", "c": "一'A"}},
        ),
        ('const A = {p: []}\nvar B = ["it\'s"]', {"A": {"p": []}, "B": ["it's"]}),
        (
            "show({rank: RANKS.first['甲'], other: X});",
            {"show": {"rank": "RANKS.first['甲']", "other": "X"}},
        ),
        ("'use strict'; let a = ['// no comment', '[}']", {"a": ["// no comment", "[}"]}),
    ],
)
def test_the_values_that_a_script_names_are_read(script: str, values: Any) -> None:
    assert json.loads(as_json(script)) == values


@pytest.mark.parametrize(
    "value",
    ["[1 + 2]", "[f(1)]", "function () { return 1 }", "[`${x}`]", "[1}}", "['open]", "/* ["],
)
def test_what_would_have_to_be_worked_out_is_an_error_in_its_line(value: str) -> None:
    with pytest.raises(NoLiteral) as caught:
        as_json(f"const a = 1;\nconst b = {value}")
    assert caught.value.line == 2


def test_a_value_stays_in_its_line() -> None:
    script = "// 一\nconst a = {\n\n  b: [],\n  c: oops oops }"
    with pytest.raises(NoLiteral) as caught:
        as_json(script)
    assert caught.value.line == 5
    assert as_json(script.replace("oops oops", "1")).splitlines()[3] == '"b":[],'


@pytest.mark.parametrize(
    ("text", "does"),
    [("const a = 1", True), ("// x\na={}", True), ('{"a": 1}', False), ("<p>", False), ("", False)],
)
def test_a_script_begins_with_a_name(text: str, does: bool) -> None:
    assert names_values(text) is does
