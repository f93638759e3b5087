"""Makes the databases of an embedded portal ready: `python setup_ckan.py INI TOKEN_FILE`.

Everything in one process, because each start of CKAN's command line costs seconds. Every step
may be repeated: on a portal that is ready nothing changes. From the environment it takes
DATASTORE_SUPERUSER (the address of the DataStore's database, as PostgreSQL's superuser) and
ADMIN_PASSWORD.
"""

import os
import sys
from pathlib import Path

import psycopg2

# Imported before CKAN, which imports `magic`: it brings the library that the system may lack.
import pylibmagic  # noqa: F401
from ckan.cli.cli import ckan
from click.testing import CliRunner

ADMIN = "admin"
TOKEN_NAME = "gongkai"


def main(ini: Path, token_file: Path) -> None:
    """Create tables, permissions, the sysadmin with an API token, and the page's translations."""
    command(ini, "db", "init")
    command(ini, "db", "upgrade", "-p", "activity")
    permit(command(ini, "datastore", "set-permissions"), os.environ["DATASTORE_SUPERUSER"])
    # Only `ckan run`, the development server, builds these by itself.
    command(ini, "translation", "js")
    if not token_file.exists():
        if command(ini, "user", "show", ADMIN).strip() == "User: None":
            password = f"password={os.environ['ADMIN_PASSWORD']}"
            command(ini, "user", "add", ADMIN, "email=admin@example.org", password)
            command(ini, "sysadmin", "add", ADMIN)
        token = command(ini, "user", "token", "add", "-q", ADMIN, TOKEN_NAME).strip()
        write_secret(token_file, token)


def command(ini: Path, *arguments: str) -> str:
    """What a command of CKAN's prints. Ends this program where the command fails."""
    result = CliRunner().invoke(ckan, ["-c", str(ini), *arguments])
    if result.exit_code:
        sys.exit(
            f"`ckan {' '.join(arguments[:3])}` failed: {result.exception!r}; "
            f"its output follows.\n{result.output}"
        )
    return str(result.stdout)


def permit(script: str, address: str) -> None:
    """Run the script of permissions that CKAN writes for psql, in the DataStore's database."""
    sql = "\n".join(line for line in script.splitlines() if not line.startswith("\\"))
    connection = psycopg2.connect(address)
    with connection, connection.cursor() as cursor:
        cursor.execute(sql)
    connection.close()


def write_secret(path: Path, text: str) -> None:
    """Write a file that only its owner reads, whole or not at all."""
    part = path.with_suffix(".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text + "\n")
    part.replace(path)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
