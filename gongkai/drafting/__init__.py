"""Drafting: contract, source, transform and suite of a new dataset, proposed from a sample file.

A draft runs at once on the sample it was made from, but it is only a proposal: a person decides
what a column means, what may be public and by which rule. Every such place is marked `请核对` in
the files, and the more important ones are questions of the result.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from gongkai import check, contracts, landing, sources
from gongkai.conform import conform
from gongkai.contracts import AREAS, Contract
from gongkai.drafting.layout import Shape, shape_of, title_of
from gongkai.drafting.profile import Profile, profile
from gongkai.drafting.propose import Proposed, proposed, with_key
from gongkai.drafting.write import (
    code_list_text,
    contract_text,
    source_text,
    suite_text,
    transform_text,
)
from gongkai.errors import WrongCall
from gongkai.home import Home
from gongkai.lake import load_macros
from gongkai.read import read
from gongkai.sources import Source
from gongkai.text import Text

HELD = 10
"""The most findings that a draft tells."""


@dataclass(frozen=True)
class Drafted:
    """What was drafted, and how it fared on its own sample.

    `files` are the contract, the source, its transform, the suite and code lists if any, in this
    order. `rows` = `accepted` + `quarantined`; `held` are the first reasons of the latter.
    `questions` are what a person must decide before the dataset may be public.
    """

    dataset: str
    area: str
    files: tuple[Path, ...]
    rows: int
    accepted: int
    quarantined: int
    held: tuple[Text, ...]
    questions: tuple[Text, ...]


def draft(
    area: str,
    dataset: str,
    file: Path,
    root: Path | None = None,
    *,
    sheet: str | None = None,
    title: str | None = None,
    source: str = "department",
    today: date | None = None,
) -> Drafted:
    """Draft `area/dataset` from a sample and write it under `root`, or the project.

    Of a workbook the named sheet is taken, or the first that has a header, and those like it; of a
    PDF, a web page or a Word document the table with the title.
    Writes schemas/, transforms/ and expectations/ files that are not there yet, and runs the
    draft on the sample. Raises WrongCall where the names or the file will not do, or something
    is there already: nothing is ever overwritten.
    """
    root = root or contracts.SCHEMAS.parent
    targets = _targets(area, dataset, source, root)
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as database:
        load_macros(database)
        home = _trial_home(Path(folder))
        shape = shape_of(file, sheet, title)
        profiles = _profiled(file, shape, dataset, Path(folder), home, database)
        fields, asked = proposed(shape, profiles, dataset, file, root, today or date.today())
        fields, doubtful = with_key(fields, shape, profiles, database)
        called = title_of(shape, dataset)
        lists = {
            root / "schemas" / "codelists" / f"{field.code_list}.csv": code_list_text(field)
            for field in fields
            if field.codes and field.code_list
        }
        contents = {
            targets[0]: contract_text(area, dataset, called, fields),
            targets[1]: source_text(area, called, file, shape),
            targets[2]: transform_text(fields),
            targets[3]: suite_text(dataset, fields),
            **lists,
        }
        _refuse_existing(contents)
        _write(contents)
        try:
            contract = contracts.read(targets[0])
            declared = sources.read(targets[1], dataset)
            checked, held = _tried(file, contract, declared, home, database)
        except Exception:
            # half a draft would be in the way of the next one
            for path in contents:
                path.unlink()
            raise
    return Drafted(
        dataset=dataset,
        area=area,
        files=tuple(contents),
        rows=checked.rows_in,
        accepted=checked.rows_accepted,
        quarantined=checked.rows_quarantined,
        held=held,
        questions=(*shape.questions, *asked, *doubtful, *_always(fields)),
    )


def named(name: str) -> tuple[str, str]:
    """Area and dataset of what is written `AREA/DATASET`."""
    area, slash, dataset = name.partition("/")
    if not slash:
        raise WrongCall(
            Text(f"{name} 没有写明领域", f"{name} does not name an area"),
            where="gongkai new",
            do=Text(
                "请写作 领域/数据集，例如 projects/road_works。",
                "Write AREA/DATASET, like projects/road_works.",
            ),
        )
    return area, dataset


def sentences(drafted: Drafted) -> list[str]:
    """What a person reads in a terminal after a draft."""
    counts = drafted.rows, drafted.accepted, drafted.quarantined
    zh = "样例 {} 行：接受 {}，隔离 {}".format(*counts)
    en = "the sample's {} rows: {} accepted, {} quarantined".format(*counts)
    return [
        *(str(_in_project(path)) for path in drafted.files),
        f"{zh} · {en}",
        *(f"  {held.zh} · {held.en}" for held in drafted.held),
        "请人决定 · For a person to decide:",
        *(f"  {question.zh} · {question.en}" for question in drafted.questions),
    ]


def _in_project(path: Path) -> Path:
    project = contracts.SCHEMAS.parent
    return path.relative_to(project) if path.is_relative_to(project) else path


def _targets(area: str, dataset: str, source: str, root: Path) -> tuple[Path, ...]:
    if area not in AREAS:
        raise WrongCall(
            Text(f"没有领域 {area}", f"there is no area {area}"),
            where="gongkai new",
            do=Text(f"请从中选择：{'、'.join(AREAS)}。", f"Choose one of {', '.join(AREAS)}."),
        )
    for name in (dataset, source):
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            raise WrongCall(
                Text(f"名称 {name} 不合规则", f"{name} is no name"),
                where="gongkai new",
                do=Text(
                    "请用小写英文字母、数字和下划线，例如 road_works。",
                    "Use small letters, digits and underscores, like road_works.",
                ),
            )
    taken = list((root / "schemas").glob(f"*/{dataset}.odcs.yaml"))
    if taken:
        raise _exists(taken[0])
    targets = (
        root / "schemas" / area / f"{dataset}.odcs.yaml",
        root / "transforms" / area / dataset / f"{source}.yaml",
        root / "transforms" / area / dataset / f"{source}.sql",
        root / "expectations" / area / f"{dataset}.yaml",
    )
    _refuse_existing(targets)
    return targets


def _refuse_existing(paths: Iterable[Path]) -> None:
    for path in paths:
        if path.exists():
            raise _exists(path)


def _exists(path: Path) -> WrongCall:
    return WrongCall(
        Text("文件已存在，不会覆盖", "the file is there, and is not overwritten"),
        where=str(path),
        do=Text(
            "请换一个数据集名称，或先移走该文件。", "Choose another name, or move the file away."
        ),
    )


def _trial_home(folder: Path) -> Home:
    """An installation of its own: a draft must not meet anybody's data."""
    return Home(
        path=folder / "home",
        database=None,
        public_database=None,
        reader_database=None,
        ckan_url=None,
        ckan_token=None,
        sources=None,
        codelists=None,
        connections={},
    )


