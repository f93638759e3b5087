"""The way the data travels, as code.

department system ─pull→ landing ─read→ text ─conform→ candidates ─check→ accepted │ quarantined
accepted ─expect→ verdict ─protect→ public rows ─compare→ change set → edition ─publish→ portal

The command line and the DAGs call `run`, or its three parts with an address between them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any, Literal

from duckdb import DuckDBPyConnection as DuckDB

from gongkai import codelists, contracts, sources, staging
from gongkai.check import check
from gongkai.compare import compare
from gongkai.conform import conform
from gongkai.connections import Connect, from_environment
from gongkai.contracts import Contract
from gongkai.editions import Edition, bring_reference, latest, promote
from gongkai.errors import GongkaiError, Overtaken, SuiteFailed, Unforeseen
from gongkai.expect import Judged, expect
from gongkai.expect import load as load_suite
from gongkai.home import Home, keep_traceback
from gongkai.lake import MACROS, readable, session
from gongkai.protect import protect
from gongkai.publish import publish_edition
from gongkai.pull import Pulled
from gongkai.pull import pull as pull_source
from gongkai.read import read
from gongkai.sources import Source
from gongkai.state import COMPLETED, Attempt, Store
from gongkai.text import Text

Progress = Callable[[str], None]
"""Told what is being done, for a person who waits."""


def quiet(_: str) -> None:
    """Tells nobody."""


@dataclass(frozen=True)
class Receipts:
    """What a pull brought, kept in the state store under the attempt's address."""

    attempt: str
    dataset: str
    count: int
    bytes: int
    unchanged: bool


@dataclass(frozen=True)
class Staged:
    """An edition that waits to be published, kept in the private lake under its address.

    `new` is false where the delivery changes nothing: the latest edition stands, and only the
    portal may still have to catch up. `rows_in = accepted + quarantined`; `text_rows` are those of
    the delivery that were mapped, `skipped` those that are no data by declaration.
    """

    address: str
    dataset: str
    edition: str
    new: bool
    rows: int
    text_rows: int
    skipped: int
    rows_in: int
    accepted: int
    quarantined: int
    added: int
    removed: int
    changed: int
    retained: int
    suspicions: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """How an attempt ended."""

    dataset: str
    state: Literal["published", "unchanged", "failed"]
    edition: str | None
    portal_url: str | None
    staged: Staged | None
    error: str | None


def run(
    dataset: str,
    home: Home,
    *,
    period: str | None = None,
    connect: Connect | None = None,
    run_id: str | None = None,
    progress: Progress = quiet,
) -> Outcome:
    """One attempt at one edition: published, unchanged, or failed.

    In the last two, what was public before stays public. Raises WrongCall for a dataset that is
    not there; everything else that goes wrong is the outcome's error.
    """
    contracts.load(dataset)
    staged: Staged | None = None
    try:
        receipts = pull(
            dataset, home, period=period, connect=connect, run_id=run_id, progress=progress
        )
        if receipts.unchanged:
            return unchanged(receipts, home)
        staged = prepare(receipts.attempt, home, progress=progress)
        return publish(staged.address, home, staged=staged, progress=progress)
    except GongkaiError as error:
        if error.exit_code != 1:
            raise
        return Outcome(dataset, "failed", None, None, staged, str(error))


