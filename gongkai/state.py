"""The state store: attempts, receipts, watermarks and publications, and a lock per dataset.

The command line and the DAGs share it. It lies beside the private lake: in its PostgreSQL
database where there is one, in a SQLite file of the home otherwise. Times are UTC.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from gongkai.errors import Busy, WrongCall
from gongkai.home import Home, make_private
from gongkai.text import Text

metadata = sa.MetaData()

attempts = sa.Table(
    "attempts",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("dataset", sa.Text, nullable=False, index=True),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("period", sa.Text),
    sa.Column("run", sa.Text),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("fingerprint", sa.Text),
    sa.Column("watermark", sa.Text),
    sa.Column("edition", sa.Text),
    sa.Column("error", sa.Text),
    sa.Column("report", sa.Text),
    sa.Column("started_at", sa.DateTime, nullable=False),
    sa.Column("finished_at", sa.DateTime),
    sa.UniqueConstraint("dataset", "number"),
)
receipts = sa.Table(
    "receipts",
    metadata,
    sa.Column("attempt", sa.Text, primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("origin", sa.Text, nullable=False),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("bytes", sa.BigInteger, nullable=False),
    sa.Column("fetched_at", sa.DateTime, nullable=False),
)
watermarks = sa.Table(
    "watermarks",
    metadata,
    sa.Column("dataset", sa.Text, primary_key=True),
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)
publications = sa.Table(
    "publications",
    metadata,
    sa.Column("dataset", sa.Text, primary_key=True),
    sa.Column("portal", sa.Text, primary_key=True),
    sa.Column("edition", sa.Text, nullable=False),
    sa.Column("url", sa.Text),
    sa.Column("published_at", sa.DateTime, nullable=False),
)

reviews = sa.Table(
    "reviews",
    metadata,
    sa.Column("attempt", sa.Text, primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("dataset", sa.Text, nullable=False, index=True),
    sa.Column("decision", sa.Text, nullable=False),
    sa.Column("reviewer", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("decided_at", sa.DateTime, nullable=False),
)

COMPLETED = ("published", "unchanged")
"""The states of an attempt that came to its end; only these can make the next one "unchanged"."""


@dataclass(frozen=True)
class Receipt:
    """One thing that was received: a file, a page of an API, the result of a query.

    `name` is what the department calls it, `origin` where it was fetched, without credentials.
    """

    name: str
    origin: str
    sha256: str
    bytes: int
    fetched_at: datetime


@dataclass(frozen=True)
class Attempt:
    """One attempt at one edition of a dataset."""

    id: str
    dataset: str
    number: int
    source: str
    period: str | None
    run: str | None
    state: str
    fingerprint: str | None
    watermark: str | None
    edition: str | None
    error: str | None
    report: dict[str, Any]
    started_at: datetime
    finished_at: datetime | None

    @property
    def correction(self) -> bool:
        """Whether what came is a workbook with corrected rows, not a delivery of the source."""
        return bool(self.report.get("correction"))

    @property
    def backfill(self) -> bool:
        """Whether what came are records of the past, filled in later."""
        return bool(self.report.get("backfill"))


@dataclass(frozen=True)
class Review:
    """What a steward decided of an attempt that was held: approved or rejected, by whom, why."""

    attempt: str
    dataset: str
    decision: str
    reviewer: str
    reason: str
    decided_at: datetime


def now() -> datetime:
    """This moment, in UTC, as the store keeps it."""
    return datetime.now(UTC).replace(tzinfo=None)


class Store:
    """The state of one installation."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.engine = _engine(_url(home))

    def begin_attempt(
        self, dataset: str, source: str, period: str | None, run: str | None
    ) -> Attempt:
        """Record that an attempt starts."""
        identity = uuid.uuid4().hex
        # two runs that start at the same moment must not count to the same number
        with self.lock(f"{dataset} attempts"), self.engine.begin() as connection:
            last = connection.scalar(
                sa.select(sa.func.max(attempts.c.number)).where(attempts.c.dataset == dataset)
            )
            connection.execute(
                attempts.insert().values(
                    id=identity,
                    dataset=dataset,
                    number=(last or 0) + 1,
                    source=source,
                    period=period,
                    run=run,
                    state="started",
                    started_at=now(),
                )
            )
        return self.attempt(identity)

    def attempt(self, identity: str) -> Attempt:
        """The attempt of an address; raises WrongCall where there is none."""
        with self.engine.connect() as connection:
            row = connection.execute(attempts.select().where(attempts.c.id == identity)).first()
        if row is None:
            raise WrongCall(
                Text(f"没有运行记录 {identity}", f"there is no attempt {identity}"),
                where="状态库 state store",
                do=Text("请重新运行。", "Start a new run."),
            )
        return _attempt(row)

    def last_attempt(self, dataset: str, *, states: tuple[str, ...] = ()) -> Attempt | None:
        """The newest attempt at a dataset, or the newest in one of the states."""
        query = attempts.select().where(attempts.c.dataset == dataset)
        if states:
            query = query.where(attempts.c.state.in_(states))
        with self.engine.connect() as connection:
            row = connection.execute(query.order_by(attempts.c.number.desc()).limit(1)).first()
        return _attempt(row) if row else None

    def attempt_of_edition(self, dataset: str, edition: str) -> Attempt | None:
        """The attempt that made an edition, not one that later found it unchanged."""
        query = (
            attempts.select()
            .where(attempts.c.dataset == dataset, attempts.c.edition == edition)
            .order_by(attempts.c.number)
            .limit(1)
        )
        with self.engine.connect() as connection:
            row = connection.execute(query).first()
        return _attempt(row) if row else None

    def held_attempts(self, dataset: str | None = None) -> tuple[Attempt, ...]:
        """The attempts that wait for a steward, the oldest first."""
        query = attempts.select().where(attempts.c.state == "held")
        if dataset:
            query = query.where(attempts.c.dataset == dataset)
        with self.engine.connect() as connection:
            rows = connection.execute(query.order_by(attempts.c.started_at)).all()
        return tuple(_attempt(row) for row in rows)

    def keep_review(self, attempt: Attempt, decision: str, reviewer: str, reason: str) -> Review:
        """Record a steward's decision."""
        with self.engine.begin() as connection:
            position = connection.scalar(
                sa.select(sa.func.count()).where(reviews.c.attempt == attempt.id)
            )
            review = Review(attempt.id, attempt.dataset, decision, reviewer, reason, now())
            connection.execute(reviews.insert().values(position=position, **asdict(review)))
        return review

    def reviews(self, attempt: str) -> tuple[Review, ...]:
        """What was decided of an attempt, in order."""
        query = reviews.select().where(reviews.c.attempt == attempt).order_by(reviews.c.position)
        with self.engine.connect() as connection:
            rows = connection.execute(query).all()
        return tuple(
            Review(r.attempt, r.dataset, r.decision, r.reviewer, r.reason, r.decided_at)
            for r in rows
        )

    def later_attempts(self, attempt: Attempt) -> frozenset[str]:
        """The attempts at the same dataset that began after this one."""
        query = sa.select(attempts.c.id).where(
            attempts.c.dataset == attempt.dataset, attempts.c.number > attempt.number
        )
        with self.engine.connect() as connection:
            return frozenset(connection.scalars(query))

    def note(self, identity: str, **values: Any) -> Attempt:
        """Change what is known of an attempt; `report` is merged."""
        if "report" in values:
            values["report"] = json.dumps(
                {**self.attempt(identity).report, **values["report"]}, ensure_ascii=False
            )
        if values.get("state") in (*COMPLETED, "failed", "held", "rejected", "superseded"):
            values["finished_at"] = now()
        with self.engine.begin() as connection:
            connection.execute(attempts.update().where(attempts.c.id == identity).values(**values))
        return self.attempt(identity)

    def keep_receipts(self, identity: str, kept: tuple[Receipt, ...]) -> None:
        """Record what an attempt received, in the order it was received."""
        with self.engine.begin() as connection:
            connection.execute(receipts.delete().where(receipts.c.attempt == identity))
            if kept:
                connection.execute(
                    receipts.insert(),
                    [
                        {"attempt": identity, "position": position, **asdict(receipt)}
                        for position, receipt in enumerate(kept)
                    ],
                )

    def keep_receipt(self, identity: str, position: int, kept: Receipt) -> None:
        """Record one thing that an attempt received, before all of it is there."""
        with self.engine.begin() as connection:
            connection.execute(
                receipts.insert().values(attempt=identity, position=position, **asdict(kept))
            )

    def seen(self, dataset: str, source: str) -> frozenset[tuple[str, str]]:
        """Name and sha256 of what a source gave to attempts that came to their end."""
        query = (
            sa.select(receipts.c.name, receipts.c.sha256)
            .join(attempts, attempts.c.id == receipts.c.attempt)
            .where(
                attempts.c.dataset == dataset,
                attempts.c.source == source,
                attempts.c.state.in_(COMPLETED),
            )
        )
        with self.engine.connect() as connection:
            return frozenset((row.name, row.sha256) for row in connection.execute(query))

    def backfills(self, dataset: str) -> tuple[Attempt, ...]:
        """The attempts that filled in records of the past and came to their end."""
        query = attempts.select().where(
            attempts.c.dataset == dataset,
            attempts.c.state.in_(COMPLETED),
            attempts.c.report.contains('"backfill": true'),
        )
        with self.engine.connect() as connection:
            rows = connection.execute(query.order_by(attempts.c.number)).all()
        return tuple(_attempt(row) for row in rows)

    def receipts(self, identity: str) -> tuple[Receipt, ...]:
        """What an attempt received."""
        query = receipts.select().where(receipts.c.attempt == identity)
        with self.engine.connect() as connection:
            rows = connection.execute(query.order_by(receipts.c.position)).all()
        return tuple(
            Receipt(row.name, row.origin, row.sha256, row.bytes, row.fetched_at) for row in rows
        )

    def watermark(self, dataset: str, source: str) -> str | None:
        """How far a source was read, as of the last edition that was completed."""
        query = sa.select(watermarks.c.value).where(
            watermarks.c.dataset == dataset, watermarks.c.source == source
        )
        with self.engine.connect() as connection:
            return connection.scalar(query)

    def publication(self, dataset: str) -> tuple[str, str | None] | None:
        """Edition and address of what this installation's portal shows of a dataset."""
        query = sa.select(publications.c.edition, publications.c.url).where(
            publications.c.dataset == dataset, publications.c.portal == _portal(self.home)
        )
        with self.engine.connect() as connection:
            row = connection.execute(query).first()
        return (row.edition, row.url) if row else None

    def complete(self, attempt: Attempt, *, state: str, edition: str, url: str | None) -> None:
        """Close an attempt: its publication, its watermark and its state in one transaction."""
        moment = now()
        with self.engine.begin() as connection:
            here = (publications.c.dataset == attempt.dataset) & (
                publications.c.portal == _portal(self.home)
            )
            connection.execute(publications.delete().where(here))
            connection.execute(
                publications.insert().values(
                    dataset=attempt.dataset,
                    portal=_portal(self.home),
                    edition=edition,
                    url=url,
                    published_at=moment,
                )
            )
            if attempt.watermark is not None:
                same = (watermarks.c.dataset == attempt.dataset) & (
                    watermarks.c.source == attempt.source
                )
                connection.execute(watermarks.delete().where(same))
                connection.execute(
                    watermarks.insert().values(
                        dataset=attempt.dataset, source=attempt.source, value=attempt.watermark
                    )
                )
            connection.execute(
                attempts.update()
                .where(attempts.c.id == attempt.id)
                .values(state=state, edition=edition, finished_at=moment)
            )

    @contextmanager
    def lock(self, dataset: str, *, patience: float = 600) -> Iterator[None]:
        """Hold the dataset: one writer at a time, freed by the death of its process.

        Raises Busy when another run held it for the whole of `patience` seconds.
        """
        held = self._postgres_lock if self.home.database else self._file_lock
        with held(dataset, time.monotonic() + patience):
            yield

    @contextmanager
    def _postgres_lock(self, dataset: str, deadline: float) -> Iterator[None]:
        number = int.from_bytes(hashlib.sha256(dataset.encode()).digest()[:7], "big")
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            take = sa.select(sa.func.pg_try_advisory_lock(number))
            while not connection.scalar(take):
                _wait(dataset, deadline)
            try:
                yield
            finally:
                connection.scalar(sa.select(sa.func.pg_advisory_unlock(number)))

    @contextmanager
    def _file_lock(self, dataset: str, deadline: float) -> Iterator[None]:
        folder = make_private(self.home.private / "locks")
        with (folder / dataset).open("w") as file:
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    _wait(dataset, deadline)
            yield


