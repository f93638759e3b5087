"""Keeping what was received, byte for byte."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gongkai import landing
from tests.support import PROJECT, a_home

# the system's own limit on a file's size stands for a disk that is full
FULL = """
import resource, sys
from pathlib import Path
from gongkai import errors, landing
from tests.support import a_home
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    landing.keep(a_home(Path(sys.argv[1])), "台账.csv", "here", [b"x" * 800, b"y" * 800])
except errors.LandingFailed as error:
    print(error.heals, error)
"""


def test_what_is_kept_has_its_hash_for_an_address(tmp_path: Path) -> None:
    home = a_home(tmp_path)
    receipt = landing.keep(home, "a.csv", "here", [b"one,", b"two"])
    assert landing.address(home, receipt.sha256).read_bytes() == b"one,two"
    assert receipt.bytes == 7
    assert landing.keep(home, "b.csv", "there", [b"one,two"]).sha256 == receipt.sha256


def test_a_full_disk_is_told_as_our_own_and_leaves_nothing_half_kept(tmp_path: Path) -> None:
    argv = [sys.executable, "-c", FULL, str(tmp_path)]
    done = subprocess.run(argv, cwd=PROJECT, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("True 收到的内容无法保存")
    assert "what was received cannot be kept" in done.stdout
    assert [path for path in (tmp_path / "landing").rglob("*") if path.is_file()] == []


def test_an_error_of_the_stream_passes_through(tmp_path: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield b"one"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        landing.keep(a_home(tmp_path), "a.csv", "here", broken())
    assert [path for path in (tmp_path / "landing").rglob("*") if path.is_file()] == []
