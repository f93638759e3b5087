"""Where a stand keeps everything: one directory, and what is in it."""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CLONE = Path(__file__).resolve().parents[2]
MARKER = ".gongkai-home"
DIRECTORIES = ("landing", "private", "public", "portal", "airflow", "log", "postgres", "run")


class LocalError(Exception):
    """What went wrong, where, and what to do, in one sentence."""


@dataclass(frozen=True)
class Home:
    """The directory of one stand, and the clone whose code it runs."""

    path: Path
    clone: Path = CLONE

    @property
    def portal(self) -> Path:
        """CKAN's configuration, token and uploads."""
        return self.path / "portal"

    @property
    def airflow(self) -> Path:
        """AIRFLOW_HOME."""
        return self.path / "airflow"

    @property
    def log(self) -> Path:
        """One log file for each process."""
        return self.path / "log"

    @property
    def postgres(self) -> Path:
        """PostgreSQL's files, or the note that says where they are."""
        return self.path / "postgres"

    @property
    def run(self) -> Path:
        """One record for each process."""
        return self.path / "run"

    @property
    def env(self) -> Path:
        """The addresses and credentials that `gongkai` and the DAGs read."""
        return self.path / "env"


def find(environ: Mapping[str, str] = os.environ) -> Home:
    """The home that GONGKAI_HOME names, or `var` in the clone."""
    named = environ.get("GONGKAI_HOME")
    return Home(Path(named).expanduser().resolve() if named else CLONE / "var")


def prepare(home: Home) -> None:
    """Create the home and its directories, for this user alone.

    Refuses a directory that holds other things: `clean` removes a home whole.
    """
    if not is_home(home):
        known = {*DIRECTORIES, home.env.name}
        others = sorted(x.name for x in _entries(home.path) if x.name not in known)
        if others:
            raise LocalError(
                f"{home.path} is no home of Gongkai and holds other things ({others[0]}, …); "
                "let GONGKAI_HOME name a directory that is empty or does not exist."
            )
    for directory in (home.path, *(home.path / name for name in DIRECTORIES)):
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        directory.chmod(0o700)
    write_private(home.path / MARKER, "Made by `python -m gongkai.local up`.\n")


def is_home(home: Home) -> bool:
    """Whether `prepare` made this directory."""
    return (home.path / MARKER).is_file()


@contextmanager
def locked(home: Home) -> Iterator[None]:
    """Wait until no other `up`, `down` or `clean` works on this home, and keep them out."""
    with open(home.path / MARKER, "a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner reads, whole or not at all."""
    if path.name == MARKER and path.exists():
        return  # replacing it would give a second caller a lock of its own
    part = path.with_name(path.name + ".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    part.replace(path)


def read_json(path: Path) -> dict[str, Any]:
    """What a JSON file holds; nothing where there is none."""
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return {}


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write a JSON file that only its owner reads."""
    write_private(path, json.dumps(value, indent=1) + "\n")


def _entries(path: Path) -> list[Path]:
    return list(path.iterdir()) if path.is_dir() else []