def pull(
    dataset: str,
    home: Home,
    *,
    period: str | None = None,
    connect: Connect | None = None,
    run_id: str | None = None,
    progress: Progress = quiet,
) -> Receipts:
    """Fetch what the department hands over.

    "Unchanged" means the same input and the same contract, source, suite, code lists and macros
    as at the last attempt that came to its end, with that edition on the portal.
    """
    contract = contracts.load(dataset)
    source = sources.active(contract, home)
    store = Store(home)
    code = code_digest(contract, source, home)
    last = store.last_attempt(dataset, states=COMPLETED)
    same_code = last is not None and (last.fingerprint or "").startswith(code)
    published = store.publication(dataset)
    settled = published is not None and last is not None and published[0] == last.edition
    asks_for_new = same_code and settled and period is None
    since = store.watermark(dataset, source.name) if asks_for_new else None
    attempt = store.begin_attempt(dataset, source.name, period, run_id)
    progress(f"{dataset}: pulling from {source.title}")
    with _recorded(store, attempt):
        pulled = pull_source(
            source, home, connect or from_environment(home), period=period, since=since
        )
        store.keep_receipts(attempt.id, pulled.receipts)
    fingerprint = f"{code}:{_input_digest(pulled)}"
    store.note(attempt.id, state="pulled", fingerprint=fingerprint, watermark=pulled.watermark)
    same_input = pulled.nothing_new or (last is not None and last.fingerprint == fingerprint)
    return Receipts(
        attempt=attempt.id,
        dataset=dataset,
        count=len(pulled.receipts),
        bytes=sum(receipt.bytes for receipt in pulled.receipts),
        unchanged=same_code and same_input and settled,
    )


def prepare(address: str, home: Home, *, progress: Progress = quiet) -> Staged:
    """Turn what a department delivered into an edition that waits to be published.

    Touches nothing public. The result is kept in the private lake under its own address, with
    every count and finding; a second call gives the same result.
    """
    store = Store(home)
    attempt = store.attempt(address)
    contract = contracts.load(attempt.dataset)
    source = sources.active(contract, home)
    with (
        store.lock(contract.dataset),
        _recorded(store, attempt),
        session(home) as database,
    ):
        before = latest(database, contract.dataset)
        progress(f"{contract.dataset}: reading")
        table = read(store.receipts(address), source, home, database)
        candidates = conform(table, contract, source, home, database)
        progress(f"{contract.dataset}: checking {candidates.rows} rows")
        checked = check(candidates, contract, source, home, database)
        public = protect(checked, contract, database)
        changes = compare(public, checked, contract, before, database)
        staging.keep_quarantine(checked, attempt, database)
        progress(f"{contract.dataset}: expecting of {checked.rows_accepted} accepted rows")
        suite = load_suite(contract)
        for name in suite.references:
            bring_reference(database, contracts.load(name))
        verdict = expect(suite, contract, database)
        report: dict[str, Any] = {
            "text_rows": table.rows,
            "skipped": table.skipped,
            "unread": table.unread,
            "rows_in": checked.rows_in,
            "accepted": checked.rows_accepted,
            "quarantined": checked.rows_quarantined,
            "verdict": [asdict(judged) for judged in verdict.rules],
            "disclosure": {"published": public.published, "withheld": public.withheld},
        }
        store.note(address, report=report)
        if verdict.failed:
            raise _failed(verdict.failed[0], contract)
        new = not changes.empty or before is None or before.contract_digest != contract.digest
        edition = before
        if edition is None or new:
            edition = staging.plan(before, contract, address, changes)
        staging.keep_changes(changes, contract, attempt, database)
        staged = Staged(
            address=address,
            dataset=contract.dataset,
            edition=edition.number,
            new=new,
            rows=changes.rows,
            text_rows=table.rows,
            skipped=table.skipped,
            rows_in=checked.rows_in,
            accepted=checked.rows_accepted,
            quarantined=checked.rows_quarantined,
            added=changes.added,
            removed=changes.removed,
            changed=changes.changed,
            retained=changes.retained,
            suspicions=tuple(judged.reason.en for judged in verdict.suspicions),
        )
        planned = {**asdict(edition), "promoted_at": None, "data_date": str(edition.data_date)}
        store.note(address, state="staged", report={"staged": asdict(staged), "edition": planned})
        return staged


