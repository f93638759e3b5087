"""Whole runs of the tiny city: what is taken up, what stays, and what a kill leaves."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from gongkai import editions, pipeline
from gongkai.errors import Overtaken, WrongCall
from gongkai.home import Home
from gongkai.lake import session
from gongkai.query import connect
from gongkai.status import status
from tests.conftest import FIRST, MIXED, SECOND, TinyCity
from tests.support import PROJECT, a_source

DATASET = "school_directory"


def numbers(home: Home) -> list[str]:
    """The editions there are, the oldest first."""
    with session(home) as database:
        return [edition.number for edition in editions.history(database, DATASET)][::-1]


def codes(home: Home) -> list[str]:
    """What a reader of the public lake meets."""
    with connect(home) as database:
        rows = database.sql("SELECT school_code FROM school_directory ORDER BY ALL").fetchall()
    return [code for (code,) in rows]


def staged_tables(home: Home) -> list[Any]:
    with session(home) as database:
        return database.sql(
            "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'staging'"
        ).fetchall()


def test_a_delivery_becomes_an_edition(city: TinyCity) -> None:
    city.deliver(FIRST, SECOND)
    outcome = pipeline.run(DATASET, city.home)
    assert (outcome.state, outcome.edition, outcome.error) == ("published", "1.0.0", None)
    staged = outcome.staged
    assert staged is not None
    assert (staged.text_rows, staged.rows_in, staged.accepted, staged.quarantined) == (2, 2, 2, 0)
    assert codes(city.home) == [FIRST[0], SECOND[0]]
    with connect(city.home) as database:
        assert "principal" not in database.sql("FROM school_directory").columns
    [shown] = status(city.home)
    assert (shown.state, shown.edition, shown.rows, shown.error) == ("published", "1.0.0", 2, None)


def test_a_second_run_is_unchanged_and_makes_no_edition(city: TinyCity) -> None:
    city.deliver(FIRST)
    pipeline.run(DATASET, city.home)
    outcome = pipeline.run(DATASET, city.home)
    assert (outcome.state, outcome.edition) == ("unchanged", "1.0.0")
    assert outcome.staged is None
    assert numbers(city.home) == ["1.0.0"]


def test_other_bytes_with_the_same_rows_make_no_edition(city: TinyCity) -> None:
    city.deliver(FIRST, SECOND)
    pipeline.run(DATASET, city.home)
    city.deliver(SECOND, FIRST)
    outcome = pipeline.run(DATASET, city.home)
    assert outcome.state == "unchanged"
    assert outcome.staged is not None
    assert numbers(city.home) == ["1.0.0"]
    assert staged_tables(city.home) == []


def test_a_mended_code_list_is_taken_up_though_the_source_is_the_same(city: TinyCity) -> None:
    city.deliver(FIRST, SECOND, MIXED)
    first = pipeline.run(DATASET, city.home)
    assert first.staged is not None
    assert first.staged.quarantined == 1
    assert pipeline.run(DATASET, city.home).state == "unchanged"
    city.list_ownership("mixed")
    second = pipeline.run(DATASET, city.home)
    assert (second.state, second.edition) == ("published", "1.1.0")
    assert codes(city.home) == [FIRST[0], SECOND[0], MIXED[0]]


def test_a_mended_transform_is_taken_up_though_the_source_is_the_same(city: TinyCity) -> None:
    city.deliver(FIRST)
    pipeline.run(DATASET, city.home)
    sql = city.folder / DATASET / "tiny.sql"
    sql.write_text("SELECT * REPLACE (school_name || '（本部）' AS school_name) FROM delivery")
    outcome = pipeline.run(DATASET, city.home)
    assert (outcome.state, outcome.edition) == ("published", "1.0.1")
    with connect(city.home) as database:
        names = database.sql("SELECT school_name FROM school_directory").fetchall()
    assert names == [("第一小学（本部）",)]


def test_a_failed_suite_leaves_the_last_edition(city: TinyCity) -> None:
    city.deliver(FIRST, SECOND, ("2132000004", "第四小学", "public", "1"))
    pipeline.run(DATASET, city.home)
    city.deliver(FIRST)
    outcome = pipeline.run(DATASET, city.home)
    assert outcome.state == "failed"
    assert outcome.error is not None
    assert "fewer than half the schools" in outcome.error
    assert "most_schools_still_there" in outcome.error
    # each language once
    assert outcome.error.count(" · ") == 1
    assert numbers(city.home) == ["1.0.0"]
    assert len(codes(city.home)) == 3
    # a failed attempt is never what "unchanged" is measured by
    assert pipeline.run(DATASET, city.home).state == "failed"
    city.deliver(FIRST, SECOND)
    assert pipeline.run(DATASET, city.home).edition == "1.0.1"


def test_a_broken_delivery_leaves_the_last_edition(city: TinyCity) -> None:
    city.deliver(FIRST)
    pipeline.run(DATASET, city.home)
    (city.folder / "schools.csv").write_bytes(b"nothing\n")
    outcome = pipeline.run(DATASET, city.home)
    assert outcome.state == "failed"
    assert outcome.error is not None
    assert "school_code is missing" in outcome.error
    assert codes(city.home) == [FIRST[0]]
    [shown] = status(city.home)
    assert (shown.state, shown.edition, shown.error) == ("failed", "1.0.0", outcome.error)


def test_preparing_twice_gives_the_same(city: TinyCity) -> None:
    city.deliver(FIRST, MIXED)
    receipts = pipeline.pull(DATASET, city.home)
    first = pipeline.prepare(receipts.attempt, city.home)
    assert pipeline.prepare(receipts.attempt, city.home) == first
    with session(city.home) as database:
        found = database.sql("SELECT code FROM private.quarantine.findings").fetchall()
    assert found == [("enum",)]
    assert numbers(city.home) == []


def test_publishing_twice_makes_one_edition(city: TinyCity) -> None:
    city.deliver(FIRST)
    receipts = pipeline.pull(DATASET, city.home)
    address = pipeline.prepare(receipts.attempt, city.home).address
    assert pipeline.publish(address, city.home).edition == "1.0.0"
    assert pipeline.publish(address, city.home).edition == "1.0.0"
    assert numbers(city.home) == ["1.0.0"]
    assert codes(city.home) == [FIRST[0]]


def test_what_was_prepared_against_an_older_edition_is_overtaken(city: TinyCity) -> None:
    city.deliver(FIRST)
    late = pipeline.prepare(pipeline.pull(DATASET, city.home).attempt, city.home)
    city.deliver(FIRST, SECOND)
    pipeline.run(DATASET, city.home)
    with pytest.raises(Overtaken, match="prepared against an older edition"):
        pipeline.publish(late.address, city.home)
    assert numbers(city.home) == ["1.0.0"]
    assert codes(city.home) == [FIRST[0], SECOND[0]]


def test_a_run_that_changes_nothing_leaves_a_later_one_its_change_set(city: TinyCity) -> None:
    city.deliver(FIRST)
    pipeline.run(DATASET, city.home)
    city.list_ownership("mixed")
    same = pipeline.prepare(pipeline.pull(DATASET, city.home).attempt, city.home)
    city.deliver(FIRST, SECOND)
    more = pipeline.prepare(pipeline.pull(DATASET, city.home).attempt, city.home)
    assert (same.new, more.new) == (False, True)
    pipeline.publish(same.address, city.home)
    assert pipeline.publish(more.address, city.home).edition == "1.1.0"


def test_what_nobody_foresaw_is_a_sentence_and_a_file_for_its_owner(city: TinyCity) -> None:
    city.deliver(FIRST)
    city.home.private.mkdir(parents=True)
    (city.home.private / "spill").write_text("in the way")
    outcome = pipeline.run(DATASET, city.home)
    assert outcome.state == "failed"
    assert outcome.error is not None
    assert "something nobody foresaw happened (FileExistsError)" in outcome.error
    assert "\n" not in outcome.error
    [log] = (city.home.path / "log").iterdir()
    assert log.name in outcome.error
    assert log.stat().st_mode & 0o777 == 0o600
    assert "Traceback" in log.read_text()
    (city.home.private / "spill").unlink()
    assert pipeline.run(DATASET, city.home).state == "published"


def test_a_dataset_without_a_source_is_a_wrong_call(city: TinyCity) -> None:
    with pytest.raises(WrongCall, match="no source feeds tender_award"):
        pipeline.run("tender_award", city.home)
    with pytest.raises(WrongCall, match="there is no dataset weather"):
        pipeline.run("weather", city.home)


def test_nothing_private_can_be_read_by_others(city: TinyCity) -> None:
    city.deliver(FIRST, MIXED)
    pipeline.run(DATASET, city.home)
    for folder in (city.home.private, city.home.landing):
        assert folder.stat().st_mode & 0o077 == 0


def variables(home: Home) -> dict[str, str]:
    """The same installation for another process."""
    return {
        **os.environ,
        "GONGKAI_HOME": str(home.path),
        "GONGKAI_SOURCES": str(home.sources),
        "GONGKAI_CODELISTS": str(home.codelists),
        **{f"AIRFLOW_CONN_{name.upper()}": value for name, value in home.connections.items()},
    }


def started(program: str, home: Home, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        cwd=PROJECT,
        env=variables(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


KILLED = """
import os, signal, sys
from gongkai import pipeline, home
step, address, moment = sys.argv[1:]
def die_at(text):
    if moment in text:
        os.kill(os.getpid(), signal.SIGKILL)
