"""A text that people read, in both languages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Text:
    """A text that people read, in Chinese and in English."""

    zh: str
    en: str
