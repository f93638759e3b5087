"""Bonds that the province issued and lent on to the city, as the finance bureau keeps them."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random

from samples.city import CITY, RETIRED, mobile, person
from samples.findings import Finding
from samples.table import Row, Table, write_rows

DATASET = "gov_bond_issue"
TABLE = "bond_issue"
TITLE = "地方政府债券发行与转贷（模拟数据）"

GENERAL, SPECIAL = "一般债券", "专项债券"
NEW, REFINANCE = "新增债券", "再融资债券"
PROVINCE = "320000"

# Contract column → column of the table.
NATIVE = {
    "bond_code": "zqdm",
    "market": "jycs",
    "bond_name": "zqqc",
    "bond_abbr": "zqjc",
    "issuer_region_code": "fxdq",
    "issue_year": "fxnf",
    "batch": "pc",
    "bond_type": "zqlx",
    "purpose": "ytlx",
    "term_years": "qx",
    "coupon_rate": "pmll",
    "issue_date": "fxrq",
    "value_date": "qxrq",
    "maturity_date": "dqrq",
    "interest_method": "fxfs",
    "redemption": "shjg",
    "onlent_region_code": "zddq",
    "issue_amount": "fxje",
    "new_amount": "xzje",
    "swap_amount": "zhje",
    "refinance_amount": "zrzje",
    "onlent_amount": "zdje",
    "unit_reported": "dw",
    "disclosure_url": "plwz",
    "reporter_name": "txr",
    "reporter_phone": "txrdh",
}

_YEARS = range(2022, 2026)
_A_YEAR = 45
_TERMS = (3, 5, 7, 10, 15, 20, 30)


@dataclass(frozen=True)
class Bond:
    """A bond of the province; amounts in 万元, of which `onlent` went to the city."""

    code: str
    name: str
    abbr: str
    year: int
    batch: int
    kind: str
    purpose: str
    term: int
    coupon: Decimal
    issued: date
    new: int
    refinance: int
    onlent: int

    @property
    def value_date(self) -> date:
        return self.issued + timedelta(days=1)

    @property
    def maturity(self) -> date:
        return self.value_date.replace(year=self.value_date.year + self.term)


@cache
def bonds(seed: int) -> tuple[Bond, ...]:
    """Four years of bonds; of three one refinances, one is a general and one a special new bond."""
    return tuple(_bond(seed, year, number) for year in _YEARS for number in range(1, _A_YEAR + 1))


def write(folder: Path, seed: int) -> tuple[Finding, ...]:
    """Put the table into the finance bureau's database."""
    rows = [_row(seed, bond, place) for place, bond in enumerate(bonds(seed))]
    table = Table(DATASET, TITLE, NATIVE, rows)
    _spoil(table, seed)
    return write_rows(folder, TABLE, table, {"issue_year": "integer", "batch": "integer"}, TITLE)