getattr(pipeline, step)(address, home.load(), progress=die_at)
die_at("the end")
"""


def kill(home: Home, step: str, address: str, moment: str) -> None:
    """Run one step in a process that is killed when it says what it is about to do."""
    process = started(KILLED, home, step, address, moment)
    _, complaint = process.communicate()
    assert process.returncode == -signal.SIGKILL, complaint


@pytest.mark.parametrize(
    ("step", "moment", "editions_then"),
    [
        ("prepare", "reading", []),
        ("prepare", "expecting", []),
        ("prepare", "the end", []),
        ("publish", "publishing", ["1.0.0"]),
    ],
    ids=["after pull", "within prepare", "after prepare", "between promotion and completion"],
)
def test_a_run_that_is_killed_is_taken_up_by_the_next(
    city: TinyCity, step: str, moment: str, editions_then: list[str]
) -> None:
    city.deliver(FIRST, SECOND, MIXED)
    address = pipeline.pull(DATASET, city.home).attempt
    if step == "publish":
        pipeline.prepare(address, city.home)
    kill(city.home, step, address, moment)
    assert numbers(city.home) == editions_then
    outcome = pipeline.run(DATASET, city.home)
    assert outcome.state == ("unchanged" if editions_then else "published")
    assert outcome.error is None
    assert numbers(city.home) == ["1.0.0"]
    assert codes(city.home) == [FIRST[0], SECOND[0]]
    assert staged_tables(city.home) == []
    [shown] = status(city.home)
    assert (shown.edition, shown.rows, shown.quarantined) == ("1.0.0", 2, 1)
    assert pipeline.run(DATASET, city.home).state == "unchanged"


def test_a_killed_publish_can_be_called_again(city: TinyCity) -> None:
    city.deliver(FIRST)
    address = pipeline.prepare(pipeline.pull(DATASET, city.home).attempt, city.home).address
    kill(city.home, "publish", address, "publishing")
    outcome = pipeline.publish(address, city.home)
    assert (outcome.state, outcome.edition) == ("published", "1.0.0")
    assert numbers(city.home) == ["1.0.0"]


RUN = """
import json
from dataclasses import asdict
from gongkai import pipeline, home
print(json.dumps(asdict(pipeline.run("school_directory", home.load()))))
"""


def test_two_first_runs_at_the_same_time_make_one_edition(city: TinyCity) -> None:
    city.deliver(FIRST, SECOND)
    both = [started(RUN, city.home) for _ in range(2)]
    ended = [process.communicate() for process in both]
    assert [process.returncode for process in both] == [0, 0], ended
    outcomes = [json.loads(said) for said, _ in ended]
    states = sorted(outcome["state"] for outcome in outcomes)
    assert states in (["published", "unchanged"], ["failed", "published"])
    # the one that came late says so; nothing breaks unforeseen
    assert all("an older edition" in outcome["error"] for outcome in outcomes if outcome["error"])
    assert not (city.home.path / "log").exists()
    assert numbers(city.home) == ["1.0.0"]
    assert codes(city.home) == [FIRST[0], SECOND[0]]
    assert pipeline.run(DATASET, city.home).state == "unchanged"


@pytest.fixture
def moved(city: TinyCity) -> Iterator[Home]:
    city.deliver(FIRST)
    pipeline.run(DATASET, city.home)
    yield replace(city.home, ckan_url="http://127.0.0.1:9")


def test_a_portal_that_does_not_know_the_edition_yet_is_told_of_it(moved: Home) -> None:
    outcome = pipeline.run(DATASET, moved)
    # the source is the same, the portal is not: nobody listens there, and the run says so
    assert outcome.state == "failed"
    assert outcome.error is not None
    assert "the portal did not answer" in outcome.error
    assert numbers(moved) == ["1.0.0"]


BATCHES = """
SELECT id AS acq_no, '江政地〔2025〕1号' AS approval_no, name AS batch_name,
    '320600' AS region_code, '1' AS total_area, '公顷' AS area_unit_reported, _file, _part, _line
