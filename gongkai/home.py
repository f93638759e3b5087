"""Where an installation keeps its things, and how it is set up.

Everything comes from environment variables. A local stand writes the ones it made to
`<home>/env`, so that a command typed in a terminal finds the same portal and the same lake as
the scheduled runs; a variable that is already set wins over the file.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
"""The clone: contracts, transforms, suites and code lists are read from here."""


@dataclass(frozen=True)
class Home:
    """An installation: its folder, its settings.

    Without `database` the catalogues and the state store are SQLite files in the home, which is
    enough for one person on a laptop.
    """

    path: Path
    database: str | None
    public_database: str | None
    reader_database: str | None
    ckan_url: str | None
    ckan_token: str | None
    sources: Path | None
    codelists: Path | None
    connections: Mapping[str, str]

    @property
    def landing(self) -> Path:
        return self.path / "landing"

    @property
    def private(self) -> Path:
        return self.path / "private"

    @property
    def public(self) -> Path:
        return self.path / "public"


def default_path() -> Path:
    """The home named by the environment, else `var/` in the clone."""
    return Path(os.environ.get("GONGKAI_HOME") or PROJECT / "var").absolute()


def _env_file(path: Path) -> dict[str, str]:
    try:
        lines = (path / "env").read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, PermissionError):
        return {}
    return dict(line.split("=", 1) for line in lines if "=" in line and line[0] != "#")


def load(path: Path | None = None) -> Home:
    """The installation at `path`, or the one that the environment names."""
    path = path or default_path()
    env = {**_env_file(path), **os.environ}

    def folder(name: str) -> Path | None:
        return Path(env[name]) if env.get(name) else None

    return Home(
        path=path,
        database=env.get("GONGKAI_DATABASE"),
        public_database=env.get("GONGKAI_PUBLIC_DATABASE"),
        reader_database=env.get("GONGKAI_READER_DATABASE"),
        ckan_url=(env.get("CKAN_URL") or "").rstrip("/") or None,
        ckan_token=env.get("CKAN_TOKEN"),
        sources=folder("GONGKAI_SOURCES"),
        codelists=folder("GONGKAI_CODELISTS"),
        connections={
            name.removeprefix("AIRFLOW_CONN_").lower(): value
            for name, value in env.items()
            if name.startswith("AIRFLOW_CONN_GONGKAI_")
        },
    )


def keep_traceback(home: Home, name: str) -> Path:
    """Write the traceback of the error that is being handled where only the owner can read it:
    it may hold a value of a row."""
    path = make_private(home.path / "log") / f"{name}.txt"
    path.touch(mode=0o600)
    path.write_text(traceback.format_exc(), encoding="utf-8")
    return path


def make_private(folder: Path) -> Path:
    """The folder, made readable by its owner alone where it did not exist."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
