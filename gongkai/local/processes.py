"""Processes that outlive the command that started them.

Each has a log and a record: its number, when it started and in which boot of the machine, so
that another process that got the same number later is never taken for it. Each leads a
session of its own; everything it starts stays in that session, also what makes itself a
process group (Airflow's tasks do), and ends with it.
"""

import contextlib
import hashlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from .home import LocalError, read_json, write_json

PROC = Path("/proc")
# The environment of whoever starts a stand must not reach into it.
FOREIGN = ("PYTHON", "VIRTUAL_ENV", "AIRFLOW__", "AIRFLOW_HOME", "CKAN_", "GUNICORN_", "PG")


@dataclass(frozen=True)
class Command:
    """What to run. `env` is added to the caller's environment; `user` needs root.

    `settings` is what it reads from a file: where that changes, it has to start anew.
    """

    name: str
    argv: tuple[str, ...]
    cwd: Path
    log: Path
    env: Mapping[str, str] = field(default_factory=dict)
    user: int | None = None
    group: int | None = None
    stop: int = signal.SIGTERM
    stop_whole_group: bool = True
    patience: float = 10.0
    settings: str = ""

    @property
    def fingerprint(self) -> str:
        """The same for the same command; says nothing of the secrets in it."""
        told = [self.argv, str(self.cwd), sorted(self.env.items()), self.user, self.settings]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()


@dataclass(frozen=True)
class Record:
    """A process that was started: enough to know it again, and to stop it."""

    name: str
    pid: int
    started: int
    boot: str
    fingerprint: str
    log: str
    stop: int
    stop_whole_group: bool
    patience: float


@dataclass(frozen=True)
class _Stat:
    pid: int
    state: str
    session: int
    terminal: int
    started: int


def ensure(command: Command, run: Path) -> Record:
    """The process of this command: the one that runs, or a new one.

    A process of the same name whose command was another is stopped first.
    """
    record = load(command.name, run)
    if record is not None:
        if is_alive(record) and record.fingerprint == command.fingerprint:
            return record
        stop([record], run)
    return start(command, run)


def start(command: Command, run: Path) -> Record:
    """Start a process in a session of its own, and record it."""
    log = os.open(command.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        process = subprocess.Popen(
            command.argv,
            cwd=command.cwd,
            env=environment(command.env),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            umask=0o077,
            user=command.user,
            group=command.group,
            extra_groups=None if command.user is None else [],
        )
    except OSError as error:
        raise LocalError(
            f"{command.name} cannot be started ({command.argv[0]}: {error.strerror}); "
            "install it with `make install`."
        ) from error
    finally:
        os.close(log)
    # It is not reaped here: a stand outlives its starter, and the dead are told by their state.
    process.returncode = 0
    stat = _stat(process.pid)
    record = Record(
        name=command.name,
        pid=process.pid,
        started=stat.started if stat else 0,
        boot=_boot(),
        fingerprint=command.fingerprint,
        log=str(command.log),
        stop=int(command.stop),
        stop_whole_group=command.stop_whole_group,
        patience=command.patience,
    )
    write_json(run / f"{command.name}.json", asdict(record))
    return record


def load(name: str, run: Path) -> Record | None:
    """The record of a process, whether it still runs or not."""
    told = read_json(run / f"{name}.json")
    return Record(**told) if told else None


def load_all(run: Path) -> list[Record]:
    """Every record."""
    names = sorted(path.stem for path in run.glob("*.json"))
    return [record for name in names if (record := load(name, run))]


def is_alive(record: Record) -> bool:
    """Whether this very process runs."""
    if record.boot != _boot():
        return False
    stat = _stat(record.pid)
    return stat is not None and stat.started == record.started and stat.state not in "ZX"


def started_at(record: Record) -> float:
    """When this process started, as seconds of the Unix clock."""
    boot = time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)
    return boot + record.started / os.sysconf("SC_CLK_TCK")


def members(record: Record) -> list[int]:
    """The processes of this one's session that run, itself included.

    While one of them lives, the kernel gives the session's number to no other process.
    """
    if record.boot != _boot():
        return []
    leader = _stat(record.pid)
    if leader is not None and leader.started != record.started:
        return []  # the number belongs to another process by now
    return [
        stat.pid
        for stat in _stats()
        if stat.session == record.pid and stat.started >= record.started and stat.state not in "ZX"
    ]


