"""Coverage: which obligation of which policy document is met, and by what.

The register `schemas/obligations.csv` quotes the obligations; a contract names those that its
dataset meets. `python -m gongkai.coverage > docs/coverage.md` writes the page of both.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal, get_args

from gongkai import contracts
from gongkai.contracts import SCHEMAS, Contract
from gongkai.errors import BrokenContract
from gongkai.home import Home
from gongkai.status import status
from gongkai.text import Text

REGISTER = SCHEMAS / "obligations.csv"

Kind = Literal["dataset", "feature", "organisation"]
State = Literal["met", "partly", "ready", "feature", "open", "organisation"]


@dataclass(frozen=True)
class Obligation:
    """What one clause of one policy document asks for.

    `quote` is the document's own wording; in TZ18, whose text came damaged, without the pinyin
    that was written into it and in simplified characters. `lead` and `deadline` are as written,
    empty where the document names none. `kind` says what can meet it: a published dataset, a
    feature of the platform, or an organisation's own work, which no data platform does.
    `features` are the modules and commands that meet it today.
    """

    id: str
    document: str
    document_title: str
    clause: str
    quote: str
    summary_en: str
    lead: str
    deadline: str
    kind: Kind
    area: str
    features: tuple[str, ...]
    note: Text


@dataclass(frozen=True)
class Dataset:
    """A dataset under contract that names an obligation, with the edition that is public in this
    installation and the date of its data; `edition` is None where none is."""

    dataset: str
    edition: str | None = None
    data_date: date | None = None


@dataclass(frozen=True)
class Covered:
    """An obligation and what meets it.

    `state`: met, every dataset that names it is published; partly, some are; ready, none is yet;
    feature, the platform meets it; open, nothing does; organisation, not a platform's to meet.
    """

    obligation: Obligation
    state: State
    datasets: tuple[Dataset, ...]


@dataclass(frozen=True)
class Count:
    """How many obligations of a document are in which state."""

    document: str
    document_title: str
    total: int
    states: Mapping[State, int]


@dataclass(frozen=True)
class Coverage:
    """Every obligation of the register, in its order."""

    obligations: tuple[Covered, ...]

    @property
    def gap(self) -> tuple[Obligation, ...]:
        """The obligations that a dataset should meet and that no contract names."""
        return tuple(
            covered.obligation
            for covered in self.obligations
            if covered.obligation.kind == "dataset" and not covered.datasets
        )

    @property
    def counts(self) -> tuple[Count, ...]:
        """The states per document."""
        return tuple(
            Count(
                document,
                of_document[0].obligation.document_title,
                len(of_document),
                _tally(of_document),
            )
            for document, of_document in _by_document(self)
        )


def coverage(home: Home) -> Coverage:
    """What is met in this installation.

    Raises BrokenContract where a contract names an obligation that the register does not have,
    or one that is not a dataset's to meet.
    """
    return judge(register(), map(contracts.load, contracts.names()), published(home))


def published(home: Home) -> dict[str, Dataset]:
    """The datasets that are public in this installation."""
    return {
        item.dataset: Dataset(item.dataset, item.edition, item.data_date)
        for item in status(home)
        if item.edition and item.state != "withdrawn"
    }


def register(path: Path = REGISTER) -> tuple[Obligation, ...]:
    """The register of obligations."""
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(_obligation(row) for row in csv.DictReader(file))


def _obligation(row: dict[str, Any]) -> Obligation:
    features = tuple(filter(None, row.pop("feature").split("; ")))
    note = Text(row.pop("note"), row.pop("note_en"))
    return Obligation(**row, features=features, note=note)


def judge(
    obligations: Iterable[Obligation],
    under_contract: Iterable[Contract],
    editions: Mapping[str, Dataset],
) -> Coverage:
    """The state of every obligation, from the contracts and what is published of them."""
    obligations = tuple(obligations)
    naming = _naming(obligations, under_contract)
    found = []
    for obligation in obligations:
        datasets = tuple(editions.get(name, Dataset(name)) for name in naming[obligation.id])
        found.append(Covered(obligation, _state(obligation, datasets), datasets))
    return Coverage(tuple(found))


def _naming(
    obligations: Iterable[Obligation], under_contract: Iterable[Contract]
) -> dict[str, list[str]]:
    """The datasets that name each obligation."""
    kinds = {obligation.id: obligation.kind for obligation in obligations}
    naming: dict[str, list[str]] = {name: [] for name in kinds}
    for contract in under_contract:
        if wrong := [name for name in contract.obligations if kinds.get(name) != "dataset"]:
            raise BrokenContract(
                Text(
                    f"合同所列的义务不在登记表中，或不能由数据集满足：{'、'.join(wrong)}",
                    "the contract names obligations that are not in the register or that no "
                    f"dataset can meet: {', '.join(wrong)}",
                ),
                where=contract.dataset,
                do=Text(
                    "请对照 schemas/obligations.csv 改正。",
                    "Compare it with schemas/obligations.csv.",
                ),
            )
        for name in contract.obligations:
            naming[name].append(contract.dataset)
    return naming


def _state(obligation: Obligation, datasets: tuple[Dataset, ...]) -> State:
    if obligation.kind == "organisation":
        return "organisation"
    if obligation.kind == "feature":
        return "feature" if obligation.features else "open"
    if not datasets:
        return "open"
    there = [dataset for dataset in datasets if dataset.edition]
    if len(there) == len(datasets):
        return "met"
    return "partly" if there else "ready"


def _by_document(found: Coverage) -> Iterator[tuple[str, list[Covered]]]:
    documents: dict[str, list[Covered]] = {}
    for covered in found.obligations:
        documents.setdefault(covered.obligation.document, []).append(covered)
    yield from documents.items()


def _tally(of_document: Iterable[Covered]) -> dict[State, int]:
    counted = Counter(covered.state for covered in of_document)
    return {state: counted[state] for state in STATES}


STATES: tuple[State, ...] = get_args(State)

STATE_NAMES: Mapping[State, Text] = {
    "met": Text("已落实", "met"),
    "partly": Text("部分发布", "partly"),
    "ready": Text("待发布", "ready"),
    "feature": Text("平台功能", "feature"),
    "open": Text("尚缺", "open"),
    "organisation": Text("组织职责", "organisation"),
}
"""What a state is called to people."""


def as_json(found: Coverage) -> str:
    """The coverage for a machine: the obligations, the gap, the counts per document."""
    told = {
        "obligations": [_flat(covered) for covered in found.obligations],
        "gap": [obligation.id for obligation in found.gap],
        "counts": [asdict(count) for count in found.counts],
    }
    return json.dumps(told, ensure_ascii=False, indent=2, default=str)


def _flat(covered: Covered) -> dict[str, Any]:
    datasets = [asdict(dataset) for dataset in covered.datasets]
    return {**asdict(covered.obligation), "state": covered.state, "datasets": datasets}


def as_text(found: Coverage) -> str:
    """The coverage for a terminal: per document the counts, and a line per obligation."""
    lines = []
    for count, (_, of_document) in zip(found.counts, _by_document(found), strict=True):
        counted = "  ".join(
            f"{STATE_NAMES[state].zh} {state} {number}"
            for state, number in count.states.items()
            if number
        )
        lines += [f"{count.document} {count.document_title}", f"  {count.total}: {counted}"]
        lines += [f"  {_line(covered)}" for covered in of_document]
        lines.append("")
    lines.append(f"尚无合同的数据 · no contract yet ({len(found.gap)}):")
    lines.append("  " + " ".join(obligation.id for obligation in found.gap))
    return "\n".join(lines)


def _line(covered: Covered) -> str:
    obligation = covered.obligation
    quote = obligation.quote if len(obligation.quote) <= 36 else obligation.quote[:35] + "…"
    by = [_edition(dataset) for dataset in covered.datasets] or list(obligation.features)
    name = STATE_NAMES[covered.state].zh
    return "  ".join(filter(None, (name, obligation.id, obligation.clause, quote, ", ".join(by))))


def _edition(dataset: Dataset) -> str:
    dated = f" ({dataset.data_date})" if dataset.data_date else ""
    return f"{dataset.dataset} {dataset.edition or '–'}{dated}"


def page(obligations: Iterable[Obligation], under_contract: Iterable[Contract]) -> str:
    """The page `docs/coverage.md`: the register and the contracts, whatever is published where.

    Markdown, Chinese first.
    """
    under_contract = tuple(under_contract)
    paths = {
        contract.dataset: f"../schemas/{contract.area}/{contract.dataset}.odcs.yaml"
        for contract in under_contract
    }
    found = judge(obligations, under_contract, {})
    lines = [*HEAD, *_summary(found)]
    for count, (document, of_document) in zip(found.counts, _by_document(found), strict=True):
        lines += ["", f"## {document} {count.document_title}", "", *COLUMNS]
        lines += [_row(covered, paths) for covered in of_document]
    return "\n".join(lines) + "\n"


HEAD = (
    "# 公开义务与数据集 · Obligations and datasets",
    "",
    "五份政策文件要求公开什么，由哪个数据集、哪项功能落实，还缺什么。登记表是"
    "[`schemas/obligations.csv`](../schemas/obligations.csv)，数据集在合同的 `obligations` "
    "中写明落实哪几项。引文照录原文；TZ18 的文本有损坏，已去掉夹入的拼音，繁体转为简体。"
    "“牵头”“时限”以文件所写为准，未写的留空。本页不含发布情况。",
    "",
    "What five policy documents ask for, which dataset or feature meets it, and what is missing. "
    "Made from the register and the contracts by `python -m gongkai.coverage`; which editions are "
    "published depends on the installation. “Organisation” is work that no data platform does. "
    "A dataset on a line says that it contributes; what remains of the clause is in its note.",
    "",
)
COLUMNS = (
    "| 编号 | 条款 | 引文 · Quote | 牵头 · Lead | 时限 · Deadline | 由何落实 · Met by |",
    "|---|---|---|---|---|---|",
)


def _summary(found: Coverage) -> list[str]:
    """The table of counts; without an installation, `ready` means under contract."""
    shown: Mapping[State, Text] = {
        "ready": Text("有数据集", "dataset"),
        "feature": STATE_NAMES["feature"],
        "open": STATE_NAMES["open"],
        "organisation": STATE_NAMES["organisation"],
    }
    headings = [f"{name.zh} · {name.en}" for name in shown.values()]
    rows = [
        [
            count.document,
            count.document_title,
            *(str(count.states[state]) for state in shown),
            str(count.total),
        ]
        for count in found.counts
    ]
    sums = [str(sum(count.states[state] for count in found.counts)) for state in shown]
    rows.append(["", "合计 · Total", *sums, str(len(found.obligations))])
    return [
        f"| | 文件 · Document | {' | '.join(headings)} | 共 · All |",
        f"|---|---|{'---:|' * (len(shown) + 1)}",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]


def _row(covered: Covered, paths: Mapping[str, str]) -> str:
    obligation = covered.obligation
    by = [f"[`{item.dataset}`]({paths[item.dataset]})" for item in covered.datasets]
    by += [f"`{feature}`" for feature in obligation.features]
    name = STATE_NAMES[covered.state]
    met_by = "、".join(by) or f"{name.zh} · {name.en}"
    if obligation.note.zh:
        met_by += f"<br>{obligation.note.zh}<br>*{obligation.note.en}*"
    cells = (
        obligation.id,
        obligation.clause,
        f"{obligation.quote}<br>*{obligation.summary_en}*",
        obligation.lead,
        obligation.deadline,
        met_by,
    )
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    print(page(register(), map(contracts.load, contracts.names())), end="")
