"""The SQL macros, against python-stdnum, against exact decimals, and against the calendar."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric, uscc

from gongkai.lake import load_macros

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
UNITS = {"元": 1, "万元": 10_000, "亿元": 100_000_000}


@pytest.fixture(scope="module")
def sql() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        load_macros(opened)
        yield opened


def call(sql: duckdb.DuckDBPyConnection, macro: str, *values: str | None) -> Any:
    marks = ", ".join(["?::VARCHAR"] * len(values))
    row = sql.execute(f"SELECT {macro}({marks})", list(values)).fetchone()
    assert row is not None
    return row[0]


VALID_USCC = [
    "12320000466011756J",
    "12320200466372674G",
    "12320000466006762K",
    "123200004660027298",
    "11341702486344515H",
    "91320000134766570R",
    "12100000466006770Q",
    "11320500014100010G",
    "1132060001420002X3",
    "11321200014300039G",
    "11320411014400048W",
    "91320500MA1X00068W",
]
INVALID_USCC = [
    "12320000466000123B",  # check digit
    "12320000466001234P",  # check digit
    "91320500MA1X0O068W",  # letter O
    "1132050001410001OG",  # letter O
    "9132050013764529X",  # 17 characters
    "11320500014100010H",  # check digit
    "11320500014100010g",  # lower case: the transform's to mend
    "",
]


@pytest.mark.parametrize("code", VALID_USCC)
def test_a_valid_credit_code_is_valid(sql: duckdb.DuckDBPyConnection, code: str) -> None:
    assert call(sql, "is_uscc", code) is True


@pytest.mark.parametrize("code", INVALID_USCC)
def test_an_invalid_credit_code_is_invalid(sql: duckdb.DuckDBPyConnection, code: str) -> None:
    assert call(sql, "is_uscc", code) is False


@given(st.text(ALPHABET, min_size=17, max_size=17), st.sampled_from(ALPHABET))
def test_credit_codes_are_judged_as_by_stdnum(
    sql: duckdb.DuckDBPyConnection, body: str, last: str
) -> None:
    # stdnum wants digits in the first eight places, where the region is
    body = "".join(str(ALPHABET.index(c) % 10) for c in body[:8]) + body[8:]
    assert call(sql, "is_uscc", body + last) is uscc.is_valid(body + last)
    assert call(sql, "is_uscc", body + uscc.calc_check_digit(body)) is True


@given(st.text(max_size=20))
def test_no_text_breaks_a_check(sql: duckdb.DuckDBPyConnection, text: str) -> None:
    text = text.replace("\0", "")
    for macro in ("is_uscc", "is_resident_id", "is_scientific"):
        assert call(sql, macro, text) in (True, False)


@pytest.mark.parametrize("macro", ["is_uscc", "is_resident_id", "is_scientific"])
def test_nothing_is_neither_valid_nor_invalid(sql: duckdb.DuckDBPyConnection, macro: str) -> None:
    assert call(sql, macro, None) is None


@pytest.mark.parametrize(
    "number",
    [
        "320508199003071239",
        "320612198501010047",
        "321202197812310006",
        "320684200001010018",  # born where the region was later given up
    ],
)
def test_a_resident_id_is_known(sql: duckdb.DuckDBPyConnection, number: str) -> None:
    assert call(sql, "is_resident_id", number) is True


@pytest.mark.parametrize(
    "number",
    [
        "320411200102291112",  # check digit right, 29 February 2001 impossible
        "320508199003071238",  # check digit
        "123200004660027298",  # a credit code of digits alone
        "32050819900307123",
        "6228480000000000018",
    ],
)
def test_what_is_no_resident_id_is_not_taken_for_one(
    sql: duckdb.DuckDBPyConnection, number: str
) -> None:
    assert call(sql, "is_resident_id", number) is False


@given(
    st.dates(date(1900, 1, 1), date(2025, 12, 31)),
    st.integers(0, 999),
    st.sampled_from("0123456789Xx"),
)
def test_resident_ids_are_judged_as_by_stdnum(
    sql: duckdb.DuckDBPyConnection, born: date, serial: int, last: str
) -> None:
    body = f"110101{born:%Y%m%d}{serial:03}"
    assert call(sql, "is_resident_id", body + last) is ric.is_valid(body + last)
    digit = ric.calc_check_digit(body + "0")
    assert call(sql, "is_resident_id", body + digit) is True
    assert call(sql, "is_resident_id", body + digit.lower()) is True


@pytest.mark.parametrize("text", ["1.13205E+17", "2.132E+09", "9.13299e+17", "1E17"])
def test_a_code_that_became_a_number_is_known(sql: duckdb.DuckDBPyConnection, text: str) -> None:
    assert call(sql, "is_scientific", text) is True


@pytest.mark.parametrize("text", ["113205000141000", "E3299812025", "1.5", "12E4567890X"])
def test_other_codes_are_not_scientific(sql: duckdb.DuckDBPyConnection, text: str) -> None:
    assert call(sql, "is_scientific", text) is False


@given(
    st.decimals(
        min_value=-(10**9), max_value=10**9, places=8, allow_nan=False, allow_infinity=False
    ),
    st.sampled_from(sorted(UNITS)),
)
def test_yuan_are_exact_to_the_fen(
    sql: duckdb.DuckDBPyConnection, amount: Decimal, unit: str
) -> None:
    exact = (amount * UNITS[unit]).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert Decimal(call(sql, "to_yuan", f"{amount:f}", unit)) == exact


@given(st.decimals(min_value=0, max_value=1000, places=10, allow_nan=False, allow_infinity=False))
def test_hundred_millions_with_ten_digits_are_exact_to_the_fen(
    sql: duckdb.DuckDBPyConnection, amount: Decimal
) -> None:
    assert Decimal(call(sql, "to_yuan", f"{amount:f}", "亿元")) == amount * 100_000_000


@pytest.mark.parametrize(
    ("text", "unit", "yuan"),
    [
        ("1,234.5", "万元", "12345000.00"),
        ("１２，３４５．６", "万元", "123456000.00"),
        (" 12.34 ", "亿元", "1234000000.00"),
        ("-0.35", "亿元", "-35000000.00"),
        ("0", "元", "0.00"),
        ("待定", "万元", "待定"),
        ("约3500", "万元", "约3500"),
        ("-", "元", "-"),
        ("  ", "元", None),
        (None, "元", None),
    ],
)
def test_amounts_as_departments_write_them(
    sql: duckdb.DuckDBPyConnection, text: str | None, unit: str, yuan: str | None
) -> None:
    assert call(sql, "to_yuan", text, unit) == yuan


@pytest.mark.parametrize("unit", ["千元", "", None])
def test_an_amount_in_a_unit_that_nobody_knows_is_no_number(
    sql: duckdb.DuckDBPyConnection, unit: str | None
) -> None:
    text = call(sql, "to_yuan", "12.5", unit)
    assert "12.5" in text
    assert sql.execute("SELECT try_cast(? AS DECIMAL(20, 2))", [text]).fetchone() == (None,)


@given(st.text(max_size=45) | st.integers(0, 10**45).map(str), st.sampled_from(sorted(UNITS)))
def test_no_text_breaks_an_amount(sql: duckdb.DuckDBPyConnection, text: str, unit: str) -> None:
    call(sql, "to_yuan", text.replace("\0", ""), unit)
    call(sql, "reported", text.replace("\0", ""))


@given(st.decimals(min_value=0, max_value=10**6, places=4, allow_nan=False, allow_infinity=False))
def test_areas_are_exact_to_the_square_centimetre(
    sql: duckdb.DuckDBPyConnection, area: Decimal
) -> None:
    def metres(factor: Decimal) -> Decimal:
        return (area * factor).quantize(Decimal("0.01"), ROUND_HALF_UP)

    text = f"{area:f}"
    assert Decimal(call(sql, "to_square_metres", text, "公顷")) == metres(Decimal(10_000))
    assert Decimal(call(sql, "to_square_metres", text, "平方米")) == metres(Decimal(1))
    mu = (area * 10_000 / 15).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert Decimal(call(sql, "to_square_metres", text, "亩")) == mu


def test_fifteen_mu_are_a_hectare(sql: duckdb.DuckDBPyConnection) -> None:
    assert call(sql, "to_square_metres", "15", "亩") == "10000.00"
    assert call(sql, "to_square_metres", "1", "公顷") == "10000.00"


@given(
    st.text(max_size=45) | st.integers(0, 10**45).map(str),
    st.sampled_from(["平方米", "公顷", "亩"]),
)
def test_no_text_breaks_an_area(sql: duckdb.DuckDBPyConnection, text: str, unit: str) -> None:
    call(sql, "to_square_metres", text.replace("\0", ""), unit)


FORMS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d")


@given(st.dates(date(1000, 1, 1), date(9999, 12, 31)), st.sampled_from(FORMS))
def test_a_date_is_read_in_every_form(sql: duckdb.DuckDBPyConnection, day: date, form: str) -> None:
    parts = {"%Y": f"{day.year:04}", "%m": f"{day.month:02}", "%d": f"{day.day:02}"}
    short = {**parts, "%m": str(day.month), "%d": str(day.day)}
    for words in (parts, parts if form == "%Y%m%d" else short):
        text = form
        for name, value in words.items():
            text = text.replace(name, value)
        assert call(sql, "to_date", text) == day.isoformat()


@pytest.mark.parametrize(
    "text",
    [
        "2025年2月30日",
        "2024-13-05",
        "2025年6月31日",
        "2023-02-29",
        "2024-00-10",
        "24-3-5",
        "2024.3",
        "2024",
        "三月五日",
        "2024305",
    ],
)
def test_what_is_no_date_is_given_back_unchanged(sql: duckdb.DuckDBPyConnection, text: str) -> None:
    assert call(sql, "to_date", text) == text


@pytest.mark.parametrize(
    ("text", "day"),
    [("２０２４．３．５", "2024-03-05"), ("　2024-03-05 ", "2024-03-05"), ("", None), (None, None)],
)
def test_full_width_digits_and_spaces_are_no_hindrance(
    sql: duckdb.DuckDBPyConnection, text: str | None, day: str | None
) -> None:
    assert call(sql, "to_date", text) == day


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("20240305083000", "2024-03-05 08:30:00"),
        ("2024-03-05T08:30:00", "2024-03-05 08:30:00"),
        ("2024-03-05 08:30", "2024-03-05 08:30:00"),
        ("2024-03-05", "2024-03-05 00:00:00"),
        ("2024年3月5日", "2024-03-05 00:00:00"),
        ("20251308133500", "20251308133500"),
        ("24-03-05", "24-03-05"),
        (None, None),
    ],
)
def test_moments(sql: duckdb.DuckDBPyConnection, text: str | None, moment: str | None) -> None:
    assert call(sql, "to_moment", text) == moment


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("江政地[2025]164号", "江政地〔2025〕164号"),
        ("江政地【2025】164号", "江政地〔2025〕164号"),
        ("江政地（2025）164号", "江政地〔2025〕164号"),
        ("江政地(2025)164号", "江政地〔2025〕164号"),
        ("江政地〔2025〕005号", "江政地〔2025〕5号"),
        ("江政地〔２０２５〕５号", "江政地〔2025〕5号"),
        ("江政地〔2025〕100号", "江政地〔2025〕100号"),
        ("江政地〔2025〕第05号", "江政地〔2025〕5号"),
        ("江政地〔2025〕第5号", "江政地〔2025〕5号"),
        (None, None),
    ],
)
def test_a_document_number_has_one_form(
    sql: duckdb.DuckDBPyConnection, text: str | None, number: str | None
) -> None:
    assert call(sql, "document_number", text) == number
    assert call(sql, "document_number", number) == number


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("　江海市　", "江海市"),
        ("１２３ＡＢＣ％", "123ABC%"),
        ("\ufeff名称\xa0", "名称"),
        (" \t\r\n", None),
        ("", None),
        (None, None),
    ],
)
def test_clean(sql: duckdb.DuckDBPyConnection, text: str | None, cleaned: str | None) -> None:
    assert call(sql, "clean", text) == cleaned


@given(st.text(max_size=30))
def test_cleaning_twice_is_cleaning_once(sql: duckdb.DuckDBPyConnection, text: str) -> None:
    once = call(sql, "clean", text.replace("\0", ""))
    assert call(sql, "clean", once) == once


def test_a_code_has_capitals_and_no_blanks(sql: duckdb.DuckDBPyConnection) -> None:
    assert call(sql, "code_text", " 91320500 ma1x00068w ") == "91320500MA1X00068W"


@pytest.mark.parametrize(
    ("text", "number"), [("1,234.5", "1234.500000"), ("约3500", None), (None, None)]
)
def test_a_reported_number(
    sql: duckdb.DuckDBPyConnection, text: str | None, number: str | None
) -> None:
    assert call(sql, "reported", text) == number
