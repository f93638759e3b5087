"""Roll-forwards of debt and changes of its limits, as the finance bureau keeps them.

The bureau's table has one line of a statutory table a row, under the words of the printed form
(`2024年末一般债务余额预计执行数`). Balances and limits are those of `samples.debt`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from random import Random

from samples import debt
from samples.cells import joined
from samples.city import CITY, RETIRED, UNKNOWN, ZONE, division_name, mobile, person
from samples.debt import ADJUSTED, BELOW, BUDGET, ESTIMATED, FINAL, OWN, WHOLE
from samples.findings import Defect, Finding
from samples.table import Row, Table, write_rows

DATASET = "gov_debt_rollforward"
TABLE = "debt_rollforward"
TITLE = "地方政府债务余额变动与限额调整（模拟数据）"

GENERAL, SPECIAL, TOTAL = "一般债务", "专项债务", "合计"

# Contract column → column of the table.
NATIVE = {
    "fiscal_year": "nd",
    "region_code": "qhdm",
    "region_name": "qhmc",
    "scope": "kj",
    "debt_type": "zwlx",
    "item_code": "xmmc",
    "phase": "sjzt",
    "amount": "je",
    "unit_reported": "dw",
    "explanation": "bdsm",
    "reporter_name": "txr",
    "reporter_phone": "txrdh",
}

# 329982 reports in 万元.
_WAN = "329982"
# Whose tables of balances are there; the zone's are where the defects lie.
_REGIONS = (CITY, "329904", _WAN, ZONE)
_PHASES = ((2024, BUDGET), (2024, ESTIMATED), (2025, ESTIMATED))


@dataclass(frozen=True)
class _Form:
    """One printed table: whose, of which debt, year and state."""

    year: int
    code: str
    scope: str
    kind: str
    phase: str


def write(folder: Path, seed: int) -> tuple[Finding, ...]:
    """Put the table into the finance bureau's database."""
    table = _table(seed)
    _spoil(table)
    return write_rows(folder, TABLE, table, {"fiscal_year": "integer"}, TITLE)


def _table(seed: int) -> Table:
    balances = [
        row
        for year, phase in _PHASES
        for code in _REGIONS
        if code != ZONE or year == 2024
        for kind in (GENERAL, SPECIAL)
        for row in _balances(seed, _Form(year, code, WHOLE, kind, phase))
    ]
    limits = [
        row
        for scope in (WHOLE, OWN, BELOW)
        for kind in (TOTAL, GENERAL, SPECIAL)
        for row in _limits(seed, _Form(2024, CITY, scope, kind, ADJUSTED))
    ]
    return Table(DATASET, TITLE, NATIVE, [*balances, *limits])


def _balances(seed: int, form: _Form) -> Iterator[Row]:
    """The table of balances: what was owed, issued, repaid and is owed now, in 0.01 亿元."""
    rng = Random(f"{seed}:rollforward:{form}")
    before, _ = _owed(seed, form, form.year - 1, FINAL)
    after, limit = _owed(seed, form, form.year, form.phase)
    repaid = max(before - after, 0) + before * rng.randrange(20, 60) // 1000
    issued = after - before + repaid
    abroad = issued * rng.randrange(0, 20) // 1000 if form.kind == GENERAL else 0
    _, next_limit = _owed(seed, form, form.year + 1, form.phase)
    year, kind = form.year, form.kind
    lines = [
        (f"{year - 1}年末{kind}余额实际数", before),
        (f"{year}年末{kind}余额限额", limit),
        (f"{year}年地方政府{kind}发行额", issued),
        ("其中：外债转贷", abroad),
        (f"其中：{kind[:2]}债券发行额", issued - abroad),
        (f"{year}年{kind}还本支出", repaid),
        (f"{year}年末{kind}余额预计执行数", after),
    ]
    if kind == GENERAL:
        lines.append((f"{year + 1}年地方财政赤字", next_limit - limit))
    else:
        lines.append((f"{year + 1}年新增{kind}限额", next_limit - limit))
    lines.append((f"{year + 1}年末{kind}余额限额", next_limit))
    return (_row(rng, form, line, amount) for line, amount in lines)


def _limits(seed: int, form: _Form) -> Iterator[Row]:
    """The table of limits: last year's, newly added, of which in advance, this year's."""
    rng = Random(f"{seed}:limits:{form}")
    _, before = _owed(seed, form, form.year - 1, FINAL)
    _, now = _owed(seed, form, form.year, form.phase)
    # three fifths of the special debt's came in advance, nothing of the general's
    special = replace(form, kind=SPECIAL)
    _, special_before = _owed(seed, special, form.year - 1, FINAL)
    _, special_now = _owed(seed, special, form.year, form.phase)
    advance = 0 if form.kind == GENERAL else (special_now - special_before) * 3 // 5
    lines = (
        (f"一、{form.year - 1}年地方政府债务限额", before),
        (f"二、{form.year}年新增地方政府债务限额", now - before),
        (f"附：提前下达的{form.year}年新增地方政府债务限额", advance),
        (f"三、{form.year}年地方政府债务限额", now),
    )
    return (_row(rng, form, line, amount) for line, amount in lines)


