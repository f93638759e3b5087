"""The passwords and keys of one stand, made once and kept in its home."""

import base64
import os
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

from .home import read_json, write_json


def _password() -> str:
    return secrets.token_urlsafe(24)


def _fernet_key() -> str:
    return base64.urlsafe_b64encode(os.urandom(32)).decode()


@dataclass(frozen=True)
class Secrets:
    """Each is letters, digits, - and _ only, so that it fits into an address as it is."""

    identity: str = field(default_factory=_password)
    postgres: str = field(default_factory=_password)
    ckan: str = field(default_factory=_password)
    datastore_ro: str = field(default_factory=_password)
    airflow: str = field(default_factory=_password)
    steward: str = field(default_factory=_password)
    reader: str = field(default_factory=_password)
    department: str = field(default_factory=_password)
    redis: str = field(default_factory=_password)
    ckan_admin: str = field(default_factory=_password)
    ckan_session: str = field(default_factory=_password)
    ckan_csrf: str = field(default_factory=_password)
    airflow_user: str = field(default_factory=_password)
    airflow_jwt: str = field(default_factory=lambda: secrets.token_urlsafe(64))
    airflow_api: str = field(default_factory=_password)
    airflow_fernet: str = field(default_factory=_fernet_key)


def load(file: Path) -> Secrets:
    """The secrets in this file; what is missing is made and kept."""
    told = read_json(file)
    known = {name: told[name] for name in Secrets.__dataclass_fields__ if name in told}
    loaded = Secrets(**known)
    if asdict(loaded) != told:
        write_json(file, asdict(loaded))
    return loaded
