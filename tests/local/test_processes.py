"""Processes are recorded, left alone, replaced and stopped with all they started."""

from __future__ import annotations

import dataclasses
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gongkai.local import processes
from gongkai.local.home import LocalError

# Starts a child that makes itself a process group, as Airflow's tasks do, and ignores SIGTERM.
PARENT = """
import os, signal, time
if os.fork() == 0:
    os.setpgid(0, 0)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
time.sleep(600)
"""


@pytest.fixture
def command(tmp_path: Path) -> Iterator[processes.Command]:
    """A command with a stubborn child."""
    yield processes.Command(
        name="parent",
        argv=(sys.executable, "-c", PARENT),
        cwd=tmp_path,
        log=tmp_path / "parent.log",
        patience=0.5,
    )
    processes.stop(processes.load_all(tmp_path), tmp_path)


def soon(true: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 10
    while not true() and time.monotonic() < deadline:
        time.sleep(0.05)
    return true()


def test_a_process_that_runs_is_left_alone(command: processes.Command, tmp_path: Path) -> None:
    first = processes.ensure(command, tmp_path)
    assert processes.ensure(command, tmp_path) == first
    assert (tmp_path / "parent.json").stat().st_mode & 0o077 == 0
    assert command.log.stat().st_mode & 0o077 == 0


def test_another_command_of_the_same_name_replaces_it(
    command: processes.Command, tmp_path: Path
) -> None:
    first = processes.ensure(command, tmp_path)
    second = processes.ensure(dataclasses.replace(command, env={"X": "1"}), tmp_path)
    assert not processes.is_alive(first)
    assert processes.is_alive(second)


def test_stop_reaches_children_that_left_the_group_and_ignore_it(
    command: processes.Command, tmp_path: Path
) -> None:
    record = processes.start(command, tmp_path)
    assert soon(lambda: len(processes.members(record)) == 2)
    processes.stop([record], tmp_path)
    assert processes.members(record) == []
    assert processes.load("parent", tmp_path) is None


def test_what_a_killed_process_left_is_swept(command: processes.Command, tmp_path: Path) -> None:
    record = processes.start(command, tmp_path)
    assert soon(lambda: len(processes.members(record)) == 2)
    os.kill(record.pid, signal.SIGKILL)
    assert soon(lambda: not processes.is_alive(record))
    assert len(processes.members(record)) == 1
    processes.sweep(tmp_path)
    assert soon(lambda: processes.members(record) == [])


def test_a_process_that_got_the_same_number_later_is_not_touched(
    command: processes.Command, tmp_path: Path
) -> None:
    record = processes.start(command, tmp_path)
    old = dataclasses.replace(record, started=record.started - 1)
    assert not processes.is_alive(old)
    processes.stop([old], tmp_path)
    assert processes.is_alive(record)
    processes.stop([record], tmp_path)


def test_an_end_at_the_start_is_told_in_the_words_of_the_process(
    command: processes.Command, tmp_path: Path
) -> None:
    failing = dataclasses.replace(command, argv=(sys.executable, "-c", "raise SystemExit('no')"))
    record = processes.start(failing, tmp_path)
    with pytest.raises(LocalError, match=r"parent ended while it started \(no\)"):
        processes.wait_until(lambda: False, record, 10)
