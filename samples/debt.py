"""Debt limits and balances, as the finance bureau keeps them in its database."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from samples.cells import as_text, joined
from samples.city import (
    CITY,
    RETIRED,
    UNKNOWN,
    ZONE,
    counties,
    division_name,
    mobile,
    person,
)
from samples.findings import Finding, Planted, clean, repeated, spoiled

DATASET = "gov_debt_limit_balance"
TABLE = "debt_limit_balance"

WHOLE, OWN, BELOW = "本地区", "本级", "下级"
BUDGET, ADJUSTED, ESTIMATED, FINAL = "预算", "调整", "预计执行", "决算"

# Contract column → column of the table.
NATIVE = {
    "fiscal_year": "nd",
    "region_code": "qhdm",
    "region_name": "qhmc",
    "scope": "kj",
    "phase": "sjzt",
    "general_limit": "ybxe",
    "special_limit": "zxxe",
    "total_limit": "xehj",
    "general_balance": "ybye",
    "special_balance": "zxye",
    "total_balance": "yehj",
    "fiscal_capacity": "zhcl",
    "debt_service": "hbfx",
    "debt_ratio": "zwl",
    "debt_service_ratio": "czl",
    "unit_reported": "dw",
}

_PER_YI = {"亿元": Decimal(1), "万元": Decimal(10_000), "元": Decimal(100_000_000)}
_QUANTUM = {"亿元": Decimal("0.01"), "万元": Decimal(1), "元": Decimal(1)}

# Whoever reports in another unit than 亿元, and when.
_UNITS = {
    ("329982", 2021): "万元",
    ("329982", 2022): "万元",
    ("329982", 2023): "万元",
    (ZONE, 2022): "万元",
    ("329921", 2021): "元",
}


@dataclass(frozen=True)
class Amounts:
    """Limits and balances of one region, in hundredths of 亿元, so that sums are exact."""

    general_limit: int
    special_limit: int
    general_balance: int
    special_balance: int

    def __add__(self, other: "Amounts") -> "Amounts":
        return Amounts(
            self.general_limit + other.general_limit,
            self.special_limit + other.special_limit,
            self.general_balance + other.general_balance,
            self.special_balance + other.special_balance,
        )


@dataclass(frozen=True)
class DebtRow:
    """One region in one year, scope and phase; amounts in `unit_reported`, ratios in per cent.

    `reporter` and `reporter_phone` are a person's and are not for the public.
    """

    id: int
    fiscal_year: int
    region_code: str | None
    region_name: str | None
    scope: str
    phase: str | None
    general_limit: Decimal
    special_limit: Decimal
    total_limit: Decimal
    general_balance: Decimal
    special_balance: Decimal
    total_balance: Decimal
    fiscal_capacity: Decimal | None
    debt_service: Decimal | None
    debt_ratio: Decimal | None
    debt_service_ratio: Decimal | None
    unit_reported: str
    updated_at: datetime
    reporter: str
    reporter_phone: str


def rows(seed: int) -> list[Planted[DebtRow]]:
    """The years 2021 to 2025 with what was spoiled in them."""
    years: list[tuple[int, tuple[str, ...]]] = [
        (year, (BUDGET, ADJUSTED, ESTIMATED, FINAL)) for year in range(2021, 2025)
    ]
    years.append((2025, (BUDGET, ESTIMATED)))
    sound = [row for year, phases in years for row in _year(seed, year, phases)]
    return _with_defects(_numbered(sound, 1001))


def mislabelled_year(seed: int) -> list[Planted[DebtRow]]:
    """2026, wrong as a whole though every row holds.

    The city's whole is not its own level plus the level below, and the values of
    石港市 are 万元 while the unit says 亿元.
    """
    delivered = []
    for row in _numbered(_year(seed, 2026, (BUDGET,)), 2001):
        if row.region_code == CITY and row.scope == WHOLE:
            row = _scaled(row, plus=Decimal("12.34"))
        if row.region_code == "329982":
            row = _scaled(row, times=10_000)
        delivered.append(row)
    return clean(delivered)


def later_year(seed: int) -> list[Planted[DebtRow]]:
    """2027's budget, with nothing wrong."""
    return clean(_numbered(_year(seed, 2027, (BUDGET,)), 3001))


def record(row: DebtRow) -> dict[str, Any]:
    """The row under the table's own column names; amounts as text, so that none is rounded."""
    contract = {native: _json(getattr(row, column)) for column, native in NATIVE.items()}
    return {
        "id": row.id,
        **contract,
        "gxsj": row.updated_at.isoformat(),
        "txr": row.reporter,
        "txrdh": row.reporter_phone,
    }


def findings(planted: list[Planted[DebtRow]]) -> tuple[Finding, ...]:
    """Where the defects are: a table has no lines, so the row's id says it."""
    return tuple(f for p in planted for f in p.at(DATASET, TABLE, f"id={p.row.id}", None))


