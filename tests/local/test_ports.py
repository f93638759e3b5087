"""Ports are found once, kept while they can be had, and never taken from another."""

from __future__ import annotations

import socket
from pathlib import Path

from gongkai.local import ports


def test_a_port_is_found_once_and_kept(tmp_path: Path) -> None:
    file = tmp_path / "ports.json"
    first = ports.claim(["a", "b"], [], ports.LOOPBACK, file)
    assert len(set(first.values())) == 2
    assert ports.claim(["a", "b"], [], ports.LOOPBACK, file) == first


def test_a_further_name_does_not_forget_the_others(tmp_path: Path) -> None:
    file = tmp_path / "ports.json"
    first = ports.claim(["a"], [], ports.LOOPBACK, file)
    ports.claim(["samples"], [], ports.LOOPBACK, file)
    assert ports.claim(["a"], [], ports.LOOPBACK, file) == first


def test_a_port_that_another_took_is_replaced_and_one_of_ours_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "ports.json"
    port = ports.claim(["a"], [], ports.LOOPBACK, file)["a"]
    with socket.create_server((ports.LOOPBACK, port)):
        assert ports.claim(["a"], ["a"], ports.LOOPBACK, file)["a"] == port
        assert ports.claim(["a"], [], ports.LOOPBACK, file)["a"] != port
