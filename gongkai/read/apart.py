"""Read a file in a process of its own, which may take so much time and memory and no more.

Parsers of binary formats are libraries in C and Rust. A corrupt workbook whose last cell is said
to be XFD1048576 makes one ask for half a terabyte, and abort whoever called it; a broken page can
keep another busy for ever. In a process of its own, either is one sentence.
"""

from __future__ import annotations

import os
import pickle
import resource
import sys
import traceback
from collections.abc import Callable
from typing import TypeVar

from gongkai.errors import BrokenDelivery, GongkaiError
from gongkai.read.grid import Document
from gongkai.text import Text

Result = TypeVar("Result")

SECONDS = 6
"""CPU that any file may take; a second more for every megabyte that it has."""

MEMORY = 3 << 29
"""Bytes that reading may take beside what the process has already."""


def read_apart(work: Callable[[], Result], document: Document) -> Result:
    """What the work gives, done in a child of this process. The result must pickle.

    Raises BrokenDelivery where it takes too much or dies; an error of the work itself is raised
    as it is.
    """
    inner, outer = os.pipe()
    # what is not written yet must not be written twice
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        _work_and_tell(work, document, inner, outer)
    os.close(outer)
    with os.fdopen(inner, "rb") as told:
        said = told.read()
    os.waitpid(child, 0)
    if not said:
        raise BrokenDelivery(
            Text(
                "读取该文件所需的时间或内存超过限度，文件可能已损坏",
                "reading the file takes more time or memory than it may: it may be damaged",
            ),
            where=document.name,
            do=Text(
                "请部门重新导出后报送。", "Ask the department to export it again and hand it over."
            ),
        )
    outcome, found = pickle.loads(said)
    if outcome == "given":
        return found  # type: ignore[no-any-return]
    if outcome == "refused":
        kind, what, where, do = found
        raise kind(what, where=where, do=do)
    raise RuntimeError(found)


def _work_and_tell(work: Callable[[], Result], document: Document, inner: int, outer: int) -> None:
    """The life of the child. It ends without a word where it was stopped."""
    try:
        os.close(inner)
        # what a library shouts when it dies is no word for a log
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        _limit(document)
        try:
            said: tuple[str, object] = ("given", work())
        except GongkaiError as error:
            said = ("refused", (type(error), error.what, error.where, error.do))
        except (MemoryError, RecursionError):
            os._exit(1)
        except Exception:
            said = ("unforeseen", traceback.format_exc())
        with os.fdopen(outer, "wb") as told:
            pickle.dump(said, told, protocol=pickle.HIGHEST_PROTOCOL)
    finally:
        os._exit(0)


def _limit(document: Document) -> None:
    seconds = SECONDS + (document.path.stat().st_size >> 20)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    held = _data_size() + MEMORY
    resource.setrlimit(resource.RLIMIT_DATA, (held, held))


def _data_size() -> int:
    """Bytes of private memory that the process has asked for."""
    with open("/proc/self/status", encoding="ascii") as status:
        line = next(line for line in status if line.startswith("VmData:"))
    return int(line.split()[1]) << 10
