"""Corrupted deliveries: every variant ends in a clean read or a one-sentence error.

    GONGKAI_REAL_DATA=… python -m tests.fuzz [N] [SEED]      (make fuzz N=2000 SEED=1)

A variant is a real file with one corruption, read as its source declares, in a process of its own
that may take 10 s and 2 GB. Counted are those that hang, that take too much memory, that raise
what nobody foresaw, that execute or fetch something, and that lose a row: of what was read, rows
and skipped lines must make up all lines there are. The last line are the counts; exit 1 where one
is not zero. `--only CORRUPTION:FILE:PLACE` runs one variant again.
"""

from __future__ import annotations

import collections
import contextlib
import csv
import io
import itertools
import json
import os
import random
import resource
import select
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from gongkai import contracts, landing, sources
from gongkai.errors import GongkaiError
from gongkai.home import Home
from gongkai.read import read
from gongkai.sources import Source
from tests.fuzz.corpus import CORPUS, Member
from tests.fuzz.corrupt import CORRUPTIONS, SECRET
from tests.support import a_home

SECONDS = 10.0
MEMORY = 2 << 30
FAULTS = ("hung", "memory", "unforeseen", "crashed", "executed", "lost")


@dataclass(frozen=True)
class Variant:
    """One corruption of one file; `place` seeds it."""

    member: Member
    corruption: str
    place: int

    @property
    def name(self) -> str:
        """What `--only` takes."""
        return f"{self.corruption}:{Path(self.member.file).name}:{self.place}"


@dataclass(frozen=True)
class Ending:
    """How a variant ended: `read`, `refused`, or one of the faults, with what it said."""

    kind: str
    said: str
    seconds: float
    bytes: int


def variants(seed: int) -> Iterator[Variant]:
    """Every corruption of every file in turn, without end: some do not apply."""
    chance = random.Random(seed)
    pairs = [(member, name) for name in CORRUPTIONS for member in CORPUS]
    for place in itertools.count():
        if place % len(pairs) == 0:
            chance.shuffle(pairs)
        member, corruption = pairs[place % len(pairs)]
        yield Variant(member, corruption, seed * 1_000_000 + place)


def corrupted(variant: Variant, contents: dict[str, bytes]) -> bytes | None:
    """The bytes of the variant; None where the corruption does not apply to such a file."""
    others = [content for name, content in contents.items() if name != variant.member.file]
    change = CORRUPTIONS[variant.corruption]
    return change(contents[variant.member.file], random.Random(variant.place), others)


def tried(variant: Variant, content: bytes, source: Source, folder: Path) -> Ending:
    """Read the variant in a child of its own."""
    inner, outer = os.pipe()
    begun = time.monotonic()
    child = os.fork()
    if child == 0:
        os.close(inner)
        os.setpgid(0, 0)
        # address space is more than what is used; the real bound is on what was resident
        resource.setrlimit(resource.RLIMIT_AS, (6 * MEMORY, 6 * MEMORY))
        with os.fdopen(outer, "w") as told:
            told.write(json.dumps(_read(variant, content, source, folder)))
            told.flush()
            os._exit(0)
    os.close(outer)
    with os.fdopen(inner) as told:
        # it says little, and all at once
        in_time = bool(select.select([told], [], [], SECONDS)[0])
        if not in_time:
            # with whatever it has started
            os.killpg(child, signal.SIGKILL)
        said = told.read()
    _, status, used = os.wait4(child, 0)
    seconds, memory = time.monotonic() - begun, used.ru_maxrss * 1024
    if not in_time:
        return Ending("hung", "", seconds, memory)
    if not said:
        return Ending("crashed", f"status {status}", seconds, memory)
    kind, text = json.loads(said)
    if memory > MEMORY:
        kind = "memory"
    return Ending(kind, text, seconds, memory)


