"""A whole stand for the tests that need one: portal, Airflow, departments, every dataset run."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from gongkai import home as homes
from gongkai.local import demo, departments, stand
from gongkai.local.home import Home
from gongkai.local.progress import Progress


@dataclass(frozen=True)
class Running:
    """A stand after its demonstration: where it is, what it printed, whether all went well."""

    where: Home
    printed: str
    succeeded: bool

    @property
    def home(self) -> homes.Home:
        """The installation as the pipeline sees it."""
        return homes.load(self.where.path)

    @property
    def variables(self) -> dict[str, str]:
        return stand.environment(self.where)

    @property
    def departments(self) -> Path:
        return self.where.path / departments.NAME


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The demonstration of the fictional city, in a home of its own, stopped at the end."""
    # a variable of the caller would win over the stand's own
    for name in list(os.environ):
        if name.startswith(("GONGKAI_", "CKAN_", "AIRFLOW_")) and name != "GONGKAI_REAL_DATA":
            del os.environ[name]
    where = Home(tmp_path_factory.mktemp("stand") / "home")
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            succeeded = demo.demo(where, None, Progress())
        yield Running(where, printed.getvalue(), succeeded)
    finally:
        stand.clean(where)
