"""Code lists with validity dates: `schemas/codelists/<list>.csv`.

Every list has `code,label_zh,label_en`; a dated one has `valid_from,valid_to` too (first and last
day, empty where open). An installation's own folder may add rows to a list of the same name:
functional zones, or the divisions of a fictional city.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from gongkai.contracts import SCHEMAS, Contract
from gongkai.errors import BrokenContract
from gongkai.home import Home
from gongkai.text import Text

CODELISTS = SCHEMAS / "codelists"


@dataclass(frozen=True)
class Code:
    """One code of a list; `valid_from` and `valid_to` are the first and the last day."""

    code: str
    label_zh: str
    label_en: str
    parent: str | None
    successor: str | None
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True)
class CodeList:
    """A list of codes; `dated` where a code is judged by the record's own date."""

    name: str
    codes: tuple[Code, ...]
    dated: bool
    digest: str


def load(name: str, home: Home) -> CodeList:
    """A code list with the installation's own additions."""
    paths = [CODELISTS / f"{name}.csv"]
    if home.codelists and (home.codelists / f"{name}.csv").exists():
        paths.append(home.codelists / f"{name}.csv")
    if not paths[0].exists():
        raise BrokenContract(
            Text(f"没有代码表 {name}", f"there is no code list {name}"),
            where=str(CODELISTS),
            do=Text(f"请在该目录下添加 {name}.csv。", f"Add {name}.csv there."),
        )
    codes = tuple(code for path in paths for code in _codes(path))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()
    dated = any(code.valid_from or code.valid_to for code in codes)
    return CodeList(name, codes, dated, digest)


def of(contract: Contract, home: Home) -> tuple[CodeList, ...]:
    """The lists that a contract's fields name."""
    names = sorted({field.code_list for field in contract.fields if field.code_list})
    return tuple(load(name, home) for name in names)


def _codes(path: Path) -> Iterator[Code]:
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield Code(
                code=row["code"],
                label_zh=row["label_zh"],
                label_en=row.get("label_en") or row["label_zh"],
                parent=row.get("parent") or None,
                successor=row.get("successor") or None,
                valid_from=_day(row.get("valid_from")),
                valid_to=_day(row.get("valid_to")),
            )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
