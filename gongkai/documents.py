"""YAML documents, by libyaml: seven times faster than PyYAML's own reader, and every task reads a
contract, a suite, a source and the city."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml


def parsed(path: Path) -> Any:
    """What a document holds. Raises OSError, UnicodeDecodeError or yaml.YAMLError."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
