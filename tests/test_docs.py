"""The documents: links lead somewhere, commands exist, nothing is of one machine only."""

from __future__ import annotations

import re
import shlex
from dataclasses import fields
from pathlib import Path
from typing import get_args

import pytest
import typer.main
import yaml
from typer.core import TyperGroup

from gongkai import contracts, pipeline
from gongkai.cli import app
from gongkai.sources import Kind, Table
from tests.support import PROJECT, a_home, a_source, drop_folder

DOCUMENTS = sorted(
    [
        *PROJECT.glob("*.md"),
        *(PROJECT / "docs").rglob("*.md"),
        PROJECT / "portal" / "README.md",
        PROJECT / "samples" / "README.md",
    ]
)
NOTEBOOKS = sorted((PROJECT / "notebooks").glob("*.ipynb"))

LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
FLAGS = re.MULTILINE | re.DOTALL
MAKE = re.compile(r"(?:^|`)make ([a-z]+)", re.MULTILINE)
MACHINE = re.compile(
    r"(?<![\w./-])/(?:work|root|tmp|home)/|\b(?:pypi|pythonhosted)\b", re.IGNORECASE
)


def _name(path: Path) -> str:
    return str(path.relative_to(PROJECT))


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _anchors(text: str) -> set[str]:
    """The headings of a page, as its links name them."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in headings}


def _command_lines(text: str) -> list[str]:
    """What a reader would type: lines that begin with the command, and `code` that does."""
    blocks = "\n".join(FENCE.findall(text))
    typed = re.findall(r"^(?:\.venv/bin/)?gongkai (.+)$", blocks, re.MULTILINE)
    inline = re.findall(r"`(?:\.venv/bin/)?gongkai ([^`\n]+)`", FENCE.sub("", text))
    return typed + inline


def _commands() -> TyperGroup:
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    return group


def test_there_are_documents() -> None:
    assert {"README.md", "README.zh-CN.md", "docs/own-files.md"} <= {_name(d) for d in DOCUMENTS}


@pytest.mark.parametrize("document", DOCUMENTS, ids=_name)
def test_links_lead_somewhere(document: Path) -> None:
    missing = []
    for link in LINK.findall(FENCE.sub("", _text(document))):
        if link.startswith(("http://", "https://", "mailto:")):
            continue
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        inside = target.is_relative_to(PROJECT) and target.exists()
        if not inside or (anchor and anchor not in _anchors(_text(target))):
            missing.append(link)
    assert not missing


@pytest.mark.parametrize("document", DOCUMENTS, ids=_name)
def test_commands_exist(document: Path) -> None:
    group = _commands()
    for line in _command_lines(_text(document)):
        words = shlex.split(line)
        command = group.commands.get(words[0])
        if isinstance(command, TyperGroup) and len(words) > 1:
            command = command.commands.get(words[1])
        assert command is not None, f"gongkai {line}"
        known = {option for param in command.params for option in param.opts}
        given = {word.partition("=")[0] for word in words[1:] if word.startswith("--")}
        assert given <= known, f"gongkai {line}"
        if words[0] in ("run", "return", "review"):
            named = {word for word in words[1:] if re.fullmatch(r"[a-z]+(_[a-z]+)+", word)}
            assert named <= set(contracts.names()), f"gongkai {line}"


def test_targets_of_make_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", _text(PROJECT / "Makefile"), re.MULTILINE))
    named = {name for document in DOCUMENTS for name in MAKE.findall(_text(document))}
    assert named <= targets


@pytest.mark.parametrize("document", [*DOCUMENTS, *NOTEBOOKS], ids=_name)
def test_nothing_is_of_one_machine(document: Path) -> None:
    assert not MACHINE.findall(_text(document))


@pytest.mark.parametrize("document", DOCUMENTS, ids=_name)
def test_nothing_was_left_open(document: Path) -> None:
    assert not re.findall(r"TODO|FIXME|XXX|@@", _text(document))


def test_the_example_of_own_files_works(tmp_path: Path) -> None:
    text = _text(PROJECT / "docs" / "own-files.md")
    written = re.findall(
        r"^`([\w/]+\.\w+)`[^`]*(?:`[^`\n]+`[^`]*)*?^```\w*\n(.*?)^```", text, FLAGS
    )
    files = dict(written)
    assert {Path(name).suffix for name in files} == {".yaml", ".csv", ".sql"}
    assert len(files) == 5
    town = tmp_path / "town"
    for name, content in files.items():
        (town / name).parent.mkdir(parents=True, exist_ok=True)
        (town / name).write_text(content, encoding="utf-8")
    here = a_home(
        tmp_path / "home",
        sources=town,
        codelists=town / "codelists",
        connections={"gongkai_finance_files": drop_folder(town)},
    )
    first = pipeline.run("gov_debt_limit_balance", here)
    assert first.staged is not None, first.error
    assert (first.edition, first.staged.rows, first.staged.quarantined) == ("1.0.0", 1, 1)
    [table] = (town / "gov_debt_limit_balance").glob("*.csv")
    [corrected] = re.findall(r"corrects line 5 to `([^`]+)`", text)
    lines = table.read_text(encoding="utf-8").splitlines()
    lines[4] = corrected
    table.write_text("\n".join(lines), encoding="utf-8")
    second = pipeline.run("gov_debt_limit_balance", here)
    assert second.staged is not None, second.error
    assert (second.edition, second.staged.rows, second.staged.quarantined) == ("1.1.0", 2, 0)
    table.write_text("\n".join(lines).replace("限额合计", "限额总计"), encoding="utf-8")
    third = pipeline.run("gov_debt_limit_balance", here)
    assert third.state == "failed"
    assert third.error in text


def test_both_readmes_show_the_same_commands() -> None:
    def blocks(name: str) -> list[str]:
        return [
            block
            for block in FENCE.findall(_text(PROJECT / name))
            if re.search(r"^(make|CKAN|CSV|\.venv)", block, re.MULTILINE)
        ]

    assert blocks("README.md") == blocks("README.zh-CN.md")


def test_every_dataset_is_in_the_readmes() -> None:
    for name in ("README.md", "README.zh-CN.md"):
        text = _text(PROJECT / name)
        assert [d for d in contracts.names() if f"| `{d}` |" not in text] == []


def test_every_decision_is_listed() -> None:
    folder = PROJECT / "docs" / "decisions"
    listed = set(LINK.findall(_text(folder / "README.md")))
    assert listed == {path.name for path in folder.glob("0*.md")}


def test_every_word_of_a_table_and_every_kind_of_file_is_documented() -> None:
    text = (PROJECT / "docs" / "reading.md").read_text(encoding="utf-8")
    words = {field.name for field in fields(Table)} - {"kind"} | set(get_args(Kind))
    assert {word for word in words if f"`{word}`" not in text} == set()


def test_the_example_of_reading_is_a_declaration(tmp_path: Path) -> None:
    text = (PROJECT / "docs" / "reading.md").read_text(encoding="utf-8")
    [block] = re.findall(r"^```yaml\n(.*?)^```", text, FLAGS)
    assert a_source(tmp_path, yaml.safe_load(block)["read"]).table.kind == "pdf"
