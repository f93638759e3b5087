"""Pull: fetch what a department hands over, keep it byte for byte, give receipts.

Nothing is read yet. What was received stays in the landing whatever happens later.
"""

from __future__ import annotations

from dataclasses import dataclass

from gongkai.connections import Connect
from gongkai.home import Home
from gongkai.pull.api import pull_pages
from gongkai.pull.database import pull_query
from gongkai.pull.files import pull_files
from gongkai.sources import ApiPull, DatabasePull, FilesPull, Source
from gongkai.state import Receipt


@dataclass(frozen=True)
class Pulled:
    """What one pull brought.

    `watermark` is how far the source was read, to be kept when the edition is published; None
    where the source has none. `nothing_new`: the source was asked for what came after the last
    watermark, and had nothing.
    """

    receipts: tuple[Receipt, ...]
    watermark: str | None
    nothing_new: bool = False


def pull(
    source: Source, home: Home, connect: Connect, *, period: str | None, since: str | None
) -> Pulled:
    """Fetch a source: all of it, or what changed after `since`, or one `period`.

    Raises SourceUnreachable where trying again can help, SourceRefused and BrokenDelivery where
    it cannot.
    """
    match source.pull:
        case DatabasePull() as declared:
            receipt = pull_query(declared, home, connect(declared.connection), period)
            return Pulled((receipt,), None)
        case ApiPull() as declared:
            connection = connect(declared.connection)
            pages = pull_pages(declared, home, connection, since)
            return Pulled(pages.receipts, pages.newest, bool(since) and pages.records == 0)
        case FilesPull() as declared:
            return Pulled(pull_files(declared, home, connect(declared.connection), period), None)