def stop(records: Iterable[Record], run: Path) -> None:
    """Stop these together, with all they started: asked first, after their patience killed."""
    waiting = list(records)
    for record in waiting:
        _ask(record)
    begin = time.monotonic()
    while waiting:
        for record in list(waiting):
            left = members(record)
            if not left:
                (run / f"{record.name}.json").unlink(missing_ok=True)
                waiting.remove(record)
            elif time.monotonic() - begin > record.patience:
                for pid in left:
                    _signal(pid, signal.SIGKILL)
        if waiting:
            time.sleep(0.05)


def sweep(run: Path) -> None:
    """Kill what is left of processes that have ended, and forget them.

    What a killed server has started may live on, and hold its port.
    """
    for record in load_all(run):
        if not is_alive(record):
            while left := members(record):
                for pid in left:
                    _signal(pid, signal.SIGKILL)
                time.sleep(0.02)
            (run / f"{record.name}.json").unlink(missing_ok=True)


def sweep_lost(directory: Path) -> None:
    """Kill processes of a stand whose directory was removed by hand while they ran.

    Their records went with it. They are known by their working directory, which is gone, and
    by having no terminal.
    """
    gone = " (deleted)"
    for stat in _stats():
        with contextlib.suppress(OSError):
            working = os.readlink(PROC / str(stat.pid) / "cwd")
            lost = working.endswith(gone) and stat.terminal == 0
            if lost and Path(working.removesuffix(gone)).is_relative_to(directory):
                _signal(stat.pid, signal.SIGKILL)


def wait_until(
    ready: Callable[[], bool], record: Record, seconds: float, pause: float = 0.1
) -> None:
    """Wait for a process to be ready. Raises LocalError where it ends or takes too long."""
    deadline = time.monotonic() + seconds
    while not ready():
        if not is_alive(record):
            raise LocalError(
                f"{record.name} ended while it started ({last_line(Path(record.log))}); "
                f"see {record.log}."
            )
        if time.monotonic() > deadline:
            raise LocalError(
                f"{record.name} was not ready after {seconds:.0f} seconds; see {record.log}."
            )
        time.sleep(pause)


def finish(command: Command, seconds: float = 600.0) -> None:
    """Run a command to its end. Raises LocalError where it fails."""
    log = os.open(command.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        done = subprocess.run(
            command.argv,
            cwd=command.cwd,
            env=environment(command.env),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            timeout=seconds,
            umask=0o077,
            user=command.user,
            group=command.group,
            extra_groups=None if command.user is None else [],
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise LocalError(f"{command.name} failed ({error}); see {command.log}.") from error
    finally:
        os.close(log)
    if done.returncode:
        raise LocalError(
            f"{command.name} failed with exit code {done.returncode} "
            f"({last_line(command.log)}); see {command.log}."
        )


def environment(added: Mapping[str, str]) -> dict[str, str]:
    """The caller's environment without what would change a service, and with what is added."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    return {**kept, **added}


def last_line(log: Path) -> str:
    """The last thing a process said."""
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    said = [line.strip() for line in lines[-50:] if line.strip()]
    return said[-1][:200] if said else "it said nothing"


def _ask(record: Record) -> None:
    if is_alive(record) and not record.stop_whole_group:
        _signal(record.pid, record.stop)
        return
    for pid in members(record):
        _signal(pid, record.stop)


def _signal(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _boot() -> str:
    return (PROC / "sys/kernel/random/boot_id").read_text().strip()


def _stats() -> list[_Stat]:
    found = (_stat(int(path.name)) for path in PROC.iterdir() if path.name.isdigit())
    return [stat for stat in found if stat is not None]


def _stat(pid: int) -> _Stat | None:
    try:
        text = (PROC / str(pid) / "stat").read_text(errors="replace")
    except OSError:
        return None
    # The name in parentheses may hold anything, so the fields are counted from behind it.
    fields = text.rpartition(")")[2].split()
    return _Stat(
        pid=pid,
        state=fields[0],
        session=int(fields[3]),
        terminal=int(fields[4]),
        started=int(fields[19]),
    )
