"""Expect: the dataset's Great Expectations suite on what was accepted.

A dataset rule needs many rows: volume, sums, references, drift. It sees the tables `accepted`
(its batch), `quarantined`, `latest` (the last edition's public rows), `declared_empty` (tables
that the department said are empty) and the code lists. The suites are
`expectations/<area>/<dataset>.yaml`; to them come the contract's own row rules, so that the suite
proves of what is published that every one of them holds.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import duckdb
import yaml

from gongkai.check import with_figures
from gongkai.contracts import Contract, RowRule
from gongkai.dataset_rules import VOCABULARY
from gongkai.documents import parsed
from gongkai.errors import BrokenContract
from gongkai.home import PROJECT
from gongkai.lake import quoted
from gongkai.text import Text

EXPECTATIONS = PROJECT / "expectations"
EXAMPLES = 3
ROWS = "unexpected_rows_expectation"
CONTRACT = "contract_"
"""What the name of a rule that comes from the contract begins with."""

Weight = Literal["critical", "suspicion", "note"]


@dataclass(frozen=True)
class Rule:
    """A dataset rule: one of the project's vocabulary, one of Great Expectations' own, or an SQL
    sentence. `query` gives the exceptions of the first and the last as rows. `reason` says what
    it means when it fails; `{observed}` is what was found."""

    name: str
    weight: Weight
    expectation: str
    arguments: dict[str, Any]
    reason: Text
    query: str | None = None


@dataclass(frozen=True)
class Suite:
    """The rules of a dataset; `references` are the datasets whose latest edition they look at,
    as tables of that name (empty before the first edition)."""

    dataset: str
    rules: tuple[Rule, ...]
    references: tuple[str, ...]
    digest: str


@dataclass(frozen=True)
class Judged:
    """What became of one rule. `examples` show the first exceptions, public columns only."""

    rule: str
    weight: Weight
    holds: bool
    observed: str
    reason: Text
    examples: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """The suite's result."""

    rules: tuple[Judged, ...]

    @property
    def failed(self) -> tuple[Judged, ...]:
        """Critical rules that do not hold: nothing of the delivery may be published."""
        return tuple(r for r in self.rules if not r.holds and r.weight == "critical")

    @property
    def suspicions(self) -> tuple[Judged, ...]:
        """What a steward should look at."""
        return tuple(r for r in self.rules if not r.holds and r.weight == "suspicion")


def load(contract: Contract, figures: Mapping[str, str] | None = None) -> Suite:
    """The suite of a dataset, the contract's row rules last. `figures` are the parameters as SQL
    where an installation sets some otherwise."""
    given = figures or {p.name: p.sql for p in contract.parameters}
    path = EXPECTATIONS / contract.area / f"{contract.dataset}.yaml"
    try:
        raw = parsed(path)
        rules = tuple(_rule(item, given) for item in raw["rules"])
    except (OSError, KeyError, TypeError, ValueError, yaml.YAMLError) as error:
        raise BrokenContract(
            Text(
                f"整体规则文件无法读取：{type(error).__name__} {error}",
                f"the suite cannot be read: {type(error).__name__} {error}",
            ),
            where=f"{contract.area}/{contract.dataset}.yaml",
            do=Text("请对照一份可用的整体规则文件。", "Compare it with a suite that works."),
        ) from None
    references = tuple(raw.get("references", ()))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    kept = tuple(_kept(rule, contract, given) for rule in contract.rules if _is_error(rule))
    return Suite(contract.dataset, (*rules, *kept), references, digest)


def _is_error(rule: RowRule) -> bool:
    return rule.severity == "error"


def _kept(rule: RowRule, contract: Contract, figures: Mapping[str, str]) -> Rule:
    """A row rule of the contract, asked of all that was accepted."""
    key = ", ".join(map(quoted, contract.key))
    query = f"SELECT {key} FROM {{batch}} WHERE NOT ({with_figures(rule.holds, figures)})"
    reason = Text(
        f"公开的行中有{{observed}}行不符合合同规则 {rule.code}",
        f"{{observed}} accepted rows break the contract's rule {rule.code}",
    )
    return Rule(CONTRACT + rule.code, "critical", ROWS, {}, reason, query)


def _rule(item: dict[str, Any], figures: Mapping[str, str]) -> Rule:
    if item["weight"] not in ("critical", "suspicion", "note"):
        raise ValueError(f"{item['name']}: weight {item['weight']}")
    reason = Text(item["reason"]["zh"], item["reason"]["en"])
    arguments = dict(item.get("arguments", {}))
    expectation, query = ROWS, item.get("sql")
    if query is None:
        expectation = item["expectation"]
        if expectation in VOCABULARY:
            query = VOCABULARY[expectation](**arguments)
    if query is not None:
        query = with_figures(query, figures)
    return Rule(item["name"], item["weight"], expectation, arguments, reason, query)


def widen(contract: Contract, database: duckdb.DuckDBPyConnection) -> str:
    """The name of a batch that is the whole dataset as it would be: what was accepted, and the
    rows of the last edition that it leaves alone (their private columns and places are empty)."""
    same = " AND ".join(f"new.{quoted(name)} = old.{quoted(name)}" for name in contract.key)
    database.execute(
        "CREATE OR REPLACE TABLE whole AS FROM accepted UNION ALL BY NAME "
        f"SELECT old.* FROM latest AS old WHERE NOT EXISTS (FROM accepted AS new WHERE {same})"
    )
    return "whole"


