"""A file that is read in a process of its own: what it may take, and what comes back."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from gongkai.errors import BrokenDelivery
from gongkai.read import apart as module
from gongkai.read.apart import read_apart
from gongkai.read.grid import Document
from gongkai.text import Text


@pytest.fixture
def document(tmp_path: Path) -> Document:
    path = tmp_path / "表.xlsx"
    path.write_bytes(b"x")
    return Document(path.name, path)


def test_what_was_read_comes_back(document: Document) -> None:
    here = os.getpid()
    found, there = read_apart(lambda: (["一", None], os.getpid()), document)
    assert found == ["一", None]
    assert there != here


def test_an_error_of_the_work_is_told_as_it_is(document: Document) -> None:
    def work() -> None:
        raise BrokenDelivery(Text("坏了", "broken"), where="表一", do=Text("修", "Mend it."))

    with pytest.raises(BrokenDelivery, match=r"broken \(表一\). Mend it."):
        read_apart(work, document)


def test_too_much_memory_is_one_sentence(document: Document) -> None:
    with pytest.raises(BrokenDelivery, match="more time or memory"):
        read_apart(lambda: bytearray(2 * module.MEMORY), document)


def test_a_library_that_aborts_takes_nobody_with_it(document: Document) -> None:
    with pytest.raises(BrokenDelivery, match="more time or memory"):
        read_apart(lambda: os.kill(os.getpid(), signal.SIGABRT), document)


def test_work_without_end_is_stopped(document: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SECONDS", 1)

    def work() -> None:
        while True:
            pass

    with pytest.raises(BrokenDelivery, match="more time or memory"):
        read_apart(work, document)


def test_a_fault_of_ours_keeps_its_traceback(document: Document) -> None:
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        read_apart(lambda: 1 // 0, document)
