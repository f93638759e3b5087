"""Pull: fetch what a department hands over, keep it byte for byte, give receipts.

Nothing is read yet. What was received stays in the landing whatever happens later.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gongkai.connections import Connect
from gongkai.home import Home
from gongkai.pull.api import pull_pages
from gongkai.pull.ckan import pull_resource
from gongkai.pull.database import pull_query
from gongkai.pull.files import pull_files
from gongkai.pull.url import pull_url
from gongkai.pulls import ApiPull, CkanPull, DatabasePull, FilesPull, UrlPull
from gongkai.sources import Source
from gongkai.state import Receipt


@dataclass(frozen=True)
class Known:
    """What earlier runs tell a pull: `files`, name and sha256 of those that were part of a run
    that came to its end, and whether those `suffice` where the source takes what is unseen;
    `begun`, the pages of a pull that broke and can be taken up."""

    files: frozenset[tuple[str, str]] = frozenset()
    suffice: bool = False
    begun: tuple[Receipt, ...] = ()


@dataclass(frozen=True)
class Pulled:
    """What one pull brought.

    `watermark` is how far the source was read, or which version of it, to be kept when the
    edition is published; None where the source has none. `nothing_new`: the source was asked for
    what came after the last watermark, or for what was not seen, and had nothing.
    """

    receipts: tuple[Receipt, ...]
    watermark: str | None
    nothing_new: bool = False


def pull(
    source: Source,
    home: Home,
    connect: Connect,
    *,
    period: str | None,
    since: str | None,
    known: Known | None = None,
    kept: Callable[[Receipt], None] = lambda _: None,
) -> Pulled:
    """Fetch a source: all of it, or what changed after `since`, or one `period`.

    `kept` is told of what is sound as soon as it is kept, so that a pull that breaks can be taken
    up. Raises SourceUnreachable where trying again can help, SourceRefused and BrokenDelivery
    where it cannot.
    """
    known = known or Known()
    connection = connect(source.pull.connection)
    match source.pull:
        case DatabasePull() as declared:
            answer = pull_query(declared, home, connection, period, since)
            asked = bool(since and declared.since_query)
            newest = answer.newest or (since if asked else None)
            return Pulled((answer.receipt,), newest, asked and answer.rows == 0)
        case ApiPull() as declared:
            pages = pull_pages(
                declared, home, connection, since, period=period, begun=known.begun, kept=kept
            )
            return Pulled(pages.receipts, pages.newest, bool(since) and pages.records == 0)
        case UrlPull() as declared:
            fetched = pull_url(declared, home, connection, period, since)
            receipts = (fetched.receipt,) if fetched.receipt else ()
            return Pulled(receipts, fetched.version, not receipts)
        case FilesPull() as declared:
            files = pull_files(
                declared, home, connection, period, known.files, only_new=known.suffice
            )
            return Pulled(files, None, not files)
        case CkanPull() as declared:
            taken = pull_resource(declared, home, connection, since, begun=known.begun, kept=kept)
            return Pulled(taken.receipts, taken.version, not taken.receipts)
