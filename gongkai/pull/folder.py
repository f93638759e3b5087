"""What a folder of files is, wherever it lies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Entry:
    """A file as its folder lists it: its size in bytes, when it was last changed (seconds since
    1970, by the clock of its machine)."""

    name: str
    size: int
    modified: float


class Folder(Protocol):
    """A folder that is open; `where` is what an error calls it, `origin` what a receipt does."""

    @property
    def where(self) -> str: ...

    @property
    def origin(self) -> str: ...

    def entries(self) -> list[Entry]:
        """The files in it."""

    def chunks(self, name: str) -> Iterator[bytes]:
        """The bytes of a file."""
