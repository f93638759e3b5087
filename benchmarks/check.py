"""The row check of ten million rows beside its floor and its peers, in one run.

    .venv/bin/python benchmarks/check.py [ROWS]

A row is one bid of an invented tender: 20 columns of text, 16 of them under a check of their own,
and 14 row rules; one row in a hundred is wrong. The floor is plain DuckDB reading the same Parquet
file and writing it to a DuckDB file; the check reads it and writes typed rows and findings to one.
Great Expectations on pandas and frictionless judge as many of the rows as they manage in a minute.
Every figure is of a process of its own, so that its memory is its own too.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb

sys.path.insert(0, str(Path(__file__).parents[1]))

from gongkai import check, codelists
from gongkai.conform import Candidates, load_code_lists
from gongkai.contracts import Contract
from gongkai.home import Home
from gongkai.lake import load_macros
from samples.codes import credit_code, with_wrong_check
from tests.support import a_contract, a_field, a_home, a_rule, a_source

MINUTE = 60.0
MEMORY = "3GB"
MOST_IN_PANDAS = 4_000_000
"""Ten million rows of 20 columns do not fit: the process was killed at 24 GB."""
ORGANISATIONS = 50_000
"""How many bidders there are: codes repeat, as they do in every department's files."""

FIELDS = [
    a_field("bid_no", key=True, pattern=r"B\d{9}"),
    a_field("fiscal_year", "INTEGER", required=True, minimum=2015, maximum=2100),
    a_field("region_code", code_list="divisions", code_date="publish_date", required=True),
    a_field("scope", code_list="scope", required=True),
    a_field("phase", code_list="phase", required=True),
    a_field("bidder_uscc", format="uscc", required=True),
    a_field("tenderer_uscc", format="uscc"),
    a_field("bidder_name", required=True),
    a_field("project_name", required=True),
    a_field("document_no", pattern=r"[^〔〕]+〔\d{4}〕\d+号"),
    a_field("budget", "DECIMAL(18,2)", required=True, minimum=0),
    a_field("ceiling", "DECIMAL(18,2)", required=True, minimum=0),
    a_field("bid_price", "DECIMAL(18,2)", required=True, minimum=0),
    a_field("deposit", "DECIMAL(18,2)", minimum=0),
    a_field("rank", "INTEGER", required=True, minimum=1, maximum=3),
    a_field("publish_date", "DATE", required=True),
    a_field("deadline", "DATE", required=True),
    a_field("opened", "DATE"),
    a_field("result_date", "DATE"),
    a_field("is_winner", "BOOLEAN"),
]
HOLDS = {
    "ceiling_within_budget": ("ceiling", "ceiling <= budget"),
    "price_within_ceiling": ("bid_price", "bid_price <= ceiling"),
    "price_above_cost": ("bid_price", "bid_price >= ceiling * 0.3"),
    "deposit_within_two_percent": ("deposit", "deposit <= ceiling * 0.02"),
    "deadline_after_notice": ("deadline", "deadline >= publish_date + 20"),
    "opened_at_deadline": ("opened", "opened = deadline"),
    "result_after_opening": ("result_date", "result_date >= opened"),
    "result_within_a_quarter": ("result_date", "result_date <= opened + 90"),
    "year_of_notice": ("fiscal_year", "fiscal_year = year(publish_date)"),
    "winner_is_first": ("is_winner", "NOT is_winner OR rank = 1"),
    "names_differ": ("bidder_name", "bidder_name <> project_name"),
    "not_its_own_bidder": ("bidder_uscc", "bidder_uscc <> tenderer_uscc"),
    "no_unit_error": ("bid_price", "bid_price < 3000000000"),
    "number_of_the_year": ("document_no", "contains(document_no, fiscal_year::VARCHAR)"),
}
RULES = [
    a_rule(name, column, holds, f"{{{column}}} 不符合", f"{{{column}}} breaks it")
    for name, (column, holds) in HOLDS.items()
]
CHECKS = 16
"""Columns under a bound, a pattern, a format or a code list of their own."""

