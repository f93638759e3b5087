"""The way the data travels, as code.

department system ─pull→ landing ─read→ text ─conform→ candidates ─check→ accepted │ quarantined
accepted ─expect→ verdict ─protect→ public rows ─compare→ change set → edition ─publish→ portal

The command line and the DAGs call `run`, or its three parts with an address between them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any, Literal
from zoneinfo import ZoneInfo

from duckdb import DuckDBPyConnection as DuckDB

from gongkai import backfill as backfills
from gongkai import city, codelists, contracts, quarantine, sources, staging
from gongkai.backfill import is_past
from gongkai.check import Checked, check
from gongkai.compare import compare
from gongkai.conform import conform
from gongkai.connections import Connect, from_environment
from gongkai.contracts import Contract
from gongkai.editions import Edition, bring_reference, latest, promote
from gongkai.errors import GongkaiError, Overtaken, SuiteFailed, Unforeseen, WrongCall
from gongkai.expect import Judged, Verdict, expect, widen
from gongkai.expect import load as load_suite
from gongkai.home import Home, keep_traceback
from gongkai.lake import CALENDAR, MACROS, load_macros, readable, session
from gongkai.protect import protect
from gongkai.publish import publish_edition
from gongkai.pull import Known, Pulled
from gongkai.pull import pull as pull_source
from gongkai.pulls import ApiPull, DatabasePull, knows_periods
from gongkai.read import read
from gongkai.sources import Source
from gongkai.state import COMPLETED, Attempt, Receipt, Store, now
from gongkai.text import Text

TAKEN_UP_WITHIN = timedelta(hours=6)
"""A pull that broke longer ago is begun anew: the department's pages have moved on."""

HOLD_LEAST = 5
"""A few wrong rows of a short table are no reason to hold it, whatever their share."""

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
    the delivery that were mapped, `skipped` those that are no data by declaration. `empty` says
    of tables without rows why, `holds` why a steward has to decide.
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
    empty: tuple[str, ...]
    holds: tuple[str, ...]

    @property
    def needs_review(self) -> bool:
        """Whether the edition waits for a steward."""
        return bool(self.holds)


@dataclass(frozen=True)
class Outcome:
    """How an attempt ended."""

    dataset: str
    state: Literal["published", "unchanged", "held", "rejected", "failed"]
    edition: str | None
    portal_url: str | None
    staged: Staged | None
    error: str | None