def _json(cell: Any) -> Any:
    return as_text(cell) if isinstance(cell, Decimal) else cell


def _numbered(sound: list[DebtRow], first: int) -> list[DebtRow]:
    return [replace(row, id=first + place) for place, row in enumerate(sound)]


def _year(seed: int, year: int, phases: tuple[str, ...]) -> list[DebtRow]:
    return [row for phase in phases for row in _regions(seed, year, phase)]


def _regions(seed: int, year: int, phase: str) -> Iterator[DebtRow]:
    """The city three times, its counties, and the zone.

    The zone's debt is part of the city's own level: it is reported for information
    and enters no sum.
    """
    for scope in (WHOLE, OWN, BELOW):
        yield _row(seed, year, phase, CITY, scope)
    for county in counties():
        yield _row(seed, year, phase, county.code, WHOLE)
    yield _row(seed, year, phase, ZONE, WHOLE)


def amounts(seed: int, code: str, scope: str, year: int, phase: str) -> Amounts:
    """What a region owes and may owe; the city's whole is its own level and its counties."""
    if code != CITY or scope == OWN:
        return _level(seed, code, year, phase)
    below = sum(
        (_level(seed, county.code, year, phase) for county in counties()),
        start=Amounts(0, 0, 0, 0),
    )
    return below if scope == BELOW else _level(seed, CITY, year, phase) + below


def _level(seed: int, code: str, year: int, phase: str) -> Amounts:
    """A limit that grows by the year, and a balance that stays below it."""
    size = Random(f"{seed}:debt:{code}")
    scale = {CITY: 30, ZONE: 5}.get(code, 10)
    general = scale * size.randrange(250, 450)
    special = scale * size.randrange(600, 1100)
    # The budget knows the limit of the year before only; the new quota comes later.
    steps = 2 * (year - 2021) - (1 if phase == BUDGET else 0)
    general = general * (1000 + 9 * steps) // 1000
    special = special * (1000 + 24 * steps) // 1000
    filled = Random(f"{seed}:debt:{code}:{year}:{phase}")
    return Amounts(
        general,
        special,
        general * filled.randrange(930, 985) // 1000,
        special * filled.randrange(915, 990) // 1000,
    )


def _row(seed: int, year: int, phase: str, code: str, scope: str) -> DebtRow:
    owed = amounts(seed, code, scope, year, phase)
    rng = Random(f"{seed}:debt-row:{code}:{year}:{phase}:{scope}")
    unit = _UNITS.get((code, year), "亿元")
    total_limit = owed.general_limit + owed.special_limit
    total_balance = owed.general_balance + owed.special_balance
    # Fiscal capacity is rarely made public: final figures of the whole city only.
    known = phase == FINAL and code == CITY and scope == WHOLE
    capacity = total_balance * rng.randrange(105, 140) // 100
    service = total_balance * rng.randrange(90, 140) // 1000
    return DebtRow(
        id=0,
        fiscal_year=year,
        region_code=code,
        region_name=division_name(code),
        scope=scope,
        phase=phase,
        general_limit=_in_unit(owed.general_limit, unit),
        special_limit=_in_unit(owed.special_limit, unit),
        total_limit=_in_unit(total_limit, unit),
        general_balance=_in_unit(owed.general_balance, unit),
        special_balance=_in_unit(owed.special_balance, unit),
        total_balance=_in_unit(total_balance, unit),
        fiscal_capacity=_in_unit(capacity, unit) if known else None,
        debt_service=_in_unit(service, unit) if known else None,
        debt_ratio=_per_cent(total_balance, capacity) if known else None,
        debt_service_ratio=_per_cent(service, capacity) if known else None,
        unit_reported=unit,
        updated_at=_updated(year, phase, rng),
        reporter=person(rng),
        reporter_phone=mobile(rng),
    )


def _in_unit(hundredths: int, unit: str) -> Decimal:
    return (Decimal(hundredths) / 100 * _PER_YI[unit]).quantize(_QUANTUM[unit])


def _per_cent(part: int, whole: int) -> Decimal:
    return (Decimal(100 * part) / whole).quantize(Decimal("0.01"))


def _updated(year: int, phase: str, rng: Random) -> datetime:
    month = {BUDGET: (year, 1), ADJUSTED: (year, 9), ESTIMATED: (year, 12)}
    start = datetime(*month.get(phase, (year + 1, 8)), 10, 9)
    return start + timedelta(days=rng.randrange(10), minutes=rng.randrange(480))


