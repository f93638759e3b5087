"""Reviews: the editions that wait for a steward, and what a steward sees of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from gongkai import contracts
from gongkai.contracts import Contract
from gongkai.errors import WrongCall
from gongkai.home import Home
from gongkai.lake import session
from gongkai.pipeline import Staged, staged_of
from gongkai.state import Attempt, Store
from gongkai.text import Text


@dataclass(frozen=True)
class HeldEdition:
    """An edition that waits: its address, its number if it is approved, since when (UTC), why."""

    dataset: str
    address: str
    edition: str
    since: datetime
    rows: int
    quarantined: int
    holds: tuple[str, ...]

    @property
    def line(self) -> str:
        """One line for a list."""
        why = "; ".join(self.holds)
        return f"{self.dataset}  {self.edition}  {self.since:%Y-%m-%d %H:%M} UTC  {why}"


def listed(home: Home) -> tuple[HeldEdition, ...]:
    """What waits, the oldest first."""
    return tuple(_held(attempt) for attempt in Store(home).held_attempts())


def _held(attempt: Attempt) -> HeldEdition:
    staged = staged_of(attempt)
    return HeldEdition(
        dataset=attempt.dataset,
        address=attempt.id,
        edition=staged.edition,
        since=attempt.finished_at or attempt.started_at,
        rows=staged.rows,
        quarantined=staged.quarantined,
        holds=staged.holds,
    )


def held(dataset: str, home: Home) -> Attempt:
    """The attempt of a dataset that waits; raises WrongCall where none does."""
    contracts.load(dataset)
    found = Store(home).held_attempts(dataset)
    if not found:
        raise WrongCall(
            Text(f"{dataset} 没有待审的版次", f"no edition of {dataset} waits for a review"),
            where="gongkai review",
            do=Text(
                "请用 `gongkai review list` 查看。", "See what waits with `gongkai review list`."
            ),
        )
    return found[-1]


def show(dataset: str, home: Home) -> tuple[str, ...]:
    """What a steward needs to decide, as lines: why it waits, the change set in numbers, the
    suite's result, the quarantine by reason. No value of a row is shown."""
    attempt = held(dataset, home)
    staged, contract = staged_of(attempt), contracts.load(dataset)
    return (
        f"{contract.title.zh} · {contract.title.en}",
        f"{dataset} {staged.edition}  {attempt.id}",
        "",
        "待审原因 · why it waits",
        *(f"  {reason}" for reason in staged.holds),
        "",
        "变动 · changes",
        *_changes(staged),
        "",
        "整体规则 · dataset rules",
        *_rules(attempt),
        "",
        "隔离 · quarantine",
        *_quarantine(attempt, contract, home),
    )


def _changes(staged: Staged) -> tuple[str, ...]:
    return (
        f"  收到 in {staged.rows_in} = 接受 accepted {staged.accepted} + "
        f"隔离 quarantined {staged.quarantined}",
        f"  新增 added {staged.added}，删除 removed {staged.removed}，"
        f"更改 changed {staged.changed}，合计 rows {staged.rows}",
        *(f"  空表 declared empty: {reason}" for reason in staged.empty),
    )


def _rules(attempt: Attempt) -> tuple[str, ...]:
    return tuple(
        f"  {'✓' if judged['holds'] else '✗'} {judged['rule']} ({judged['weight']})"
        for judged in attempt.report["verdict"]
    )


def _quarantine(attempt: Attempt, contract: Contract, home: Home) -> tuple[str, ...]:
    with session(home) as database:
        rows = database.execute(
            "SELECT column_name, code, count(*) FROM private.quarantine.findings "
            "WHERE attempt = ? AND severity = 'error' GROUP BY ALL ORDER BY 3 DESC, 1, 2",
            [attempt.id],
        ).fetchall()
    labels = {field.name: field.label.zh for field in contract.fields}
    return tuple(
        f"  {count}  {labels.get(name, '主键')} {name} {code}" for name, code, count in rows
    )
