"""Gongkai (公开): department data, proved right and safe, kept published as numbered editions."""

from gongkai.query import connect

__all__ = ["connect"]
