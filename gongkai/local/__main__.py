"""`python -m gongkai.local demo [SOURCES] | up | down | clean | status | run -- …`"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from . import airflow, home, processes, stand
from .home import Home, LocalError
from .progress import Progress

USAGE = "python -m gongkai.local demo [SOURCES] | up | down | clean | status | run -- COMMAND …"


def main(arguments: Sequence[str]) -> int:
    """Do what the words say; 0 where that worked, 1 where not, 2 for words that mean nothing."""
    commands = {"up": up, "down": stand.down, "clean": stand.clean}
    where = home.find()
    progress = Progress()
    try:
        match list(arguments):
            case [("up" | "down" | "clean") as name]:
                commands[name](where, progress=progress)
            case ["demo", *folder] if len(folder) <= 1:
                from .demo import demo

                return 0 if demo(where, Path(folder[0]) if folder else None, progress) else 1
            case ["status"]:
                return status(where)
            case ["run", "--", *command] if command:
                run(where, command)
            case _:
                print(f"Usage: {USAGE}", file=sys.stderr)
                return 2
    except LocalError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted; `down` stops what is up.", file=sys.stderr)
        return 1
    return 0


def up(where: Home, progress: Progress) -> None:
    """Bring the stand up, and say where to enter."""
    running = stand.up(where, progress=progress)
    progress.say(
        f"up after {progress.elapsed:.1f} s; the passwords are in {where.env} (Airflow, user "
        f"{running.airflow_user}) and {where.path / 'secrets.json'} (portal, user admin)"
    )


def status(where: Home) -> int:
    """Print each process and whether it runs; 0 where all do."""
    records = processes.load_all(where.run)
    for record in records:
        state = "runs" if processes.is_alive(record) else "has ended"
        print(f"{record.name:24} {record.pid:>8}  {state}  {record.log}")
    known = {record.name for record in records if processes.is_alive(record)}
    return 0 if known >= stand.OWN else 1


def run(where: Home, command: Sequence[str]) -> None:
    """Become a command that sees the stand as Airflow's processes do (`airflow dags list`, …)."""
    told = airflow.environment(where)
    if not told:
        raise LocalError(f"The stand of {where.path} was never up; run `up` first.")
    path = f"{os.path.dirname(sys.executable)}:{os.environ.get('PATH', '')}"
    os.execvpe(command[0], list(command), processes.environment({**told, "PATH": path}))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