ROWS = """
SELECT
    i AS _row, 'bench' AS _file, '' AS _part, i AS _line,
    printf('B%09d', i) AS bid_no,
    (2021 + i % 5)::VARCHAR AS fiscal_year,
    ['320102', '320205', '320302', '320411', '320506', '320612', '320685', '321202'][1 + i % 8]
        AS region_code,
    ['whole', 'own', 'subordinate'][1 + i % 3] AS scope,
    ['budget', 'final'][1 + i % 2] AS phase,
    CASE WHEN i % 100 = 7 THEN bad.code ELSE good.code END AS bidder_uscc,
    other.code AS tenderer_uscc,
    '江海市第' || (i * 7919) % {organisations} || '建设有限公司' AS bidder_name,
    '道路改造工程第' || i % 99991 || '标段' AS project_name,
    '江发改〔' || (2021 + i % 5) || '〕' || (1 + i % 900) || '号' AS document_no,
    (2000000 + i % 1000)::VARCHAR || '.00' AS budget,
    (1900000 + i % 1000)::VARCHAR || '.50' AS ceiling,
    (1700000 + i % 90000)::VARCHAR || '.25' AS bid_price,
    '30000.00' AS deposit,
    '1' AS rank,
    make_date(2021 + i % 5, 1 + i % 9, 1 + i % 28)::VARCHAR AS publish_date,
    (make_date(2021 + i % 5, 1 + i % 9, 1 + i % 28) + 25)::VARCHAR AS deadline,
    (make_date(2021 + i % 5, 1 + i % 9, 1 + i % 28) + 25)::VARCHAR AS opened,
    (make_date(2021 + i % 5, 1 + i % 9, 1 + i % 28) + 40)::VARCHAR AS result_date,
    'true' AS is_winner
FROM range({first}, {last}) AS counted(i)
JOIN codes AS good ON good.place = (i * 7919) % {organisations}
JOIN codes AS bad ON bad.place = {organisations} + i % 10
JOIN codes AS other ON other.place = (i * 104729 + 1) % {organisations}
"""


@dataclass(frozen=True)
class Measured:
    """One way of doing it: rows that it judged, seconds, the most memory in GB, findings."""

    name: str
    rows: int
    seconds: float
    memory: float
    findings: int

    @property
    def rate(self) -> float:
        """Rows per second."""
        return self.rows / self.seconds


def make_rows(path: Path, count: int) -> None:
    """The delivery as Parquet, a million rows at a time."""
    from random import Random

    rng = Random(1)
    good = list(dict.fromkeys(credit_code("91", "329902", rng) for _ in range(ORGANISATIONS * 2)))
    codes = good[:ORGANISATIONS] + [with_wrong_check(code) for code in good[:10]]
    with duckdb.connect() as database:
        database.execute("CREATE TABLE codes (place BIGINT, code VARCHAR)")
        listed = ", ".join(f"({place}, '{code}')" for place, code in enumerate(codes))
        database.execute(f"INSERT INTO codes VALUES {listed}")
        query = ROWS.format(first=0, last=count, organisations=ORGANISATIONS)
        database.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")


