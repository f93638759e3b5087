"""Every notebook runs from top to bottom on a lake of the fictional city, and is stored bare."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
import yaml
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

from gongkai import pipeline
from gongkai.home import Home
from samples.make import make
from tests.support import PROJECT, a_home, drop_folder

NOTEBOOKS = sorted((PROJECT / "notebooks").glob("*.ipynb"))
DATASETS = ("gov_debt_limit_balance", "gov_budget_line")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """An installation with SQLite for a server, whose finance bureau drops its debt as a file:
    the rows that its database would hold, mapped by the same SQL."""
    files = tmp_path_factory.mktemp("departments")
    make(files)
    debt, budget = DATASETS
    shared = PROJECT / "transforms" / "finance" / debt
    source = yaml.safe_load((shared / "jianghai.yaml").read_text(encoding="utf-8"))
    source["pull"] = {
        "kind": "files",
        "connection": "gongkai_finance_files",
        "folder": "database",
        "pattern": "finance.json",
    }
    source["read"]["kind"] = "json"
    (files / debt).mkdir()
    (files / debt / "dropped.yaml").write_text(
        yaml.safe_dump(source, allow_unicode=True), encoding="utf-8"
    )
    shutil.copy(shared / "jianghai.sql", files / debt / "dropped.sql")
    city = {"name": {"zh": "江海市", "en": "Jianghai"}, "sources": {debt: "dropped"}}
    city["sources"][budget] = "jianghai"
    (files / "city.yaml").write_text(yaml.safe_dump(city, allow_unicode=True), encoding="utf-8")
    made = a_home(
        tmp_path_factory.mktemp("home"),
        sources=files,
        codelists=PROJECT / "samples" / "codelists",
        connections={"gongkai_finance_files": drop_folder(files)},
    )
    for dataset in DATASETS:
        outcome = pipeline.run(dataset, made)
        assert outcome.state == "published", outcome.error
    return made


@pytest.fixture
def kernel(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[AsyncKernelManager]:
    """A kernel that finds that lake, and nothing of the settings of whoever runs the tests."""
    monkeypatch.setenv("GONGKAI_HOME", str(home.path))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.delenv("MPLBACKEND", raising=False)
    # sockets in a folder of ours, not ports that others could listen to
    yield AsyncKernelManager(
        kernel_name="python3", transport="ipc", ip=str(tmp_path / "k"), log_level=40
    )


def test_there_is_a_notebook() -> None:
    assert NOTEBOOKS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_runs(path: Path, kernel: AsyncKernelManager) -> None:
    notebook = nbformat.read(path, as_version=4)
    # raises with the cell's own traceback where one fails
    NotebookClient(
        notebook, km=kernel, timeout=120, resources={"metadata": {"path": str(path.parent)}}
    ).execute()
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        shown = [output for output in cell.outputs if "image/png" in output.get("data", {})]
        assert len(shown) == cell.source.count("plt.show()"), cell.source
    assert any("plt.show()" in cell.source for cell in notebook.cells)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_is_stored_without_outputs(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert not [cell.source for cell in code if cell.outputs or cell.execution_count]
