"""Writing files so that whoever reads the folder never meets half of one."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def put(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Write the file in one step; an older version stays readable until then."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    # The mode is set on creation: a secret must not be readable even for a moment.
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as stream:
        stream.write(content)
    part.replace(path)


def json_list(records: Sequence[dict[str, Any]]) -> bytes:
    """Records as a JSON list, one record a line, so that a person can find one."""
    lines = ",\n".join(json.dumps(record, ensure_ascii=False) for record in records)
    return f"[\n{lines}\n]\n".encode()
