"""A CKAN portal as a source: that of the stand, as another city would meet it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import httpx

from gongkai.connections import Connection
from gongkai.landing import address
from gongkai.pull import Pulled, pull
from tests.stand.conftest import Running
from tests.stand.test_demo import ckan, status
from tests.support import a_source

DATASET = "school_directory"


def pulled(running: Running, folder: Path, *, since: str | None = None, **more: Any) -> Pulled:
    door = Connection("gongkai_other", "http", "", extra={"base": running.variables["CKAN_URL"]})
    declared = {"kind": "ckan", "connection": "gongkai_other", "package": DATASET, **more}
    source = a_source(folder, pull=declared)
    return pull(source, running.home, lambda _: door, period=None, since=since)


def table(running: Running) -> dict[str, Any]:
    """The resource of the dataset that has a table behind it."""
    resources = ckan(running, "package_show", id=DATASET)["resources"]
    return next(one for one in resources if one["datastore_active"])


def test_a_file_of_another_portal_is_pulled_once(running: Running, tmp_path: Path) -> None:
    resource = table(running)
    named = {"resource": re.escape(resource["name"]), "format": resource["format"]}
    found = pulled(running, tmp_path, **named)
    [receipt] = found.receipts
    content = address(running.home, receipt.sha256).read_bytes()
    assert content == httpx.get(resource["url"], follow_redirects=True).content
    assert pulled(running, tmp_path, since=found.watermark, **named).nothing_new


def test_the_rows_of_another_portal_are_pulled_a_page_at_a_time(
    running: Running, tmp_path: Path
) -> None:
    resource = table(running)
    named = {"resource": re.escape(resource["name"]), "format": resource["format"]}
    found = pulled(running, tmp_path, rows=True, page_size=50, **named)
    pages = [
        json.loads(address(running.home, one.sha256).read_bytes())["result"]["records"]
        for one in found.receipts
    ]
    assert sum(map(len, pages)) == status(running)[DATASET]["rows"]
    assert max(map(len, pages)) <= 50
