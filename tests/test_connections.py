"""Connections as Airflow writes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from gongkai.connections import from_environment, parse
from gongkai.errors import SourceRefused
from tests.support import a_home


def test_the_json_form() -> None:
    known = parse(
        "gongkai_tiny",
        '{"conn_type": "sftp", "host": "h", "port": 22, "login": "u", "password": "p@:/",'
        ' "schema": "s", "extra": {"timeout": 3}}',
    )
    assert (known.kind, known.host, known.port, known.login) == ("sftp", "h", 22, "u")
    assert (known.password, known.schema, known.extra) == ("p@:/", "s", {"timeout": 3})


def test_extras_may_be_json_within_json() -> None:
    known = parse("a", '{"conn_type": "fs", "extra": "{\\"path\\": \\"/x\\"}"}')
    assert known.extra["path"] == "/x"


def test_the_uri_form() -> None:
    known = parse("gongkai_tiny", "postgres://u:p%40%3A%2F@h:5432/s?timeout=3")
    assert (known.kind, known.host, known.port, known.login) == ("postgres", "h", 5432, "u")
    assert (known.password, known.schema, known.extra) == ("p@:/", "s", {"timeout": "3"})


@pytest.mark.parametrize(
    "value",
    ['{"password": "secret-word"', "http://u:secret-word@h:port/", '{"extra": "secret-word"}'],
)
def test_what_is_neither_form_is_told_without_its_words(value: str) -> None:
    with pytest.raises(SourceRefused, match="gongkai_tiny cannot be read") as caught:
        parse("gongkai_tiny", value)
    assert "secret-word" not in str(caught.value)
    assert "AIRFLOW_CONN_GONGKAI_TINY" in caught.value.do.en


def test_a_connection_that_is_not_there_names_its_variable(tmp_path: Path) -> None:
    connect = from_environment(a_home(tmp_path))
    with pytest.raises(SourceRefused, match="there is no connection gongkai_tiny") as caught:
        connect("gongkai_tiny")
    assert "AIRFLOW_CONN_GONGKAI_TINY" in caught.value.do.en
