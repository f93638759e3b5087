"""Gongkai's services on one machine: PostgreSQL, the portal and Airflow, without containers."""

from .home import Home, LocalError, find
from .progress import Progress
from .stand import Service, Stand, clean, down, environment, free_port, serve, up

__all__ = [
    "Home",
    "LocalError",
    "Progress",
    "Service",
    "Stand",
    "clean",
    "down",
    "environment",
    "find",
    "free_port",
    "serve",
    "up",
]
