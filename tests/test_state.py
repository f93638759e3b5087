"""The state store: attempts, watermarks, publications, and the lock of a dataset."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest

from gongkai.errors import Busy, WrongCall
from gongkai.home import Home
from gongkai.state import Store
from tests.support import PROJECT

AT_ONCE = 6


def test_attempts_that_begin_at_once_are_counted_each(home: Home) -> None:
    together = Barrier(AT_ONCE)

    def begin(_: int) -> int:
        together.wait()
        return Store(home).begin_attempt("tiny", "tiny", None, None).number

    with ThreadPoolExecutor(AT_ONCE) as pool:
        assert sorted(pool.map(begin, range(AT_ONCE))) == list(range(1, AT_ONCE + 1))


def test_an_attempt_that_is_not_there_is_a_wrong_call(home: Home) -> None:
    with pytest.raises(WrongCall, match="there is no attempt nothing"):
        Store(home).attempt("nothing")


def test_notes_are_merged_and_an_end_is_dated(home: Home) -> None:
    store = Store(home)
    attempt = store.begin_attempt("tiny", "tiny", "2024", "run")
    assert (attempt.state, attempt.finished_at) == ("started", None)
    store.note(attempt.id, report={"rows": 1})
    noted = store.note(attempt.id, report={"skipped": 2}, state="failed", error="words")
    assert noted.report == {"rows": 1, "skipped": 2}
    assert noted.finished_at is not None


def test_a_watermark_moves_when_its_attempt_is_completed(home: Home) -> None:
    store = Store(home)
    first = store.begin_attempt("tiny", "tiny", None, None)
    first = store.note(first.id, watermark="2025-01-01")
    assert store.watermark("tiny", "tiny") is None
    store.complete(first, state="published", edition="1.0.0", url=None)
    assert store.watermark("tiny", "tiny") == "2025-01-01"
    assert store.watermark("tiny", "other") is None
    second = store.note(
        store.begin_attempt("tiny", "tiny", None, None).id, watermark="2025-02-02", state="failed"
    )
    assert store.watermark("tiny", "tiny") == "2025-01-01"
    last = store.last_attempt("tiny")
    assert last is not None
    assert last.id == second.id
    completed = store.last_attempt("tiny", states=("published",))
    assert completed is not None
    assert completed.id == first.id


def test_a_publication_is_of_one_portal(home: Home) -> None:
    store = Store(home)
    attempt = store.begin_attempt("tiny", "tiny", None, None)
    store.complete(attempt, state="published", edition="1.0.0", url=None)
    assert store.publication("tiny") == ("1.0.0", None)
    assert Store(replace(home, ckan_url="http://portal.example")).publication("tiny") is None


def test_later_attempts_are_those_of_the_same_dataset(home: Home) -> None:
    store = Store(home)
    first, second = (store.begin_attempt("tiny", "tiny", None, None) for _ in range(2))
    store.begin_attempt("other", "tiny", None, None)
    assert store.later_attempts(first) == {second.id}
    assert store.later_attempts(second) == set()


def test_a_dataset_is_held_by_one_at_a_time(home: Home) -> None:
    with Store(home).lock("tiny"):
        with (
            pytest.raises(Busy, match="another run of tiny is under way") as caught,
            Store(home).lock("tiny", patience=0),
        ):
            pass
        assert caught.value.heals
        with Store(home).lock("other", patience=0):
            pass
    with Store(home).lock("tiny", patience=0):
        pass


HOLDER = """
from gongkai import home, state
with state.Store(home.load()).lock("tiny"):
    print("held", flush=True)
    input()
"""


def test_the_death_of_its_process_frees_a_dataset(home: Home) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER],
        cwd=PROJECT,
        env={**os.environ, "GONGKAI_HOME": str(home.path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    with process.stdin, process.stdout:
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(Busy), Store(home).lock("tiny", patience=0):
            pass
        process.send_signal(signal.SIGKILL)
        process.wait()
    with Store(home).lock("tiny", patience=0):
        pass
