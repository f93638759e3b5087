"""Status: what is public of every dataset, and how the last attempt ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from gongkai import city, contracts, sources
from gongkai.editions import Edition, latest
from gongkai.home import Home
from gongkai.lake import session
from gongkai.state import Attempt, Store

STATES = ("published", "unchanged", "held", "rejected", "failed")


@dataclass(frozen=True)
class DatasetStatus:
    """A dataset as it stands. `rows` are those of the edition; `rows_in = accepted + quarantined`
    are the counts of the run that made it; `waiting` counts the rows that wait for their
    department now, the `oldest` of them since that day. `state` is how the last attempt
    ended: never, published, unchanged, held, rejected, failed; `error` says why it failed."""

    dataset: str
    area: str
    department: str
    edition: str | None
    rows: int | None
    rows_in: int | None
    accepted: int | None
    quarantined: int | None
    waiting: int
    oldest: date | None
    data_date: date | None
    portal_url: str | None
    state: str
    title: str
    error: str | None


def status(home: Home) -> tuple[DatasetStatus, ...]:
    """Every dataset that this installation has a source for, by area."""
    store = Store(home)
    names = [name for name in contracts.names() if sources.feeds(name, home)]
    with session(home) as database:
        editions = {name: latest(database, name) for name in names}
        rows = database.execute(
            "SELECT dataset, count(*), min(first_seen)::DATE FROM private.quarantine.waiting "
            "GROUP BY dataset"
        ).fetchall()
    waiting = {dataset: (count, oldest) for dataset, count, oldest in rows}
    found = [_of(name, editions[name], waiting.get(name, (0, None)), store, home) for name in names]
    return tuple(sorted(found, key=lambda item: list(contracts.AREAS).index(item.area)))


def _of(
    dataset: str,
    edition: Edition | None,
    waiting: tuple[int, date | None],
    store: Store,
    home: Home,
) -> DatasetStatus:
    contract, here = contracts.load(dataset), city.load(home)
    last = store.last_attempt(dataset, states=STATES)
    made = _maker(dataset, edition, store)
    published = store.publication(dataset)
    return DatasetStatus(
        dataset=dataset,
        area=contract.area,
        department=here.department(contract).slug,
        edition=edition.number if edition else None,
        rows=edition.rows if edition else None,
        rows_in=made.report.get("rows_in") if made else None,
        accepted=made.report.get("accepted") if made else None,
        quarantined=made.report.get("quarantined") if made else None,
        waiting=waiting[0],
        oldest=waiting[1],
        data_date=edition.data_date if edition else None,
        portal_url=published[1] if published else None,
        state=last.state if last else "never",
        title=here.title(contract).zh,
        error=last.error if last else None,
    )


def _maker(dataset: str, edition: Edition | None, store: Store) -> Attempt | None:
    """The run that made an edition; one that was killed right then is found by its address."""
    if edition is None:
        return None
    return store.attempt(edition.attempt)
