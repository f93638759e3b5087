"""Ports that a stand finds, keeps in its home, and finds again."""

import random
import socket
from collections.abc import Iterable
from pathlib import Path

from .home import LocalError, read_json, write_json

LOOPBACK = "127.0.0.1"
# Below the range from which the kernel takes the ports of outgoing connections.
CHOICE = range(20000, 30000)


def claim(names: Iterable[str], held: Iterable[str], listen: str, file: Path) -> dict[str, int]:
    """A port for each name: the recorded one where it is free or held by us, else a new one."""
    recorded = {name: int(port) for name, port in read_json(file).items()}
    ours = set(held)
    ports: dict[str, int] = {}
    for name in names:
        port = recorded.get(name)
        if port is None or not (name in ours or is_free(port, listen)):
            port = _find(listen, {*ports.values(), *recorded.values()})
        ports[name] = port
    if not ports.items() <= recorded.items():
        write_json(file, {**recorded, **ports})
    return ports


def is_free(port: int, listen: str) -> bool:
    """Whether a server could listen on this port, on the loopback and on that address."""
    return all(_can_listen(port, address) for address in {LOOPBACK, listen})


def _find(listen: str, taken: set[int]) -> int:
    for port in random.sample(CHOICE, 200):
        if port not in taken and is_free(port, listen):
            return port
    raise LocalError(
        f"No free port between {CHOICE.start} and {CHOICE.stop} on {listen}; "
        "check GONGKAI_LISTEN, or stop something."
    )


def _can_listen(port: int, address: str) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
            probe.listen(1)
        except OSError:
            return False
    return True
