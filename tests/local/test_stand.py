"""The whole stand: up, reachable from this machine alone, down without a trace."""

from __future__ import annotations

import json
import os
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from gongkai import local
from gongkai.local import processes, stand


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[local.Stand]:
    """A stand in a home of its own."""
    where = local.Home(tmp_path_factory.mktemp("stand") / "home")
    yield local.up(where, {"GONGKAI_SOURCES": "/nowhere"})
    local.clean(where)
    assert not where.path.exists()


def call(address: str, token: str = "", body: object = None) -> dict[str, object]:
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json", "Authorization": token}
    request = urllib.request.Request(address, data, headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return dict(json.load(answer))


def listening() -> dict[str, str]:
    """The inode of every listening socket, and the address it listens on."""
    found = {}
    for name in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A":
                found[fields[9]] = fields[1].split(":")[0]
    return found


def test_it_listens_on_the_loopback_alone(running: local.Stand) -> None:
    sockets = listening()
    seen = set()
    for record in processes.load_all(running.home.run):
        for pid in processes.members(record):
            for descriptor in Path(f"/proc/{pid}/fd").iterdir():
                target = os.readlink(descriptor) if descriptor.is_symlink() else ""
                if target.startswith("socket:["):
                    seen.add(sockets.get(target[8:-1], ""))
    assert seen - {""} == {"0100007F"}


def test_up_again_changes_nothing(running: local.Stand) -> None:
    before = processes.load_all(running.home.run)
    again = local.up(running.home)
    assert processes.load_all(running.home.run) == before
    assert again.environment["GONGKAI_SOURCES"] == "/nowhere"


def test_the_portal_finds_a_chinese_word_inside_another(running: local.Stand) -> None:
    token = running.environment["CKAN_TOKEN"]
    action = f"{running.environment['CKAN_URL']}/api/3/action"
    call(f"{action}/organization_create", token, {"name": "caizheng", "title": "财政局"})
    dataset = {"name": "debt", "title": "地方政府债务余额", "owner_org": "caizheng"}
    call(f"{action}/package_create", token, {**dataset, "tags": [{"name": "财政"}]})
    query = urllib.parse.urlencode({"q": "债务", "facet.field": '["tags"]'})
    result = call(f"{action}/package_search?{query}")["result"]
    assert isinstance(result, dict)
    assert [found["name"] for found in result["results"]] == ["debt"]
    assert result["search_facets"]["tags"]["items"][0]["name"] == "财政"


@pytest.mark.parametrize("path", ["/", "/en/", "/dataset/", "/api/i18n/zh_Hans-CN"])
def test_the_portal_answers(running: local.Stand, path: str) -> None:
    with urllib.request.urlopen(running.portal_url + path, timeout=60) as answer:
        assert answer.status == 200


def test_the_steward_can_enter_airflow(running: local.Stand) -> None:
    who = {"username": running.airflow_user, "password": running.airflow_password}
    assert call(f"{running.airflow_url}/auth/token", body=who)["access_token"]


def test_a_further_service_goes_down_with_the_others(running: local.Stand) -> None:
    where = running.home
    port = local.free_port(where, "samples")
    assert local.free_port(where, "samples") == port
    words = (sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1")
    record = local.serve(where, local.Service("samples", words))
    records = processes.load_all(where.run)
    assert record in records
    assert {r.name for r in records} >= stand.OWN
    local.down(where)
    assert [pid for r in records for pid in processes.members(r)] == []