FROM delivery
"""


def batch(number: int) -> dict[str, str]:
    return {"id": f"江告〔2025〕{number}号", "name": "某批次", "updated": f"2025-01-0{number}"}


def test_a_source_that_says_what_is_new_is_asked_for_that(city: TinyCity) -> None:
    records = [batch(1), batch(2)]
    asked: list[str | None] = []

    def answer(query: dict[str, str]) -> list[dict[str, str]]:
        asked.append(query.get("since"))
        return [r for r in records if r["updated"] > query.get("since", "")]

    with answering(answer) as port:
        a_source(
            city.folder,
            {"kind": "json", "records": "data", "columns": ["id", "name"]},
            pull={
                "kind": "api",
                "connection": "gongkai_land",
                "name": "batches",
                "path": "/",
                "records": "data",
                "since": "since",
                "updated": "updated",
            },
            transform=BATCHES,
            dataset="land_acq_project",
        )
        home = replace(city.home, connections={"gongkai_land": f"http://127.0.0.1:{port}"})
        states = [pipeline.run("land_acq_project", home).state for _ in range(2)]
        records.append(batch(3))
        third = pipeline.run("land_acq_project", home)
        assert (*states, third.state) == ("published", "unchanged", "published")
        # an upsert: what was not asked for again stays
        assert third.staged is not None
        assert (third.staged.rows, third.staged.rows_in, third.staged.added) == (3, 1, 1)
        assert asked == [None, "2025-01-02", "2025-01-02"]
        # another portal has none of it: everything is asked for, and nothing is "missing"
        moved_home = replace(home, ckan_url="http://127.0.0.1:9")
        error = pipeline.run("land_acq_project", moved_home).error
        assert asked[-1] is None
        assert error is not None
        assert "the portal did not answer" in error


@contextmanager
def answering(answer: Callable[[dict[str, str]], list[dict[str, str]]]) -> Iterator[int]:
    """The port of a server that answers a query with records."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            query = {key: found[-1] for key, found in parse_qs(urlsplit(self.path).query).items()}
            content = json.dumps({"data": answer(query)}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()