def _scaled(row: DebtRow, times: int = 1, plus: Decimal = Decimal(0)) -> DebtRow:
    """All amounts times a factor; `plus` is added to the general limit and to its total."""
    return replace(
        row,
        general_limit=row.general_limit * times + plus,
        special_limit=row.special_limit * times,
        total_limit=row.total_limit * times + plus,
        general_balance=row.general_balance * times,
        special_balance=row.special_balance * times,
        total_balance=row.total_balance * times,
    )


def _with_defects(sound: list[DebtRow]) -> list[Planted[DebtRow]]:
    """Spoil some rows and add some more.

    Most of it happens in rows that enter no sum (the zone's, or added ones); what
    happens to counties is kept to the final figures of 2022. Where one balance is above
    its limit the other gives way, so that their total stays below its own.
    """
    planted = clean(sound)

    def place(code: str, year: int, phase: str) -> int:
        return next(
            i
            for i, row in enumerate(sound)
            if (row.region_code, row.fiscal_year, row.phase, row.scope)
            == (code, year, phase, WHOLE)
        )

    def spoil(code: str, column: str, where: int, **changes: Any) -> None:
        planted[where] = spoiled(sound[where], code, column, **changes)

    def add(code: str, column: str, where: int, **changes: Any) -> None:
        number = sound[0].id + len(planted)
        planted.append(spoiled(sound[where], code, column, id=number, **changes))

    where = place("329903", 2022, FINAL)
    spoil(
        "limit_total_is_sum",
        "total_limit",
        where,
        total_limit=sound[where].total_limit + Decimal("3.50"),
    )
    where = place("329981", 2022, FINAL)
    over = Decimal("1.08")
    high = sound[where].general_limit + over
    spoil(
        "general_balance_within_limit",
        "general_balance",
        where,
        general_balance=high,
        special_balance=sound[where].special_balance - over,
        total_balance=high + sound[where].special_balance - over,
    )
    where = place(ZONE, 2024, BUDGET)
    spoil(
        "balance_total_is_sum",
        "total_balance",
        where,
        total_balance=sound[where].total_balance - Decimal("2.00"),
    )
    where = place(ZONE, 2024, ADJUSTED)
    over = Decimal("0.66")
    high = sound[where].special_limit + over
    spoil(
        "special_balance_within_limit",
        "special_balance",
        where,
        special_balance=high,
        general_balance=sound[where].general_balance - over,
        total_balance=high + sound[where].general_balance - over,
    )
    where = place(ZONE, 2023, ADJUSTED)
    below_zero = Decimal("-0.35")
    spoil(
        "minimum",
        "general_balance",
        where,
        general_balance=below_zero,
        total_balance=below_zero + sound[where].special_balance,
    )
    where = place(ZONE, 2022, ADJUSTED)
    balance = sound[where].total_balance
    spoil(
        "debt_ratio_recomputed",
        "debt_ratio",
        where,
        fiscal_capacity=balance * 2,
        debt_ratio=Decimal("53.50"),
    )
    spoil(
        "debt_service_ratio_recomputed",
        "debt_service_ratio",
        place(ZONE, 2022, ESTIMATED),
        fiscal_capacity=balance * 2,
        debt_service=balance / 4,
        debt_service_ratio=Decimal("9.80"),
    )
    # the name that the county had until 2019, under its present code
    spoil(
        "former_name",
        "region_name",
        place("329904", 2022, FINAL),
        region_name=division_name(RETIRED),
    )
    # 万元 that are called 亿元, in a scope that the zone reports only once
    where = place(ZONE, 2025, BUDGET)
    inflated = _scaled(sound[where], times=10_000)
    add(
        "implausible_debt",
        "total_limit",
        where,
        scope=OWN,
        **{
            name: getattr(inflated, name)
            for name in NATIVE
            if name.endswith(("_limit", "_balance"))
        },
    )
    add("pattern", "region_code", place("329902", 2025, ESTIMATED), region_code="32990")
    add("enum", "scope", place(CITY, 2024, FINAL), scope="全市")
    add(
        "codelist",
        "region_code",
        place(ZONE, 2024, FINAL),
        region_code=UNKNOWN,
        region_name="江海高新技术产业开发区",
    )
    add(
        "codelist_date",
        "region_code",
        place(ZONE, 2023, FINAL),
        region_code=RETIRED,
        region_name=division_name(RETIRED),
    )
    add("required", "phase", place("329902", 2025, ESTIMATED), phase=None)
    add("required", "region_code", place("329904", 2024, ADJUSTED), region_code=None)

    where = place(ZONE, 2021, FINAL)
    row = sound[where]
    key = joined((row.fiscal_year, row.region_code, row.scope, row.phase))
    planted[where] = repeated(row, key)
    planted.append(
        repeated(
            row,
            key,
            id=sound[0].id + len(planted),
            general_balance=row.general_balance - Decimal("0.40"),
            total_balance=row.total_balance - Decimal("0.40"),
        )
    )
    return planted
