"""Published figures of government debt, as their tables print them, against the contracts.

The figures are those of 綦江 and 台江 (2020), of the whole country (November 2020), of the national
table of special debt (2017), and of a form of limits that calls 万元 亿元. They are typed here: no
file outside the project is needed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from gongkai import contracts, expect
from gongkai.check import check
from gongkai.conform import conform
from gongkai.home import Home
from gongkai.lake import load_macros
from gongkai.read import read
from gongkai.sources import TRANSFORMS
from tests.suites.judging import Tables, exceptions
from tests.support import a_source, as_csv, delivered, rows_of

ROLL, LIMITS = "gov_debt_rollforward", "gov_debt_limit_balance"
QIJIANG, TAIJIANG, CHINA, DISTRICT = "500110", "522630", "000000", "329902"
YI = 100_000_000

FORM = ["nd", "qhdm", "qhmc", "kj", "zwlx", "xmmc", "sjzt", "je", "dw", "bdsm", "txr", "txrdh"]
TABLE = [
    *("nd", "qhdm", "qhmc", "kj", "sjzt", "ybxe", "zxxe", "xehj", "ybye", "zxye", "yehj"),
    *("zhcl", "hbfx", "zwl", "czl", "dw", "txr", "txrdh"),
]

Lines = Iterable[tuple[str, str]]
Delivery = Callable[..., dict[str, list[dict[str, Any]]]]


@pytest.fixture
def deliver(home: Home, tmp_path: Path) -> Delivery:
    """Lines of a table through the fictional city's own transform and the contract's check: what
    was accepted, what was held, and the findings."""
    assert home.codelists
    (home.codelists / "divisions.csv").write_text(
        f"code,label_zh\n{CHINA},全国\n{DISTRICT},滨江区\n", encoding="utf-8"
    )

    def of(dataset: str, columns: list[str], lines: list[list[str]]) -> Any:
        transform = TRANSFORMS / "finance" / dataset / "jianghai.sql"
        source = a_source(
            tmp_path,
            {"kind": "delimited", "columns": columns},
            transform=transform.read_text(encoding="utf-8"),
            dataset=dataset,
        )
        contract = contracts.load(dataset)
        with duckdb.connect() as database:
            load_macros(database)
            receipts = delivered(home, {"printed.csv": as_csv([columns, *lines])})
            table = read(receipts, source, home, database)
            candidates = conform(table, contract, source, home, database)
            checked = check(candidates, contract, source, home, database)
            return {
                "accepted": rows_of(checked.accepted),
                "quarantined": rows_of(checked.quarantined),
                "findings": rows_of(checked.findings),
            }

    return of


@pytest.fixture
def form(deliver: Delivery) -> Delivery:
    """Lines of one printed form of balances or limits."""

    def of(code: str, kind: str, lines: Lines, year: int = 2020, why: str = "") -> Any:
        rows = [
            [f"{year}", code, "", "本地区", kind, line, "预计执行", amount, "亿元", why, "", ""]
            for line, amount in lines
        ]
        return deliver(ROLL, FORM, rows)

    return of


def balances(opening: str, issued: str, repaid: str, closing: str, year: int = 2020) -> Lines:
    return [
        (f"{year - 1}年末债务余额实际数", opening),
        (f"{year}年债务发行额", issued),
        (f"{year}年债务还本支出", repaid),
        (f"{year}年末债务余额预计执行数", closing),
    ]


@pytest.mark.parametrize(
    ("code", "kind", "year", "printed"),
    [
        (QIJIANG, "一般债务", 2020, ("48.99", "14.39", "11.41", "51.97")),
        (QIJIANG, "专项债务", 2020, ("16.97", "16.19", "0.69", "32.47")),
        (CHINA, "专项债务", 2017, ("55,244.71", "19,961.59", "13,822.06", "61,384.24")),
    ],
)
def test_a_printed_balance_rolls_forward(
    code: str,
    kind: str,
    year: int,
    printed: tuple[str, str, str, str],
    form: Delivery,
    database: duckdb.DuckDBPyConnection,
) -> None:
    given = form(code, kind, balances(*printed, year=year), year)
    assert given["findings"] == []
    [closing] = [r for r in given["accepted"] if r["item_code"] == "closing_balance"]
    assert closing["difference"] == 0
    assert closing["amount"] == Decimal(printed[3].replace(",", "")) * YI
    assert exceptions(ROLL, Tables(given["accepted"]), database) == {}


# The national table of special debt says in a note that balances also fell by swaps against assets
# and by settlement. Where such a part is not among the repayments, the balance does not roll
# forward, and rightly so: 13 822.06 less 1 000.
BROKEN = balances("55244.71", "19961.59", "12822.06", "61384.24", 2017)


def test_a_balance_that_does_not_roll_forward_is_marked(
    form: Delivery, database: duckdb.DuckDBPyConnection
) -> None:
    given = form(CHINA, "专项债务", BROKEN, 2017)
    [finding] = given["findings"]
    assert (finding["code"], finding["severity"]) == ("difference_is_explained", "warning")
    assert "相差 100000000000.00 元" in finding["reason_zh"]
    assert given["quarantined"] == []
    [row] = [row for row in given["accepted"] if row["_remarks"]]
    assert row["item_code"] == "closing_balance"
    assert set(exceptions(ROLL, Tables(given["accepted"]), database)) == {"balance_rolls_forward"}


def test_an_explanation_leaves_a_note(form: Delivery, database: duckdb.DuckDBPyConnection) -> None:
    given = form(CHINA, "专项债务", BROKEN, 2017, why="以资产置换方式核减、债务结算")
    assert given["findings"] == []
    [rule] = exceptions(ROLL, Tables(given["accepted"]), database)
    weights = {rule.name: rule.weight for rule in expect.load(contracts.load(ROLL)).rules}
    assert weights[rule] == "note"


@pytest.mark.parametrize(
    ("code", "printed"),
    [
        (TAIJIANG, ("4.68", "1.05", "5.73", "3.76", "1.03", "4.79")),
        (CHINA, ("142889.22", "145185.08", "288074.3", "127127", "128468", "255595")),
    ],
)
def test_printed_limits_and_balances_are_accepted(
    code: str, printed: tuple[str, ...], deliver: Delivery
) -> None:
    line = ["2020", code, "", "本地区", "预计执行", *printed, "", "", "", "", "亿元", "", ""]
    given = deliver(LIMITS, TABLE, [line])
    assert given["findings"] == []
    [row] = given["accepted"]
    assert row["total_limit"] == Decimal(printed[2]) * YI
    assert row["total_balance"] == Decimal(printed[5]) * YI


@pytest.mark.parametrize(
    ("total", "broken"), [("2.38", set()), ("2.42", {"total_is_general_plus_special"})]
)
def test_general_and_special_bonds_are_all_bonds(
    total: str, broken: set[str], deliver: Delivery, database: duckdb.DuckDBPyConnection
) -> None:
    lines = [
        ["2020", TAIJIANG, "", "本地区", kind, "2020年债务发行额", "预计执行", amount, "亿元"]
        for kind, amount in (("合计", total), ("一般债务", "1.38"), ("专项债务", "1.00"))
    ]
    given = deliver(ROLL, FORM, [[*line, "", "", ""] for line in lines])
    assert given["findings"] == []
    assert set(exceptions(ROLL, Tables(given["accepted"]), database)) == broken


def test_a_limit_in_万元_that_is_called_亿元_is_marked_and_held(
    form: Delivery, database: duckdb.DuckDBPyConnection
) -> None:
    given = form(
        DISTRICT,
        "合计",
        [("一、2019年地方政府债务限额", "502,325"), ("三、2020年地方政府债务限额", "530,325")],
    )
    assert given["quarantined"] == []
    assert [finding["code"] for finding in given["findings"]] == ["implausible_debt"] * 2
    assert {row["_remarks"] for row in given["accepted"]} == {"implausible_debt"}
    before = [
        {**row, "fiscal_year": 2019, "amount": row["amount"] / 10_000} for row in given["accepted"]
    ]
    found = exceptions(ROLL, Tables(given["accepted"], latest=before), database)
    assert set(found) == {"unit_plausible"}
    assert {row["powers_of_ten_thousand"] for row in found["unit_plausible"]} == {1}
    [weight] = [
        rule.weight
        for rule in expect.load(contracts.load(ROLL)).rules
        if rule.name == "unit_plausible"
    ]
    assert weight == "suspicion"
