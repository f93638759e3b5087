"""Gongkai (公开): department data, proved right and safe, kept published as numbered editions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gongkai.query import connect

__all__ = ["connect"]


def __getattr__(name: str) -> Any:
    # a DAG file imports the package and must not pay for DuckDB while it is parsed
    if name == "connect":
        from gongkai.query import connect

        return connect
    raise AttributeError(name)
