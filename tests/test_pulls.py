"""How a source is pulled, as the documents declare it."""

from __future__ import annotations

import re

import pytest
import yaml

from gongkai import pulls
from gongkai.pulls import ApiPull, CkanPull, DatabasePull, FilesPull, UrlPull
from tests.support import PROJECT

PAGE = (PROJECT / "docs" / "sources.md").read_text(encoding="utf-8")
EXAMPLES = [yaml.safe_load(text)["pull"] for text in re.findall(r"```yaml\n(.*?)```", PAGE, re.S)]


def test_every_example_of_the_documents_is_one() -> None:
    found = [type(pulls.declared(raw, "tiny")) for raw in EXAMPLES]
    assert found == [DatabasePull, ApiPull, UrlPull, FilesPull, CkanPull]


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ({"kind": "ftp"}, "is none of database, api, url, files, ckan"),
        ({"kind": "files", "pattern": "*", "take": "some"}, "none of all, last, unseen"),
        ({"kind": "database", "name": "x", "query": "", "updated": "y"}, "go together"),
        ({"kind": "database", "name": "x", "query": "", "period_query": "%s"}, "no {period} in"),
        ({"kind": "files", "pattern": "*", "query": ""}, "has no query"),
    ],
)
def test_what_cannot_be_meant_is_told(raw: dict[str, str], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        pulls.declared({"connection": "gongkai_tiny", **raw}, "tiny")