def _wait(dataset: str, deadline: float) -> None:
    if time.monotonic() > deadline:
        raise Busy(
            Text(f"{dataset} 正在由另一次运行处理", f"another run of {dataset} is under way"),
            where="状态库 state store",
            do=Text("请等它结束后重新运行。", "Wait for it to end, then run again."),
        )
    time.sleep(0.2)


def _portal(home: Home) -> str:
    return home.ckan_url or "none"


def _url(home: Home) -> str:
    if home.database:
        return home.database.replace("postgresql://", "postgresql+psycopg2://", 1)
    return f"sqlite:///{make_private(home.private) / 'state.sqlite'}"


@cache
def _engine(url: str) -> sa.Engine:
    engine = sa.create_engine(url, pool_pre_ping=True)
    if engine.dialect.name == "postgresql":
        # two first runs at the same time must not both create the tables
        with engine.begin() as connection:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(5_901)))
            connection.execute(sa.text("CREATE SCHEMA IF NOT EXISTS state"))
            connection.execute(sa.text("SET LOCAL search_path TO state"))
            metadata.create_all(connection)
        engine.dispose()
        return sa.create_engine(
            url, pool_pre_ping=True, connect_args={"options": "-csearch_path=state"}
        )
    # asked and made in one statement, for two first runs at the same time
    with engine.begin() as connection:
        for table in metadata.sorted_tables:
            connection.execute(sa.schema.CreateTable(table, if_not_exists=True))
            for index in table.indexes:
                connection.execute(sa.schema.CreateIndex(index, if_not_exists=True))
    return engine


def _attempt(row: sa.Row[Any]) -> Attempt:
    return Attempt(
        id=row.id,
        dataset=row.dataset,
        number=row.number,
        source=row.source,
        period=row.period,
        run=row.run,
        state=row.state,
        fingerprint=row.fingerprint,
        watermark=row.watermark,
        edition=row.edition,
        error=row.error,
        report=json.loads(row.report or "{}"),
        started_at=row.started_at,
        finished_at=row.finished_at,
    )
