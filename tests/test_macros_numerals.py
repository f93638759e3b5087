"""Numbers and dates in Chinese characters."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.test_macros import call, sql

__all__ = ["sql"]

FIGURES = "〇一二三四五六七八九"
BANKER = str.maketrans("〇一二三四五六七八九十百千", "零壹贰叁肆伍陆柒捌玖拾佰仟")


def written(number: int) -> str:
    """A number as one writes it: a 零 where a unit is passed over."""
    for size, unit in ((10**8, "亿"), (10**4, "万"), (1000, "千"), (100, "百"), (10, "十")):
        if number >= size:
            rest = number % size
            zero = "零" if rest and rest < size // 10 else ""
            return written(number // size) + unit + zero + (written(rest) if rest else "")
    return FIGURES[number]


@given(st.integers(0, 10**12))
def test_a_written_number_is_read(sql: duckdb.DuckDBPyConnection, number: int) -> None:
    text = written(number)
    assert call(sql, "chinese_number", text) == str(number)
    assert call(sql, "chinese_number", text.translate(BANKER)) == str(number)
    if text.startswith("一十"):
        assert call(sql, "chinese_number", text[1:]) == str(number)


@given(st.text("0123456789", min_size=1, max_size=12))
def test_figures_one_by_one_are_digits(sql: duckdb.DuckDBPyConnection, digits: str) -> None:
    text = "".join(FIGURES[int(digit)] for digit in digits)
    assert call(sql, "chinese_number", text) == digits


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("二〇一九", "2019"),
        ("二零一九", "2019"),
        ("十五", "15"),
        ("二十", "20"),
        ("一百十五", "115"),
        ("三万五千", "35000"),
        ("三万五千亿", "3500000000000"),
        ("两千", "2000"),
        ("２０１９", "2019"),
        ("35", "35"),
    ],
)
def test_numbers_as_documents_write_them(
    sql: duckdb.DuckDBPyConnection, text: str, number: str
) -> None:
    assert call(sql, "chinese_number", text) == number


@pytest.mark.parametrize(
    "text", ["一百五", "三万五", "十十", "百", "第五", "五千三", "万", "一二十", "约三十", "甲"]
)
def test_what_is_no_number_or_two_is_given_back(sql: duckdb.DuckDBPyConnection, text: str) -> None:
    assert call(sql, "chinese_number", text) == text


@given(st.text(max_size=20) | st.text("〇一二三十百千万亿零壹拾佰仟35", max_size=20))
def test_no_text_breaks_a_numeral(sql: duckdb.DuckDBPyConnection, text: str) -> None:
    text = text.replace("\0", "")
    read = call(sql, "chinese_number", text)
    assert read == call(sql, "clean", text) or read.isdecimal()
    call(sql, "to_date", text)


@given(st.dates(date(1000, 1, 1), date(9999, 12, 31)))
def test_a_date_in_characters_is_read(sql: duckdb.DuckDBPyConnection, day: date) -> None:
    year = "".join(FIGURES[int(digit)] for digit in f"{day.year:04}")
    month, of_month = (written(n).removeprefix("一十") for n in (day.month, day.day))
    month = written(day.month) if month == written(day.month) else "十" + month
    of_month = written(day.day) if of_month == written(day.day) else "十" + of_month
    assert call(sql, "to_date", f"{year}年{month}月{of_month}日") == day.isoformat()


@pytest.mark.parametrize(
    "text", ["二〇一九年二月三十日", "二〇一九年六月", "一九年六月五日", "二〇一九年十三月一日"]
)
def test_what_is_no_date_in_characters_is_given_back(
    sql: duckdb.DuckDBPyConnection, text: str
) -> None:
    assert call(sql, "to_date", text) == text
