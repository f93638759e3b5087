"""The command line: make, load-database, serve, deliver."""

import sys
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from samples.deliveries import PERIODS
from samples.deliveries import deliver as deliver_period
from samples.errors import SampleError
from samples.make import SEED
from samples.make import make as make_all

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="The departments of a fictional city: synthetic data, and servers that play them.",
)

Seed = Annotated[int, typer.Option(help="The same seed gives the same bytes.")]
To = Annotated[Path, typer.Option("--to", help="The folder to write into.")]
From = Annotated[Path, typer.Option("--from", help="The folder that `make` wrote.")]
Dsn = Annotated[str, typer.Option(help="The finance bureau's PostgreSQL database.")]


@app.command()
def make(to: To, seed: Seed = SEED) -> None:
    """Write what every department hands over, up to 2025, and the answer key."""
    made = make_all(to, seed)
    counts = Counter(finding.dataset for finding in made.findings)
    for dataset, count in sorted(counts.items()):
        typer.echo(f"{dataset}: {count} lines of the answer key")


@app.command()
def load_database(source: From, dsn: Dsn) -> None:
    """Put the finance bureau's rows into its database, in one transaction."""
    from samples.database import load

    typer.echo(f"czj: {load(source, dsn)} rows")


@app.command()
def serve(
    source: From,
    announce: Annotated[Path, typer.Option(help="Where the addresses are written.")],
    secrets: Annotated[
        Path | None, typer.Option(help="Keeps key, password and ports for the next start.")
    ] = None,
) -> None:
    """Play the trading centre's interface and the natural-resources bureau's SFTP server."""
    from samples.serve import serve as serve_until_stopped

    serve_until_stopped(source, announce, secrets)


@app.command()
def deliver(
    period: Annotated[int, typer.Argument(help="2026 is wrong as a whole, 2027 is sound.")],
    to: To,
    dsn: Annotated[str | None, typer.Option(help="Also reload the database.")] = None,
    seed: Seed = SEED,
) -> None:
    """Hand over a later period into a folder that `make` wrote."""
    if period not in PERIODS:
        known = " or ".join(str(year) for year in PERIODS)
        raise typer.BadParameter(f"no delivery is known for {period}, only for {known}")
    deliver_period(to, period, seed)
    if dsn is not None:
        from samples.database import load

        load(to, dsn)
    typer.echo(f"{period} is in {to}")


def main() -> None:
    """Run a command; what goes wrong is one sentence."""
    try:
        app()
    except SampleError as error:
        typer.echo(f"samples: {error}", err=True)
        sys.exit(1)
    except OSError as error:
        typer.echo(f"samples: {error.filename}: {error.strerror}", err=True)
        sys.exit(1)
