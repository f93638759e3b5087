"""Code lists with validity dates: `schemas/codelists/<list>.csv`.

Every list has `code,label_zh,label_en`; a dated one has `valid_from,valid_to` too (first and last
day, empty where open), so that a code may stand more than once, with the label of each time. An
installation's own folder may add rows to a list of the same name: codes of earlier years, or the
divisions of a fictional city. What each list holds and where it comes from is told in the README
beside them.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from gongkai.contracts import SCHEMAS, Contract
from gongkai.errors import BrokenContract
from gongkai.home import Home
from gongkai.text import Text

CODELISTS = SCHEMAS / "codelists"


@dataclass(frozen=True)
class Code:
    """One code of a list; `valid_from` and `valid_to` are the first and the last day.

    `successor` names the code that took this one's place, several of them joined by `/`.
    """

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
    """A code list with the installation's own additions.

    Raises BrokenContract where there is no such list, or a row of it is not whole.
    """
    paths = [CODELISTS / f"{name}.csv"]
    if home.codelists and (home.codelists / f"{name}.csv").exists():
        paths.append(home.codelists / f"{name}.csv")
    if not paths[0].exists():
        raise BrokenContract(
            Text(f"没有代码表 {name}", f"there is no code list {name}"),
            where=str(CODELISTS),
            do=Text(f"请在该目录下添加 {name}.csv。", f"Add {name}.csv there."),
        )
    return _parsed(name, tuple((path, path.read_bytes()) for path in paths))


def of(contract: Contract, home: Home) -> tuple[CodeList, ...]:
    """The lists that a contract's fields name."""
    names = sorted({field.code_list for field in contract.fields if field.code_list})
    return tuple(load(name, home) for name in names)


# the steps of a run ask for the same lists one after the other; the content is the key, so that
# an edited file is read anew
@lru_cache(maxsize=64)
def _parsed(name: str, files: tuple[tuple[Path, bytes], ...]) -> CodeList:
    codes = tuple(code for path, content in files for code in _codes(path, content))
    digest = hashlib.sha256(b"".join(content for _, content in files)).hexdigest()
    dated = any(code.valid_from or code.valid_to for code in codes)
    return CodeList(name, codes, dated, digest)


def _codes(path: Path, content: bytes) -> Iterator[Code]:
    # a spreadsheet program writes a byte order mark
    rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    for row in rows:
        try:
            yield _code(row)
        except (KeyError, ValueError) as error:
            raise BrokenContract(
                Text("代码表有一行不完整", "a row of the code list is not whole"),
                where=f"{path}:{rows.line_num}",
                do=Text(
                    "每行须有 code 和 label_zh，日期写作 2024-01-31。",
                    "Give every row a code and a label_zh, and write days like 2024-01-31.",
                ),
            ) from error


def _code(row: dict[str, str | None]) -> Code:
    code, label = row["code"], row["label_zh"]
    if not code or not label:
        raise ValueError(row)
    return Code(
        code=code,
        label_zh=label,
        label_en=row.get("label_en") or label,
        parent=row.get("parent") or None,
        successor=row.get("successor") or None,
        valid_from=_day(row.get("valid_from")),
        valid_to=_day(row.get("valid_to")),
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