def _owed(seed: int, form: _Form, year: int, phase: str) -> tuple[int, int]:
    """Balance and limit of the form's kind of debt, in 0.01 亿元."""
    owed = debt.amounts(seed, form.code, form.scope, year, phase)
    general = (owed.general_balance, owed.general_limit)
    special = (owed.special_balance, owed.special_limit)
    if form.kind == TOTAL:
        return general[0] + special[0], general[1] + special[1]
    return general if form.kind == GENERAL else special


def _row(rng: Random, form: _Form, line: str, hundredths: int) -> Row:
    amount, unit = Decimal(hundredths) / 100, "亿元"
    if form.code == _WAN:
        amount, unit = Decimal(hundredths * 100), "万元"
    return {
        "fiscal_year": form.year,
        "region_code": form.code,
        "region_name": division_name(form.code),
        "scope": form.scope,
        "debt_type": form.kind,
        "item_code": line,
        "phase": form.phase,
        "amount": f"{amount:,.2f}" if unit == "亿元" else f"{amount:,.0f}",
        "unit_reported": unit,
        "explanation": None,
        "reporter_name": person(rng),
        "reporter_phone": mobile(rng),
    }


def _spoil(table: Table) -> None:
    """Spoil lines of the zone, which enters no sum; elsewhere only what is no error."""

    def place(code: str, kind: str, phase: str, words: str) -> int:
        return next(
            at
            for at, row in enumerate(table.rows)
            if (row["region_code"], row["debt_type"], row["phase"]) == (code, kind, phase)
            and words in str(row["item_code"])
        )

    def zone(words: str, kind: str = GENERAL, phase: str = ESTIMATED) -> int:
        return place(ZONE, kind, phase, words)

    # full-width digits are digits
    for at in range(9):
        table.rows[at]["amount"] = str(table.rows[at]["amount"]).translate(_FULL_WIDTH)
    # written off without being repaid: with a word about it, and without
    written_off = "以资产置换方式核减债务余额"
    _repaid_less(table, place("329904", SPECIAL, ESTIMATED, "还本支出"), "0.80")
    closing = place("329904", SPECIAL, ESTIMATED, "余额预计执行数")
    table.rows[closing]["explanation"] = written_off
    _repaid_less(table, zone("还本支出", SPECIAL), "0.60")
    closing = zone("余额预计执行数", SPECIAL)
    table.planted[closing] = [Defect("difference", "difference_is_explained", "0.60")]

    table.spoil(zone("外债转贷"), "required", "amount", None)
    table.spoil(zone("外债转贷", phase=BUDGET), "type", "amount", "详见附表")
    table.spoil(zone("其中：一般债券"), "amount_not_negative", "amount", "-0.35")
    table.spoil(zone("2025年末"), "enum", "debt_type", "或有债务")
    table.spoil(zone("2025年末", SPECIAL), "enum", "item_code", "2025年末隐性债务余额")
    table.spoil(zone("2024年末", phase=BUDGET), "enum", "scope", "全辖")
    table.spoil(zone("其中：专项债券", SPECIAL, BUDGET), "enum", "phase", "快报")
    # in a unit that nobody knows, no amount is one
    thousands = zone("其中：专项债券", SPECIAL)
    table.spoil(thousands, "enum", "unit_reported", "千元")
    table.mark(thousands, "type", "amount")
    table.spoil(zone("2025年末", phase=BUDGET), "pattern", "region_code", "32997")
    table.spoil(zone("其中：一般债券", phase=BUDGET), "codelist", "region_code", UNKNOWN)
    table.spoil(
        zone("外债转贷", SPECIAL),
        "codelist_date",
        "region_code",
        RETIRED,
        region_name=division_name(RETIRED),
    )
    table.spoil(zone("外债转贷", SPECIAL, BUDGET), "minimum", "fiscal_year", 2014)
    table.spoil(zone("2025年末", SPECIAL, BUDGET), "required", "region_code", None)
    table.spoil(
        zone("财政赤字"), "item_belongs_to_debt_type", "item_code", "2025年新增专项债务限额"
    )
    table.spoil(
        place("329904", GENERAL, ESTIMATED, "余额限额"),
        "former_name",
        "region_name",
        division_name(RETIRED),
    )
    # 万元 that are called 亿元
    limit = zone("2024年末专项债务余额限额", SPECIAL)
    inflated = Decimal(str(table.rows[limit]["amount"]).replace(",", "")) * 10_000
    table.spoil(limit, "implausible_debt", "amount", f"{inflated:.2f}")
    key = joined((2024, ZONE, "whole", "general", "next_deficit", "budget"))
    table.repeat(zone("财政赤字", phase=BUDGET), key, amount="9.90")


_FULL_WIDTH = str.maketrans("0123456789.", "０１２３４５６７８９．")


def _repaid_less(table: Table, at: int, amount: str) -> None:
    """The balance fell by more than was repaid."""
    repaid = Decimal(str(table.rows[at]["amount"]).replace(",", "")) - Decimal(amount)
    table.rows[at]["amount"] = f"{repaid:,.2f}"