def _session(folder: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(
        str(folder / f"{time.monotonic_ns()}.duckdb"),
        config={"memory_limit": MEMORY, "temp_directory": str(folder)},
    )


def floor(rows: Path, folder: Path, count: int) -> tuple[int, int, float]:
    """Plain DuckDB: read the file, write the table."""
    with _session(folder) as database:
        begun = time.perf_counter()
        database.execute(f"CREATE TABLE copied AS FROM '{rows}'")
        database.execute("CHECKPOINT")
        return count, 0, time.perf_counter() - begun


def gongkai_check(rows: Path, folder: Path, count: int) -> tuple[int, int, float]:
    """The project's check: the same file, typed rows, findings."""
    contract, home = tiny(folder)
    source = a_source(folder / "source")
    with _session(folder) as database:
        load_macros(database)
        load_code_lists(contract, home, database)
        begun = time.perf_counter()
        database.execute(f"CREATE VIEW candidates AS FROM '{rows}'")
        checked = check.check(
            Candidates(database.view("candidates"), count), contract, source, home, database
        )
        database.execute("CHECKPOINT")
        seconds = time.perf_counter() - begun
        return count, len(checked.findings), seconds


def tiny(folder: Path) -> tuple[Contract, Home]:
    """The contract of the bids, and an installation for it."""
    contract = a_contract(folder / "schemas", FIELDS, rules=RULES, data_date="publish_date")
    return contract, a_home(folder / "home")


def great_expectations(rows: Path, folder: Path, count: int) -> tuple[int, int, float]:
    """Great Expectations on pandas: reading and typing, and the columns' checks and the order of
    pairs as expectations, on the largest part of the file that takes about a minute or fits. It
    knows no check digits, the one thing that is wrong here, and names no row."""
    import pandas as pd

    return _as_many(min(count, MOST_IN_PANDAS), lambda some: _expect_of(rows, some, pd))


def _expect_of(rows: Path, some: int, pd: Any) -> tuple[int, float]:
    import logging

    import great_expectations as gx

    logging.disable(logging.WARNING)
    begun = time.perf_counter()
    frame = duckdb.sql(f"FROM '{rows}' LIMIT {some}").df()
    for name in ("fiscal_year", "budget", "ceiling", "bid_price", "deposit", "rank"):
        frame[name] = pd.to_numeric(frame[name])
    for name in ("publish_date", "deadline", "opened", "result_date"):
        frame[name] = pd.to_datetime(frame[name])
    listed = [c.code for c in codelists.load("divisions", a_home(Path("/nowhere"))).codes]
    expectations = [
        gx.expectations.ExpectColumnValuesToMatchRegex(column="bid_no", regex=r"^B\d{9}$"),
        gx.expectations.ExpectColumnValuesToBeUnique(column="bid_no"),
        gx.expectations.ExpectColumnValuesToBeInSet(column="region_code", value_set=listed),
        gx.expectations.ExpectColumnValuesToMatchRegex(
            column="document_no", regex=r"^[^〔〕]+〔\d{4}〕\d+号$"
        ),
        *(
            gx.expectations.ExpectColumnValuesToMatchRegex(
                column=name, regex="^[0-9ABCDEFGHJKLMNPQRTUWXY]{18}$"
            )
            for name in ("bidder_uscc", "tenderer_uscc")
        ),
        *(
            gx.expectations.ExpectColumnValuesToBeInSet(column=name, value_set=values)
            for name, values in (
                ("scope", ["whole", "own", "subordinate"]),
                ("phase", ["budget", "final"]),
            )
        ),
        *(
            gx.expectations.ExpectColumnValuesToNotBeNull(column=field["name"])
            for field in FIELDS
            if field["required"]
        ),
        *(
            gx.expectations.ExpectColumnValuesToBeBetween(column=name, min_value=0)
            for name in ("budget", "ceiling", "bid_price", "deposit")
        ),
        *(
            gx.expectations.ExpectColumnPairValuesAToBeGreaterThanB(
                column_A=a, column_B=b, or_equal=True
            )
            for a, b in (
                ("budget", "ceiling"),
                ("ceiling", "bid_price"),
                ("deadline", "publish_date"),
                ("result_date", "opened"),
            )
        ),
    ]
    context = gx.get_context(mode="ephemeral")
    asset = context.data_sources.add_pandas("p").add_dataframe_asset("a")
    batch = asset.add_batch_definition_whole_dataframe("b").get_batch({"dataframe": frame})
    suite = gx.ExpectationSuite(name="bids", expectations=expectations)
    result = batch.validate(suite)
    seconds = time.perf_counter() - begun
    raised = [r for r in result.results if r.exception_info.get("raised_exception")]
    if raised:
        raise SystemExit(f"an expectation raised: {raised[0].exception_info}")
    return sum(r.result.get("unexpected_count") or 0 for r in result.results), seconds


def frictionless(rows: Path, folder: Path, count: int) -> tuple[int, int, float]:
    """frictionless validate: types, patterns and what is required of a Table Schema, over a CSV
    file. It knows no check digits either."""
    kinds = {"INTEGER": "integer", "DECIMAL(18,2)": "number", "DATE": "date", "BOOLEAN": "boolean"}
    fields = []
    for field in FIELDS:
        options = field["logicalTypeOptions"]
        constraints = {key: options[key] for key in ("pattern",) if key in options}
        if field["required"]:
            constraints["required"] = True
        if field["name"] in ("bidder_uscc", "tenderer_uscc"):
            constraints["pattern"] = "[0-9ABCDEFGHJKLMNPQRTUWXY]{18}"
        kind = kinds.get(field["physicalType"], "string")
        fields.append({"name": field["name"], "type": kind, "constraints": constraints})

    def work(some: int) -> tuple[int, float]:
        from frictionless import Detector, Resource, Schema

        path = folder / "some.csv"
        names = ", ".join(field["name"] for field in FIELDS)
        duckdb.sql(f"COPY (SELECT {names} FROM '{rows}' LIMIT {some}) TO '{path}' (HEADER)")
        schema = Schema.from_descriptor({"fields": fields, "primaryKey": ["bid_no"]})
        resource = Resource(
            path="some.csv", basepath=str(folder), schema=schema, detector=Detector()
        )
        begun = time.perf_counter()
        report = resource.validate(limit_errors=10**6)
        return sum(task.stats["errors"] for task in report.tasks), time.perf_counter() - begun

    return _as_many(count, work)


def _as_many(count: int, work: Callable[[int], tuple[int, float]]) -> tuple[int, int, float]:
    """Work on ever larger parts until one takes about a minute."""
    some = min(20_000, count)
    while True:
        findings, seconds = work(some)
        if seconds > MINUTE / 2 or some == count:
            return some, findings, seconds
        some = min(count, int(some * min(8.0, MINUTE * 0.9 / seconds)))


WAYS = {work.__name__: work for work in (floor, gongkai_check, great_expectations, frictionless)}


def measure(name: str, rows: Path, folder: Path, count: int) -> Measured:
    """One way, in a process of its own."""
    argv = [sys.executable, __file__, "--one", name, str(rows), str(folder), str(count)]
    done = subprocess.run(argv, capture_output=True, text=True)
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["nothing"])[-1]
        raise SystemExit(f"{name} ended with {done.returncode}: {said}")
    return Measured(**json.loads(done.stdout.splitlines()[-1]))


def one(name: str, rows: Path, folder: Path, count: int) -> None:
    """What the process of one way does: work, and say how it went."""
    judged, findings, seconds = WAYS[name](rows, folder, count)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(json.dumps(asdict(Measured(name, judged, seconds, memory, findings))))


def main(count: int) -> None:
    """Measure everything and print the table of ratios, and the same as JSON."""
    with tempfile.TemporaryDirectory() as folder:
        rows = Path(folder) / "rows.parquet"
        make_rows(rows, count)
        rules = CHECKS + len(RULES)
        print(f"{count:,} rows, {len(FIELDS)} columns, {rules} rules, 1 % of the rows wrong")
        found = {name: measure(name, rows, Path(folder), count) for name in WAYS}
    base = found["floor"].rate
    for one_of in found.values():
        print(
            f"{one_of.name:20} {one_of.rows:>12,} rows {one_of.seconds:7.1f} s "
            f"{one_of.rate:>12,.0f} rows/s {one_of.memory:5.1f} GB "
            f"{base / one_of.rate:8.2f} times the floor  {one_of.findings:,} findings"
        )
    print(json.dumps({name: asdict(one_of) for name, one_of in found.items()}))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        one(sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]), int(sys.argv[5]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000)