def publish(
    address: str, home: Home, *, staged: Staged | None = None, progress: Progress = quiet
) -> Outcome:
    """Make the staged edition the latest one in the lake, then on the portal.

    Can be called again after a break at any point: what was done is found done.
    """
    store = Store(home)
    attempt = store.attempt(address)
    contract = contracts.load(attempt.dataset)
    staged = staged or Staged(
        **{**attempt.report["staged"], "suspicions": tuple(attempt.report["staged"]["suspicions"])}
    )
    with (
        store.lock(contract.dataset),
        _recorded(store, attempt),
        session(home) as database,
    ):
        edition = _promoted(staged, attempt, contract, store, database)
        progress(f"{contract.dataset}: publishing edition {edition.number}, {edition.rows} rows")
        url = publish_edition(edition, contract, home, database, store)
        state: Literal["published", "unchanged"] = "published" if staged.new else "unchanged"
        store.complete(attempt, state=state, edition=edition.number, url=url)
        staging.drop(contract, database, spared=store.later_attempts(attempt))
    return Outcome(contract.dataset, state, edition.number, url, staged, None)


def unchanged(receipts: Receipts, home: Home) -> Outcome:
    """Close an attempt that found nothing new."""
    store = Store(home)
    edition, url = store.publication(receipts.dataset) or (None, None)
    last = store.last_attempt(receipts.dataset, states=COMPLETED)
    # a page that says "nothing new" is other bytes than the pages that brought the rows: what
    # counts for the next comparison is what was read last
    fingerprint = last.fingerprint if last else None
    store.note(receipts.attempt, state="unchanged", edition=edition, fingerprint=fingerprint)
    return Outcome(receipts.dataset, "unchanged", edition, url, None, None)


def code_digest(contract: Contract, source: Source, home: Home) -> str:
    """The versions of everything that turns an input into an edition."""
    parts = [contract.digest, source.digest, load_suite(contract).digest]
    parts += [code_list.digest for code_list in codelists.of(contract, home)]
    parts += [path.read_text(encoding="utf-8") for path in sorted(MACROS.glob("*.sql"))]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _input_digest(pulled: Pulled) -> str:
    named = sorted(f"{receipt.name} {receipt.sha256}" for receipt in pulled.receipts)
    return hashlib.sha256("\n".join(named).encode()).hexdigest()[:16]


def _promoted(
    staged: Staged, attempt: Attempt, contract: Contract, store: Store, database: DuckDB
) -> Edition:
    """The edition in the public lake: made now, or found made by an earlier call."""
    before = latest(database, contract.dataset)
    if before and (before.attempt == attempt.id or not staged.new):
        return before
    planned = staging.planned(attempt)
    if planned.position != (before.position + 1 if before else 1):
        raise Overtaken(
            Text(
                f"版次 {planned.number} 所依据的已不是最新版次",
                f"edition {planned.number} was prepared against an older edition than the latest",
            ),
            where=contract.dataset,
            do=Text("请重新运行该数据集。", "Run the dataset again."),
        )
    with readable():
        promote(database, contract, planned, staging.changes_table(contract, attempt))
    store.note(attempt.id, edition=planned.number)
    return planned


def _failed(judged: Judged, contract: Contract) -> SuiteFailed:
    examples, department = "; ".join(judged.examples), contract.department.title
    return SuiteFailed(
        Text(
            judged.reason.zh + f"：{examples}" * bool(examples),
            judged.reason.en + f": {examples}" * bool(examples),
        ),
        where=f"{contract.dataset}, {judged.rule}",
        do=Text(
            f"请联系{department.zh}，已公开的版次不变。",
            f"Ask the {department.en}; the last edition stays public.",
        ),
    )


@contextmanager
def _recorded(store: Store, attempt: Attempt) -> Iterator[None]:
    """Whatever ends the attempt early is written down; what nobody foresaw becomes a sentence,
    and its traceback a file that only the owner can read."""
    try:
        yield
    except GongkaiError as error:
        store.note(attempt.id, state="failed", error=str(error))
        raise
    except Exception as error:
        path = keep_traceback(store.home, f"attempt-{attempt.id}")
        unforeseen = Unforeseen(error, where=f"{attempt.dataset}, log/{path.name}")
        store.note(attempt.id, state="failed", error=str(unforeseen))
        raise unforeseen from None