def expect(
    suite: Suite,
    contract: Contract,
    database: duckdb.DuckDBPyConnection,
    batch: str = "accepted",
) -> Verdict:
    """Run the suite on a table; a rule that cannot be evaluated raises BrokenContract."""
    results = _validate(suite, database, batch)
    return Verdict(
        tuple(
            _judged(rule, result, contract, database, batch)
            for rule, result in zip(suite.rules, results, strict=True)
        )
    )


def _validate(suite: Suite, database: duckdb.DuckDBPyConnection, table: str) -> list[Any]:
    # Great Expectations takes seconds to import, and only this step needs it
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    # it tells every default it takes, forty lines in a task's log
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    from great_expectations.core.batch import Batch
    from great_expectations.exceptions.exceptions import GreatExpectationsError
    from great_expectations.execution_engine.sqlalchemy_batch_data import SqlAlchemyBatchData
    from great_expectations.expectations.expectation_configuration import (
        ExpectationConfiguration,
    )
    from great_expectations.validator.validator import Validator

    _speak()
    configurations = [
        ExpectationConfiguration(
            type=rule.expectation,
            kwargs=_arguments(rule),
            meta={"place": place},
        )
        for place, rule in enumerate(suite.rules)
    ]
    for rule, configuration in zip(suite.rules, configurations, strict=True):
        try:
            configuration.to_domain_obj()
        except (GreatExpectationsError, ValueError, TypeError) as error:
            raise _unusable(rule, suite.dataset, str(error)) from None
    with _engine(database) as engine:
        batch = SqlAlchemyBatchData(execution_engine=engine, table_name=table)
        engine.load_batch_data(table, batch)
        data: Any = batch
        validator = Validator(execution_engine=engine, batches=[Batch(data=data)])
        validator.metrics_calculator.show_progress_bars = False
        results: list[Any] = validator.graph_validate(configurations=configurations)
    # the results of rules that raise come first: back into the suite's order
    return sorted(results, key=lambda result: result.expectation_config.meta["place"])


def _arguments(rule: Rule) -> dict[str, Any]:
    if rule.query is None:
        return rule.arguments
    # Great Expectations fills the query like a template: only `{batch}` is a place in it
    template = rule.query.replace("{", "{{").replace("}", "}}").replace("{{batch}}", "{batch}")
    return {"unexpected_rows_query": template}


@cache
def _speak() -> None:
    """Make every rule of the vocabulary an expectation of its own name."""
    from great_expectations.expectations.core.unexpected_rows_expectation import (
        UnexpectedRowsExpectation,
    )

    for name, rule in VOCABULARY.items():
        called = "".join(part.capitalize() for part in name.split("_"))
        # the class registers itself under its name
        type(
            called,
            (UnexpectedRowsExpectation,),
            {"__module__": __name__, "__doc__": rule.__doc__, "description": rule.__doc__},
        )


@contextmanager
def _engine(database: duckdb.DuckDBPyConnection) -> Iterator[Any]:
    import duckdb_engine
    import sqlalchemy as sa
    from great_expectations.execution_engine.sqlalchemy_execution_engine import (
        SqlAlchemyExecutionEngine,
    )
    from sqlalchemy.pool import StaticPool

    class HeldEngine(SqlAlchemyExecutionEngine):
        """Great Expectations closes its connection before it fetches, which DuckDB's driver
        answers with an empty result; this one stays open."""

        @contextmanager
        def get_connection(self) -> Iterator[sa.Connection]:
            if self._connection is None:
                self._connection = self.engine.connect()
            yield self._connection

    def creator() -> Any:
        # a cursor of its own: the transaction that SQLAlchemy opens must not hold ours
        return duckdb_engine.ConnectionWrapper(database.cursor())

    pool = sa.create_engine("duckdb:///:memory:", creator=creator, poolclass=StaticPool)
    engine = HeldEngine(engine=pool)
    try:
        yield engine
    finally:
        if engine._connection is not None:
            engine._connection.close()
        pool.dispose()


def _judged(
    rule: Rule,
    result: Any,
    contract: Contract,
    database: duckdb.DuckDBPyConnection,
    batch: str,
) -> Judged:
    if result.exception_info and "exception_message" not in result.exception_info:
        # keyed by metric: any of them will do
        raised = next(iter(result.exception_info.values()))
    else:
        raised = result.exception_info or {}
    if raised.get("raised_exception"):
        raise _unusable(rule, contract.dataset, str(raised.get("exception_message")))
    found = result.result or {}
    observed = str(found.get("observed_value", found.get("unexpected_count", "")))
    examples: tuple[str, ...] = ()
    if rule.query and not result.success:
        examples = _examples(rule.query, contract, database, batch)
    reason = Text(
        rule.reason.zh.replace("{observed}", observed),
        rule.reason.en.replace("{observed}", observed),
    )
    return Judged(rule.name, rule.weight, bool(result.success), observed, reason, examples)


def _unusable(rule: Rule, dataset: str, message: str) -> BrokenContract:
    line = message.splitlines()[0]
    return BrokenContract(
        Text(
            f"规则 {rule.name} 无法执行：{line}",
            f"the rule {rule.name} cannot be evaluated: {line}",
        ),
        where=f"expectations, {dataset}",
        do=Text("请修改整体规则文件。", "Mend the suite."),
    )


def _examples(
    query: str, contract: Contract, database: duckdb.DuckDBPyConnection, batch: str
) -> tuple[str, ...]:
    private = {field.name for field in contract.fields if not field.public}
    result = database.execute(query.replace("{batch}", batch))
    names = [column[0] for column in result.description or ()]
    return tuple(
        ", ".join(
            f"{name} {value}" for name, value in zip(names, row, strict=True) if name not in private
        )
        for row in result.fetchmany(EXAMPLES)
    )
