"""How to reach a department system: the same connections inside Airflow and outside.

Inside Airflow they are Airflow's own, named `gongkai_<department>`; outside they come from the
variables `AIRFLOW_CONN_GONGKAI_<DEPARTMENT>` in Airflow's JSON or URI form.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from gongkai.errors import SourceRefused
from gongkai.home import Home
from gongkai.text import Text


@dataclass(frozen=True)
class Connection:
    """An address with its credentials. `repr` shows neither password nor extras."""

    name: str
    kind: str
    host: str
    port: int | None = None
    schema: str = ""
    login: str = ""
    password: str = field(default="", repr=False)
    extra: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def place(self) -> str:
        """The system's name and address as an error may show it."""
        port = f":{self.port}" if self.port else ""
        return f"{self.name} at {self.host}{port}" if self.host else self.name


Connect = Callable[[str], Connection]
"""Gives the connection of a name; raises SourceRefused where there is none."""


def from_environment(home: Home) -> Connect:
    """Connections from the variables that Airflow would read, too."""

    def connect(name: str) -> Connection:
        value = home.connections.get(name)
        if value is None:
            raise SourceRefused(
                Text(f"没有连接 {name}", f"there is no connection {name}"),
                where="环境变量 environment",
                do=Text(
                    f"请设置 AIRFLOW_CONN_{name.upper()}，或在 Airflow 中添加该连接。",
                    f"Set AIRFLOW_CONN_{name.upper()}, or add the connection in Airflow.",
                ),
            )
        return parse(name, value)

    return connect


def parse(name: str, value: str) -> Connection:
    """A connection out of Airflow's JSON or URI form; raises SourceRefused where it is neither."""
    try:
        return _parsed(name, value)
    except (ValueError, TypeError, AttributeError):
        raise SourceRefused(
            Text(f"连接 {name} 无法读取", f"the connection {name} cannot be read"),
            where="环境变量 environment",
            do=Text(
                f"请按 Airflow 的 JSON 或 URI 格式填写 AIRFLOW_CONN_{name.upper()}。",
                f"Write AIRFLOW_CONN_{name.upper()} as Airflow's JSON or URI form.",
            ),
        ) from None


def _parsed(name: str, value: str) -> Connection:
    if value.lstrip().startswith("{"):
        raw = json.loads(value)
        extra = raw.get("extra") or {}
        return Connection(
            name=name,
            kind=raw.get("conn_type", ""),
            host=raw.get("host") or "",
            port=raw.get("port"),
            schema=raw.get("schema") or "",
            login=raw.get("login") or "",
            password=raw.get("password") or "",
            extra=json.loads(extra) if isinstance(extra, str) else extra,
        )
    url = urlsplit(value)
    return Connection(
        name=name,
        kind=url.scheme,
        host=unquote(url.hostname or ""),
        port=url.port,
        schema=unquote(url.path.lstrip("/")),
        login=unquote(url.username or ""),
        password=unquote(url.password or ""),
        extra=dict(parse_qsl(url.query)),
    )