def _profiled(
    file: Path,
    shape: Shape,
    dataset: str,
    folder: Path,
    home: Home,
    database: duckdb.DuckDBPyConnection,
) -> dict[str, Profile]:
    """Read the sample as it will be read, and look at every column."""
    path = folder / "sample.yaml"
    path.write_text(source_text("finance", Text("", ""), file, shape), encoding="utf-8")
    path.with_suffix(".sql").write_text("FROM delivery", encoding="utf-8")
    receipt = landing.keep(home, file.name, "sample", [file.read_bytes()])
    read((receipt,), sources.read(path, dataset), home, database)
    return {name: profile(name, database) for name in shape.named}


def _always(fields: Sequence[Proposed]) -> list[Text]:
    """What no sample can tell."""
    private = "、".join(field.label.zh for field in fields if not field.public)
    found = [
        Text(
            "每个字段的定义、公开时限、法律依据和责任部门",
            "the definition of every field, the deadline, the legal basis, the department",
        )
    ]
    if private:
        found.append(
            Text(
                f"疑为个人信息，默认不公开：{private}",
                "held back as personal data: "
                + ", ".join(field.name for field in fields if not field.public),
            )
        )
    return found


def _write(contents: Mapping[Path, str]) -> None:
    for path, text in contents.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _tried(
    file: Path,
    contract: Contract,
    source: Source,
    home: Home,
    database: duckdb.DuckDBPyConnection,
) -> tuple[check.Checked, tuple[Text, ...]]:
    """Run the draft on its sample: what it accepts, and why it holds the rest."""
    receipt = landing.keep(home, file.name, "sample", [file.read_bytes()])
    table = read((receipt,), source, home, database)
    candidates = conform(table, contract, source, home, database)
    checked = check.check(candidates, contract, source, home, database)
    found = database.execute(
        "SELECT _part, _line, reason_zh, reason_en FROM findings WHERE severity = 'error' "
        f"ORDER BY _row, column_name LIMIT {HELD}"
    ).fetchall()
    return checked, tuple(
        Text(f"{part} 第 {line} 行：{zh}".strip(), f"{part} line {line}: {en}".strip())
        for part, line, zh, en in found
    )
