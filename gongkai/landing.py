"""The landing: what was received, byte for byte, addressed by its sha256.

An object is written under a temporary name and renamed, so that what has an address is whole.
"""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from gongkai.errors import LandingFailed
from gongkai.home import Home, make_private
from gongkai.state import Receipt, now
from gongkai.text import Text


def keep(home: Home, name: str, origin: str, chunks: Iterable[bytes]) -> Receipt:
    """Keep a stream of bytes and give its receipt. What is already there is not written again.

    Raises LandingFailed where the disk refuses; an error of the stream itself passes through.
    """
    digest, size = hashlib.sha256(), 0
    with _writing(name):
        make_private(home.landing)
        handle, temporary = tempfile.mkstemp(dir=home.landing, prefix=".receiving-")
    try:
        # unbuffered: a full disk is found at the write, not when the file is closed
        with os.fdopen(handle, "wb", buffering=0) as file:
            for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
                with _writing(name):
                    _write_all(file, chunk)
            with _writing(name):
                os.fsync(file.fileno())
        target = address(home, digest.hexdigest())
        with _writing(name):
            make_private(target.parent)
            if not target.exists():
                Path(temporary).rename(target)
    finally:
        Path(temporary).unlink(missing_ok=True)
    return Receipt(name, origin, digest.hexdigest(), size, now())


def _write_all(file: io.FileIO, chunk: bytes) -> None:
    rest = memoryview(chunk)
    while rest:
        rest = rest[file.write(rest) :]


@contextmanager
def _writing(name: str) -> Iterator[None]:
    """An error of our own disk must not be told as one of the department's system."""
    try:
        yield
    except OSError as error:
        raise LandingFailed(
            Text(
                f"收到的内容无法保存（{error.strerror}）",
                f"what was received cannot be kept ({error.strerror})",
            ),
            where=f"landing, {name}",
            do=Text(
                "请腾出磁盘空间或检查权限后重新运行。",
                "Make room or mend its rights, then run again.",
            ),
        ) from None


def address(home: Home, sha256: str) -> Path:
    """Where an object lies."""
    return home.landing / sha256[:2] / sha256