def _bond(seed: int, year: int, number: int) -> Bond:
    rng = Random(f"{seed}:bond:{year}:{number}")
    purpose = REFINANCE if number % 3 == 0 else NEW
    kind = SPECIAL if number % 3 == 2 or number % 6 == 0 else GENERAL
    term = rng.choice(_TERMS)
    amount = rng.randrange(50_000, 900_000, 100)
    # a few refinancing bonds also bring something new
    new = amount if purpose == NEW else amount // 400 * 100 if number % 5 == 0 else 0
    serial = f"{year % 100:02d}99{number:03d}"
    name = f"{year}年模拟省政府{'再融资' if purpose == REFINANCE else ''}{kind}（{number}期）"
    return Bond(
        code=serial,
        name=f"{name}（模拟数据）",
        abbr=f"{year % 100:02d}模拟债{number:02d}",
        year=year,
        batch=(number - 1) // 5 + 1,
        kind=kind,
        purpose=purpose,
        term=term,
        coupon=Decimal(rng.randrange(150, 240) + 3 * term) / 100,
        issued=date(year, 1 + (number - 1) // 4, 5 + 5 * (number % 4)),
        new=new,
        refinance=amount - new,
        onlent=amount * rng.randrange(5, 60) // 1000 * 10,
    )


def _row(seed: int, bond: Bond, place: int) -> Row:
    rng = Random(f"{seed}:bond-row:{bond.code}")
    day = (date.isoformat, _slashed, _chinese)[place % 3]
    return {
        "bond_code": bond.code if place % 7 else bond.code.translate(_FULL_WIDTH),
        "market": "银行间",
        "bond_name": bond.name,
        "bond_abbr": bond.abbr,
        "issuer_region_code": PROVINCE,
        "issue_year": bond.year,
        "batch": bond.batch,
        "bond_type": bond.kind,
        "purpose": bond.purpose,
        "term_years": f"{bond.term}年" if place % 2 else str(bond.term),
        "coupon_rate": f"{bond.coupon:.2f}%" if place % 2 else f"{bond.coupon:.2f}",
        "issue_date": day(bond.issued),
        "value_date": day(bond.value_date),
        "maturity_date": day(bond.maturity),
        "interest_method": "按半年" if bond.term >= 10 else "按年",
        "redemption": None,
        "onlent_region_code": CITY,
        "issue_amount": _yi(bond.new + bond.refinance),
        "new_amount": _yi(bond.new),
        "swap_amount": _yi(0),
        "refinance_amount": _yi(bond.refinance),
        "onlent_amount": _yi(bond.onlent),
        "unit_reported": "亿元",
        "disclosure_url": f"https://czj.jianghai.example/bonds/{bond.code}",
        "reporter_name": person(rng),
        "reporter_phone": mobile(rng),
    }


def _yi(ten_thousands: int) -> Decimal:
    """万元 as 亿元, to the last digit."""
    return Decimal(ten_thousands) / 10_000


def _slashed(day: date) -> str:
    return f"{day.year}/{day.month}/{day.day}"


def _chinese(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


def _spoil(table: Table, seed: int) -> None:
    """Spoil bonds that pay for no project: refinancing ones, and general ones."""
    free = [at for at, row in enumerate(table.rows) if row["bond_type"] == GENERAL]
    Random(f"{seed}:bond-spoil").shuffle(free)

    def take() -> int:
        return free.pop()

    def amount(at: int, column: str) -> Decimal:
        return Decimal(str(table.rows[at][column]))

    at = take()
    table.spoil(at, "form", "bond_code", str(table.rows[at]["bond_abbr"]))
    table.spoil(take(), "required", "bond_name", None)
    table.spoil(take(), "required", "issue_amount", None)
    table.spoil(take(), "enum", "market", "场外")
    table.spoil(take(), "pattern", "issuer_region_code", CITY)
    table.spoil(take(), "codelist", "issuer_region_code", "990000")
    table.spoil(take(), "codelist_date", "onlent_region_code", RETIRED)
    table.spoil(take(), "enum", "bond_type", "企业债券")
    table.spoil(take(), "enum", "purpose", "偿债")
    table.spoil(take(), "type", "coupon_rate", "待定")
    table.spoil(take(), "minimum", "coupon_rate", "-0.10")
    # the point was lost
    table.spoil(take(), "implausible_coupon", "coupon_rate", "258")
    table.spoil(take(), "type", "issue_date", "2024-02-30")
    at = take()
    table.spoil(at, "year_of_issue", "issue_year", int(str(table.rows[at]["issue_year"])) - 1)
    table.spoil(
        take(),
        "issued_before_value_date",
        "value_date",
        "2023-06-20",
        issue_year=2023,
        issue_date="2023-06-21",
        term_years="5年",
        maturity_date="2028-06-20",
    )
    table.spoil(
        take(),
        "matures_after_its_term",
        "maturity_date",
        "2034-06-21",
        issue_year=2024,
        issue_date="2024-06-20",
        value_date="2024-06-21",
        term_years="7",
    )
    # a term that no bond has had so far: to look at, not to hold
    table.spoil(
        take(),
        "usual_term",
        "term_years",
        "6",
        issue_year=2024,
        issue_date="2024-06-20",
        value_date="2024-06-21",
        maturity_date="2030-06-21",
    )
    at = take()
    short = amount(at, "issue_amount") - Decimal("0.5000")
    table.spoil(at, "amount_is_sum_of_uses", "issue_amount", short)
    at = take()
    table.spoil(at, "onlent_within_issue", "onlent_amount", amount(at, "issue_amount") + 1)
    table.spoil(take(), "minimum", "onlent_amount", Decimal("-0.1000"))
    at = take()
    code = str(table.rows[at]["bond_code"]).translate(_ASCII)
    table.repeat(at, code, bond_abbr=None)


_ASCII = str.maketrans("０１２３４５６７８９", "0123456789")