def run(
    dataset: str,
    home: Home,
    *,
    period: str | None = None,
    full: bool = False,
    backfill: bool = False,
    connect: Connect | None = None,
    run_id: str | None = None,
    progress: Progress = quiet,
) -> Outcome:
    """One attempt at one edition: published, unchanged, held for a steward, or failed.

    In the last three, what was public before stays public. `period`, `full` and `backfill` are
    those of `pull`. Raises WrongCall for a dataset that is not there; everything else that goes
    wrong is the outcome's error.
    """
    contracts.load(dataset)
    staged: Staged | None = None
    try:
        receipts = pull(
            dataset,
            home,
            period=period,
            full=full,
            backfill=backfill,
            connect=connect,
            run_id=run_id,
            progress=progress,
        )
        if receipts.unchanged:
            return unchanged(receipts, home)
        staged = prepare(receipts.attempt, home, progress=progress)
        if staged.needs_review:
            return hold(staged.address, home)
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
    full: bool = False,
    backfill: bool = False,
    connect: Connect | None = None,
    run_id: str | None = None,
    progress: Progress = quiet,
) -> Receipts:
    """Fetch what the department hands over: what is new since the last edition, where the source
    can say so and the dataset takes it; else, or with `full`, all of it; or one `period`.

    A `period` of long ago is a backfill, and so is whatever `backfill` says is one: its rows are
    of the past and never late. A pull that broke a short while ago is taken up where it broke.

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
    if period is not None and is_past(period, _today()) and not backfill:
        _refuse_strangers(source, period)
        backfill = True
    asks_for_new = same_code and settled and not (period or full or backfill)
    since = store.watermark(dataset, source.name) if asks_for_new else None
    if not _takes_part(contract, source):
        since = None
    asked = {"code": code, "period": period, "since": since, "full": full}
    begun = _begun(store, dataset, source, asked)
    attempt = store.begin_attempt(dataset, source.name, period, run_id)
    store.note(attempt.id, report={"asked": asked, "backfill": backfill})
    store.keep_receipts(attempt.id, begun)
    places = count(len(begun))
    suffice = asks_for_new and contract.delivery != "snapshot"
    progress(f"{dataset}: pulling from {source.title}")
    with recorded(store, attempt):
        pulled = pull_source(
            source,
            home,
            connect or from_environment(home),
            period=period,
            since=since,
            known=Known(store.seen(dataset, source.name), suffice, begun),
            kept=lambda receipt: store.keep_receipt(attempt.id, next(places), receipt),
        )
        store.keep_receipts(attempt.id, pulled.receipts)
    fingerprint = f"{code}:{_input_digest(pulled)}"
    # one period, or the past, does not say how far the source was read
    watermark = None if period or backfill else pulled.watermark
    store.note(attempt.id, state="pulled", fingerprint=fingerprint, watermark=watermark)
    same_input = pulled.nothing_new or (last is not None and last.fingerprint == fingerprint)
    return Receipts(
        attempt=attempt.id,
        dataset=dataset,
        count=len(pulled.receipts),
        bytes=sum(receipt.bytes for receipt in pulled.receipts),
        unchanged=same_code and same_input and settled,
    )


def _refuse_strangers(source: Source, period: str) -> None:
    """A source that gives everything, whatever period is asked for, would have all of it marked as
    filled in later."""
    if knows_periods(source.pull):
        return
    raise WrongCall(
        Text(
            f"该来源不能只取 {period} 一个期间",
            f"the source cannot be asked for {period} by itself",
        ),
        where=f"{source.dataset}, {source.name}",
        do=Text(
            "请在来源声明中写明如何取一个期间；如所有数据均为补录，请用 --backfill。",
            "Declare how a period is asked for; where all of it is of the past, say --backfill.",
        ),
    )


def _takes_part(contract: Contract, source: Source) -> bool:
    """Whether the rows that are newer than a watermark make sense without the others: only where
    a delivery adds and corrects. The version of a whole file always does."""
    rows = isinstance(source.pull, DatabasePull | ApiPull)
    return not rows or contract.delivery == "upsert"


def _begun(
    store: Store, dataset: str, source: Source, asked: dict[str, Any]
) -> tuple[Receipt, ...]:
    """What the last attempt received before it broke, if it asked for the same a short while
    ago and never had all of it."""
    last = store.last_attempt(dataset)
    if last is None or last.fingerprint or last.state not in ("started", "failed"):
        return ()
    if last.source != source.name or last.report.get("asked") != asked:
        return ()
    return store.receipts(last.id) if now() - last.started_at < TAKEN_UP_WITHIN else ()


def _today() -> date:
    return datetime.now(ZoneInfo("Asia/Shanghai")).date()


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
        recorded(store, attempt),
        session(home) as database,
    ):
        load_macros(database)
        before = latest(database, contract.dataset)
        progress(f"{contract.dataset}: reading")
        table = (
            quarantine.deliver_waiting(attempt, database)
            if attempt.correction
            else read(store.receipts(address), source, home, database)
        )
        corrected = quarantine.correct(attempt, database)
        candidates = conform(table, contract, source, home, database)
        judged = _filled_in(contract, attempt, store, database)
        progress(f"{contract.dataset}: checking {candidates.rows} rows")
        checked = check(candidates, judged, source, home, database)
        public = protect(checked, contract, database)
        delivered = replace(contract, delivery=quarantine.delivery_of(contract, attempt))
        changes = compare(public, checked, delivered, before, database)
        quarantine.keep(checked, contract, attempt, database)
        progress(f"{contract.dataset}: expecting of {checked.rows_accepted} accepted rows")
        suite = load_suite(judged, city.load(home).figures(contract))
        for name in suite.references:
            bring_reference(database, contracts.load(name))
        # a few rows of a dataset: what the rules say of them they say of the whole
        partly = attempt.correction or delivered.delivery != contract.delivery
        batch = widen(contract, database) if partly else "accepted"
        verdict = expect(suite, contract, database, batch)
        empty = tuple(f"{found.part or found.file}：{found.reason}" for found in table.empty)
        if attempt.correction and before:
            # a workbook says nothing of tables: what was said of them stands
            empty = tuple(store.attempt(before.attempt).report.get("empty", ()))
        holds = _holds(contract, checked, verdict, attempt)
        report: dict[str, Any] = {
            "text_rows": table.rows,
            "skipped": table.skipped,
            "corrected": corrected,
            "unread": table.unread,
            "empty": empty,
            "rows_in": checked.rows_in,
            "accepted": checked.rows_accepted,
            "quarantined": checked.rows_quarantined,
            "verdict": [asdict(judged) for judged in verdict.rules],
            "disclosure": {"published": public.published, "withheld": public.withheld},
        }
        store.note(address, report=report)
        if verdict.failed:
            raise _failed(verdict, contract)
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
            empty=empty,
            holds=holds,
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
    staged = staged or staged_of(attempt)
    with (
        store.lock(contract.dataset),
        recorded(store, attempt),
        session(home) as database,
    ):
        edition = _promoted(staged, attempt, contract, store, database)
        progress(f"{contract.dataset}: publishing edition {edition.number}, {edition.rows} rows")
        url = publish_edition(edition, contract, home, database, store)
        state: Literal["published", "unchanged"] = "published" if staged.new else "unchanged"
        # before the attempt is closed: a run that is killed here is called again, and does it again
        quarantine.clear(attempt, database)
        if attempt.correction:
            quarantine.bring_into_force(attempt, database)
        store.complete(attempt, state=state, edition=edition.number, url=url)
        staging.drop(contract, database, spared=store.later_attempts(attempt))
        _supersede(contract.dataset, store)
    return Outcome(contract.dataset, state, edition.number, url, staged, None)


def staged_of(attempt: Attempt) -> Staged:
    """What an attempt prepared, out of the state store."""
    kept = attempt.report["staged"]
    return Staged(**{**kept, "empty": tuple(kept["empty"]), "holds": tuple(kept["holds"])})


def hold(address: str, home: Home) -> Outcome:
    """Let a staged edition wait for a steward; one that waited before it is superseded."""
    store = Store(home)
    staged = staged_of(store.attempt(address))
    _supersede(staged.dataset, store)
    store.note(address, state="held", edition=staged.edition)
    return Outcome(staged.dataset, "held", staged.edition, None, staged, None)


def _supersede(dataset: str, store: Store) -> None:
    """A newer delivery is there: what waited before it is not asked about any more."""
    for attempt in store.held_attempts(dataset):
        store.note(attempt.id, state="superseded")


def approve(
    address: str, home: Home, *, reviewer: str, reason: str, progress: Progress = quiet
) -> Outcome:
    """A steward lets a held edition pass: it is published, and the decision is kept with it.

    Raises WrongCall where the attempt is not held, Overtaken where a newer edition came first.
    """
    store = Store(home)
    attempt = _held(address, store)
    store.keep_review(attempt, "approved", reviewer, reason)
    return publish(address, home, progress=progress)


def reject(address: str, home: Home, *, reviewer: str, reason: str) -> Outcome:
    """A steward lets a held edition fall: what was public stays. A reason must be given.

    Raises WrongCall where there is none, or the attempt is not held.
    """
    store = Store(home)
    attempt = _held(address, store)
    if not reason.strip():
        raise WrongCall(
            Text("退回必须说明理由", "a rejection needs a reason"),
            where=attempt.dataset,
            do=Text("请用 --reason 写明。", "Give it with --reason."),
        )
    store.keep_review(attempt, "rejected", reviewer, reason)
    store.note(address, state="rejected")
    return Outcome(attempt.dataset, "rejected", attempt.edition, None, staged_of(attempt), None)


def _held(address: str, store: Store) -> Attempt:
    attempt = store.attempt(address)
    if attempt.state != "held":
        raise WrongCall(
            Text(
                f"该版次不在待审状态（{attempt.state}）",
                f"the edition does not wait for a review ({attempt.state})",
            ),
            where=f"{attempt.dataset}, {address}",
            do=Text(
                "请用 `gongkai review list` 查看待审的版次。",
                "See what waits with `gongkai review list`.",
            ),
        )
    return attempt


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


def _filled_in(contract: Contract, attempt: Attempt, store: Store, database: DuckDB) -> Contract:
    """Mark the candidates that a backfill brought, now or before; the contract to judge them by."""
    if attempt.backfill:
        backfills.remember(contract, attempt, database)
    filling = [one for one in store.backfills(attempt.dataset) if one.id != attempt.id]
    if attempt.backfill:
        filling.append(attempt)
    if not filling:
        return contract
    marked = backfills.mark(contract, filling, database)
    store.note(attempt.id, report={"filled_in": marked})
    return backfills.lenient(contract)


def _holds(
    contract: Contract, checked: Checked, verdict: Verdict, attempt: Attempt
) -> tuple[str, ...]:
    """Why a steward has to decide: suspicions of the suite, too many rows in quarantine."""
    reasons = [_told(judged) for judged in verdict.suspicions]
    share = Decimal(checked.rows_quarantined) / max(checked.rows_in, 1)
    # a returned workbook is made of wrong rows
    many = checked.rows_quarantined >= HOLD_LEAST and share > contract.hold_above
    if many and not attempt.correction:
        shares = f"{share:.1%} > {contract.hold_above:.1%}"
        reasons.append(
            Text(
                f"{checked.rows_in} 行中有 {checked.rows_quarantined} 行被隔离，"
                f"超过上限（{shares}）",
                f"{checked.rows_quarantined} of {checked.rows_in} rows are in quarantine, more "
                f"than may be ({shares})",
            )
        )
    return tuple(f"{reason.zh} · {reason.en}" for reason in reasons)


def _told(judged: Judged) -> Text:
    examples = "; ".join(judged.examples)
    return Text(
        judged.reason.zh + f"：{examples}" * bool(examples),
        judged.reason.en + f": {examples}" * bool(examples),
    )


def in_order(datasets: Iterable[str]) -> Iterator[str]:
    """Datasets so that what others refer to comes before them."""
    left = list(datasets)
    while left:
        needed = {
            name: set(load_suite(contracts.load(name)).references) & set(left) for name in left
        }
        ready = [name for name in left if needed[name] <= {name}] or left
        yield from ready
        left = [name for name in left if name not in ready]


def code_digest(contract: Contract, source: Source, home: Home) -> str:
    """The versions of everything that turns an input into an edition."""
    figures = city.load(home).figures(contract)
    parts = [
        contract.digest,
        source.digest,
        load_suite(contract).digest,
        str(sorted(figures.items())),
    ]
    parts += [code_list.digest for code_list in codelists.of(contract, home)]
    parts += [path.read_text(encoding="utf-8") for path in sorted(MACROS.glob("*.sql"))]
    parts.append(CALENDAR.read_text(encoding="utf-8"))
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


def _failed(verdict: Verdict, contract: Contract) -> SuiteFailed:
    """The first rule that fails, and what is suspected beside it: often that is the cause."""
    judged, department = verdict.failed[0], contract.department.title
    said = [_told(judged), *(suspicion.reason for suspicion in verdict.suspicions)]
    return SuiteFailed(
        Text("；".join(text.zh for text in said), "; ".join(text.en for text in said)),
        where=f"{contract.dataset}, {judged.rule}",
        do=Text(
            f"请联系{department.zh}，已公开的版次不变。",
            f"Ask the {department.en}; the last edition stays public.",
        ),
    )


@contextmanager
def recorded(store: Store, attempt: Attempt) -> Iterator[None]:
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
