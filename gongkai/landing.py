"""The landing: what was received, byte for byte, addressed by its sha256.

An object is written under a temporary name and renamed, so that what has an address is whole.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from gongkai.home import Home, make_private
from gongkai.state import Receipt, now


def keep(home: Home, name: str, origin: str, chunks: Iterable[bytes]) -> Receipt:
    """Keep a stream of bytes and give its receipt. What is already there is not written again."""
    make_private(home.landing)
    digest, size = hashlib.sha256(), 0
    handle, temporary = tempfile.mkstemp(dir=home.landing, prefix=".receiving-")
    try:
        with os.fdopen(handle, "wb") as file:
            for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        target = address(home, digest.hexdigest())
        make_private(target.parent)
        if not target.exists():
            Path(temporary).rename(target)
    finally:
        Path(temporary).unlink(missing_ok=True)
    return Receipt(name, origin, digest.hexdigest(), size, now())


def address(home: Home, sha256: str) -> Path:
    """Where an object lies."""
    return home.landing / sha256[:2] / sha256
