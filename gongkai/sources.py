"""What a source of a dataset is: how it is pulled, how its tables are found, which SQL maps it.

A source is declared in `transforms/<area>/<dataset>/<source>.yaml`, next to the SQL of the same
name. An installation says in `city.yaml` which source feeds which dataset; its own folder may
hold `<dataset>/<source>.yaml` and `.sql` too, so that one's own files need no change to a clone.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal, get_args

import yaml

from gongkai import city, pulls
from gongkai.contracts import Contract
from gongkai.documents import parsed
from gongkai.errors import BrokenContract, WrongCall
from gongkai.home import PROJECT, Home
from gongkai.pulls import Pull
from gongkai.repair import Patch, Rule
from gongkai.text import Text

TRANSFORMS = PROJECT / "transforms"

Kind = Literal["delimited", "excel", "json", "html", "pdf", "word", "prose", "cells", "database"]
"""What a file is, whatever its name ends with."""


@dataclass(frozen=True)
class Skip:
    """Rows that are no data: those whose first filled cell, or the named column, matches."""

    matches: str
    why: str
    column: str | None


@dataclass(frozen=True)
class Header:
    """Where a table's header stands: `lines` lines, of which the first has a cell that `matches`
    whole (white space aside). So next year's file may have a title more. `through` instead matches
    a cell of the last line, where some files print a line more than others.

    `decides`: other tables have the same title, and the header tells them apart. Where it is not
    there, neither is the table."""

    matches: str
    lines: int
    decides: bool = False
    through: str | None = None


@dataclass(frozen=True)
class Table:
    """How a table in a file is found and shaped; what does not apply to a kind is left out.

    Which file: `files` matches its name, that of a member of an archive included. Where in it:
    `sheets` matches the name of a sheet; `title` is found in a line (or the sheet's name), and the
    table is looked for below it; `header` finds the header by what it says, `header_rows` by its
    lines, counted from 1 (none: there is no header); `stop` is found in the first line that does
    not belong to the table any more. `repeats`: the same table stands there again below.
    `optional`: a file without it is no broken delivery. A text is read strictly in its declared
    `encoding` and by its `delimiter` (`blanks`: columns that stand below each other); what is not
    declared is what the text shows.

    What of it: `columns` are those that must be there, the name that the SQL uses and the
    expression that the printed header has to match whole (`#2` behind it: the second column of that
    header), or the column's place counted from 1;
    `if_printed` are likewise those that only some of these tables have. In an expression `{name}`
    stands for what a caption says, `{name-1}` for the number before it: `{year-1}年决算数`.
    `captions` take a value out of the lines from title to header (`(?P<name>…)` groups become
    the columns `_name`), `cover` out of all lines above the title, such as those of a title page.
    `joined` matches a header that is printed over several columns whose cells are one text (类, 款
    and 项 of a code). `figures` names the columns of which one must be filled: a form prints lines
    that nothing was entered in. `fill_down` names the columns that are printed once for a group of
    rows, `skip` the rows that are no data. `heading` matches the only cell of a line that stands
    above a group of rows: the column `heading` repeats it in them. `empty` matches the sentence by
    which a department says that a table has no rows and why; its group `reason` is what is
    published. `fill_merged` names columns of which a merged cell counts in all of its lines, while
    a blank one stays blank.

    Records: `records` is the path of their list, `unnest` a list within a record, `identity` the
    fields that name a record, `labelled_html` a field that holds a page of labels and values (its
    text stays under that name; of a page that is a file itself, any name). `page_table` is a field
    that holds a page with the table that is declared: its rows have the record's fields beside
    them. `turned`: what is a row is printed as a column, and the header as the first column.

    Running text: `item` matches the paragraphs that are rows from their start, and its named
    groups are the columns; `repair` names the rules for a damaged text, `patches` what a person
    read in another copy.
    """

    kind: Kind
    name: str = ""
    files: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    sheets: str | None = None
    title: str | None = None
    header: Header | None = None
    header_rows: tuple[int, ...] = (1,)
    stop: str | None = None
    repeats: bool = False
    optional: bool = False
    columns: tuple[tuple[str, str | int], ...] = ()
    if_printed: tuple[tuple[str, str | int], ...] = ()
    captions: tuple[str, ...] = ()
    cover: tuple[str, ...] = ()
    joined: str | None = None
    figures: tuple[str, ...] = ()
    fill_down: tuple[str, ...] = ()
    fill_merged: tuple[str, ...] = ()
    skip: tuple[Skip, ...] = ()
    empty: str | None = None
    records: tuple[str, ...] = ()
    unnest: str | None = None
    labelled_html: str | None = None
    page_table: str | None = None
    turned: bool = False
    item: str | None = None
    heading: str | None = None
    repair: tuple[Rule, ...] = ()
    patches: tuple[Patch, ...] = ()
    identity: tuple[str, ...] = ()


@dataclass(frozen=True)
class Source:
    """A declared source. `surrogates` are columns that must be given and have no national code
    here: their values begin with `local:` and no national format is asked of them."""

    name: str
    dataset: str
    title: str
    pull: Pull
    tables: tuple[Table, ...]
    surrogates: tuple[str, ...]
    transform: str
    digest: str

    @property
    def table(self) -> Table:
        """The first table, which is mostly the only one."""
        return self.tables[0]


def active(contract: Contract, home: Home) -> Source:
    """The source that feeds a dataset in this installation."""
    chosen = _chosen(contract.dataset, home)
    places = [TRANSFORMS / contract.area / contract.dataset]
    if home.sources:
        places.insert(0, home.sources / contract.dataset)
    for place in places:
        if (place / f"{chosen}.yaml").exists():
            return read(place / f"{chosen}.yaml", contract.dataset)
    raise BrokenContract(
        Text(
            f"{contract.dataset} 的来源 {chosen} 没有声明",
            f"the source {chosen} of {contract.dataset} is not declared",
        ),
        where=", ".join(str(place) for place in places),
        do=Text(
            f"请在该目录下编写 {chosen}.yaml 和 {chosen}.sql。",
            f"Write {chosen}.yaml and {chosen}.sql there.",
        ),
    )


def feeds(dataset: str, home: Home) -> bool:
    """Whether this installation has a source for the dataset."""
    try:
        _chosen(dataset, home)
    except WrongCall:
        return False
    return True


def _chosen(dataset: str, home: Home) -> str:
    if home.sources is None:
        raise WrongCall(
            Text("没有指定来源目录", "no sources are chosen"),
            where="GONGKAI_SOURCES",
            do=Text(
                "请设为含有 city.yaml 的目录；`make demo` 会自动设置。",
                "Set it to a folder with a city.yaml; `make demo` does.",
            ),
        )
    named = city.load(home).sources
    if dataset in named:
        return named[dataset]
    own = sorted((home.sources / dataset).glob("*.yaml"))
    if len(own) == 1:
        return own[0].stem
    raise WrongCall(
        Text(f"{dataset} 没有来源", f"no source feeds {dataset}"),
        where=str(home.sources / "city.yaml"),
        do=Text(
            f"请在 `sources` 下添加一行 `{dataset}: <来源>`。",
            f"Add a line `{dataset}: <source>` under `sources`.",
        ),
    )


def read(path: Path, dataset: str) -> Source:
    """The source declared in a file, with the SQL beside it."""
    sql = path.with_suffix(".sql")
    try:
        raw: dict[str, Any] = parsed(path)
        transform = sql.read_text(encoding="utf-8")
        return Source(
            name=path.stem,
            dataset=dataset,
            title=raw["title"],
            pull=pulls.declared(raw["pull"], dataset),
            tables=_tables(raw["read"]),
            surrogates=tuple(raw.get("surrogates", ())),
            transform=transform,
            digest=hashlib.sha256(path.read_bytes() + transform.encode()).hexdigest(),
        )
    except (KeyError, TypeError, ValueError, OSError, yaml.YAMLError) as error:
        raise BrokenContract(
            Text(
                f"来源声明无法读取：{type(error).__name__} {error}",
                f"the source cannot be read: {type(error).__name__} {error}",
            ),
            where=path.name,
            do=Text("请对照一份可用的来源声明。", "Compare it with a source that works."),
        ) from error


def _tables(raw: dict[str, Any]) -> tuple[Table, ...]:
    """The tables of a source: one, or those listed under `tables`, each with what all share."""
    shared = {key: value for key, value in raw.items() if key != "tables"}
    return tuple(_table({**shared, **own}) for own in raw.get("tables", [{}]))


def _table(raw: dict[str, Any]) -> Table:
    if unknown := sorted(set(raw) - {field.name for field in fields(Table)}):
        raise ValueError(f"read has no {', '.join(unknown)}")
    if raw["kind"] not in get_args(Kind):
        raise ValueError(f"read.kind {raw['kind']} is none of {', '.join(get_args(Kind))}")
    header = raw.get("header")
    given = {
        **raw,
        "columns": _columns(raw["columns"]),
        "if_printed": _columns(raw.get("if_printed", {})),
        "header": _header(header) if header else None,
        "skip": tuple(
            Skip(item["matches"], item["why"], item.get("column")) for item in raw.get("skip", ())
        ),
        "records": tuple(raw["records"].split(".")) if raw.get("records") else (),
        "patches": tuple(Patch(**patch) for patch in raw.get("patches", ())),
    }
    for name in (
        "header_rows",
        "captions",
        "cover",
        "figures",
        "fill_down",
        "fill_merged",
        "identity",
        "repair",
    ):
        if name in raw:
            given[name] = tuple(raw[name])
    return Table(**given)


def _header(raw: dict[str, Any]) -> Header:
    return Header(
        raw["matches"],
        int(raw.get("lines", 1)),
        bool(raw.get("decides", False)),
        raw.get("through"),
    )


def _columns(raw: list[str] | dict[str, str | int]) -> tuple[tuple[str, str | int], ...]:
    if isinstance(raw, dict):
        return tuple(raw.items())
    return tuple((str(name), re.escape(str(name))) for name in raw)