def _read(variant: Variant, content: bytes, source: Source, folder: Path) -> tuple[str, str]:
    """What reading it comes to: the kind of ending, and what is to be said of it."""
    home = a_home(folder / f"home-{variant.place}")
    try:
        receipt = landing.keep(home, Path(variant.member.file).name, "fuzz", [content])
        with duckdb.connect(config={"memory_limit": "1GB"}) as database:
            table = read((receipt,), source, home, database)
            told = _refuse_to_believe(table.rows, home, database)
            lines = _lines_of(content, source)
            if lines is not None and lines != table.rows + table.skipped:
                said = f"{lines} lines, {table.rows} rows and {table.skipped} skipped"
                return "lost", said
            return (told, "") if told else ("read", f"{table.rows} rows, {table.skipped} skipped")
    except GongkaiError as error:
        return "refused", str(error)
    except BaseException:
        return "unforeseen", traceback.format_exc()[-2_000:]


def _refuse_to_believe(rows: int, home: Home, database: duckdb.DuckDBPyConnection) -> str | None:
    """The fault that a clean read hides."""
    columns = database.table("delivery").columns
    whole = " || ".join(f"coalesce(\"{name}\"::VARCHAR, '')" for name in columns)
    found = database.execute(
        f"SELECT count(*), count(*) FILTER (contains({whole}, '{SECRET}')) FROM delivery"
    ).fetchone()
    assert found is not None
    if found[0] != rows:
        return "lost"
    escaped = [*Path("/tmp").glob("escaped*"), *home.path.parent.glob("escaped*")]
    return "executed" if found[1] or escaped else None


def _lines_of(content: bytes, source: Source) -> int | None:
    """How many lines a delimited text has by another count than the reader's: those of Python's
    csv. None for other kinds, and for what is no text in one encoding."""
    if source.table.kind != "delimited" or content[:2] == b"PK":
        return None
    for encoding in ("utf-8-sig", "utf-16", "gb18030"):
        with contextlib.suppress(UnicodeError):
            text = content.decode(encoding)
            rows = csv.reader(
                io.StringIO(text, newline=""), delimiter=source.table.delimiter or ","
            )
            return sum(1 for _ in rows)
    return None


def main(words: Sequence[str]) -> int:
    """Try them all; the exit code."""
    real = os.environ.get("GONGKAI_REAL_DATA")
    if not real:
        print("GONGKAI_REAL_DATA names no folder with the real published files", file=sys.stderr)
        return 2
    only = words[1] if words[:1] == ["--only"] else None
    count = int(words[0]) if words and not only else 2_000
    seed = int(words[1]) if len(words) > 1 and not only else 1
    contents = {m.file: (Path(real) / m.file).read_bytes() for m in CORPUS}
    declared = {m: _source(m) for m in CORPUS}
    endings: collections.Counter[str] = collections.Counter()
    with tempfile.TemporaryDirectory(prefix="gongkai-fuzz-") as name:
        folder = Path(name)
        (folder / "secret").write_text(SECRET, encoding="utf-8")
        if only:
            corruption, file, place = only.rsplit(":", 2)
            member = next(m for m in CORPUS if Path(m.file).name == file)
            chosen: Iterable[Variant] = [Variant(member, corruption, int(place))]
        else:
            chosen = variants(seed)
        for variant in chosen:
            if endings.total() >= count:
                break
            content = corrupted(variant, contents)
            if content is None:
                continue
            content = content.replace(b"{secret}", str(folder / "secret").encode())
            ending = tried(variant, content, declared[variant.member], folder)
            endings[ending.kind] += 1
            if ending.kind in FAULTS or only:
                print(
                    f"{ending.kind} {variant.name} {ending.seconds:.1f} s "
                    f"{ending.bytes >> 20} MB {ending.said}",
                    flush=True,
                )
    print(
        f"{endings.total()} variants: "
        + ", ".join(f"{kind} {endings[kind]}" for kind in ("read", "refused", *FAULTS))
    )
    return int(any(endings[kind] for kind in FAULTS))


def _source(member: Member) -> Source:
    area = contracts.load(member.dataset).area
    path = sources.TRANSFORMS / area / member.dataset / f"{member.source}.yaml"
    return sources.read(path, member.dataset)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
