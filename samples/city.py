"""The fictional city: its divisions, as the code list has them, and its invented names."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

CODELISTS = Path(__file__).parent / "codelists"

CITY = "329900"
ZONE = "329971"
RETIRED = "329922"
UNKNOWN = "329999"

AREA_CODE = "0529"

_SURNAMES = "赵钱孙李周吴郑王冯陈沈韩杨朱秦许何吕张孔曹严金魏陶姜戚谢邹章"
_GIVEN = "明华建国志强海燕晓峰文博雅琴思远立新春梅永康玉兰少云家宁子涵一鸣"


@dataclass(frozen=True)
class Division:
    """One administrative division, or one functional zone that statistics give a code."""

    code: str
    name: str
    level: str
    parent: str
    valid_from: str
    valid_to: str
    status: str
    successor: str


@cache
def divisions() -> tuple[Division, ...]:
    """The city's code list, retired divisions included."""
    with (CODELISTS / "divisions.csv").open(encoding="utf-8", newline="") as lines:
        return tuple(Division(name=row.pop("label_zh"), **row) for row in csv.DictReader(lines))


@cache
def counties() -> tuple[Division, ...]:
    """The divisions under the city that exist today, without the zone."""
    return tuple(d for d in divisions() if d.level == "county" and d.status == "current")


@cache
def division_name(code: str) -> str:
    """The name that belongs to a code of the list."""
    return next(d.name for d in divisions() if d.code == code)


def person(rng: Random) -> str:
    """An invented name."""
    return rng.choice(_SURNAMES) + "".join(rng.sample(_GIVEN, rng.choice((1, 2))))


def mobile(rng: Random) -> str:
    """A mobile number of the right form, from a block that reads as made up."""
    return f"1{rng.choice('3589')}00000{rng.randrange(10_000):04d}"


def office_phone(rng: Random) -> str:
    """A landline number; the area code is assigned to no city."""
    return f"{AREA_CODE}-8{rng.randrange(10_000_000):07d}"
