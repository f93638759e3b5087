"""Repair of a text that was damaged on its way: what a rule can mend, and where none can.

The rules are those of a crawler's known faults: pronunciations written behind characters, a text
turned into traditional characters, signs put between words. What they leave stays as it is. A slip
of whoever wrote the text is no damage: it is kept, for a check to find.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from opencc import OpenCC

Rule = Literal["pinyin", "traditional", "inserted"]

_TONED = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ"
_LETTER = f"a-zü{_TONED}"
_SYLLABLE = rf"(?:[zcs]h|[bpmfdtnlgkhjqxrzcsyw])?[aeiouü{_TONED}]{{1,4}}(?:ng|n|r)?"
PINYIN = re.compile(rf"(?<=[㐀-鿿])(?:\({_SYLLABLE}\))+")
"""A syllable in brackets behind a character, or several; 市(区) and 平台(app) are not meant."""

# 著 is 着 or 著 by its sense, and 笫 is a character of its own: both stay as they are without this
WORDS = {"著力": "着力", "著重": "着重", "笫三方": "第三方"}

INSERTED = {"@@": "", ",,": ",", "，，": "，"}

_LOST = re.compile(
    # a syllable whose bracket, and the character before it, are gone
    rf"\??(?<![({_LETTER}])[a-zü]{{0,3}}[{_TONED}][a-z]{{0,3}}\)"
    # a character of nobody's, or what a decoder puts for bytes that it does not know
    r"|[\ue000-\uf8ff\ufffd]_?"
)
_NEAR = 2
"""Places with as few characters between them are one: nobody can vouch for those either."""


@dataclass(frozen=True)
class Patch:
    """What a person read in another copy: `damaged` as it stands in this one, what it `reads`,
    and the `source` where that was seen."""

    damaged: str
    reads: str
    source: str


@dataclass(frozen=True)
class Damage:
    """A span that no rule can mend. `column` counts from 1, in the line as the file has it."""

    column: int
    text: str


@dataclass(frozen=True)
class Repaired:
    """A line of text after its repair: how many `signs` were taken out of it, which patches it
    has, and what is still damaged."""

    text: str
    signs: int
    patches: tuple[Patch, ...]
    damages: tuple[Damage, ...]


def repaired(line: str, rules: Sequence[Rule], patches: Iterable[Patch] = ()) -> Repaired:
    """A line by the rules and patches that its source declares; without them, as it stands. What
    is destroyed is told in either case."""
    used = tuple(patch for patch in patches if patch.damaged in line)
    text, signs = line, 0
    for patch in used:
        text = text.replace(patch.damaged, patch.reads)
    if "pinyin" in rules:
        text, signs = PINYIN.subn("", text)
    if "inserted" in rules:
        for sign, instead in INSERTED.items():
            signs += text.count(sign)
            text = text.replace(sign, instead)
    if "traditional" in rules:
        text = simplified(text)
    damages = tuple(
        damage
        for damage in damages_in(line)
        if not any(damage.text in patch.damaged for patch in used)
    )
    return Repaired(text, signs, used, damages)


def simplified(text: str) -> str:
    """Traditional characters as simplified ones."""
    text = _converter().convert(text)
    for word, instead in WORDS.items():
        text = text.replace(word, instead)
    return text


def damages_in(line: str) -> tuple[Damage, ...]:
    """The spans of a line that no rule can mend; near ones are told as one."""
    spans: list[tuple[int, int]] = []
    for match in _LOST.finditer(line):
        start, end = match.span()
        if spans and start - spans[-1][1] <= _NEAR:
            start = spans.pop()[0]
        spans.append((start, end))
    return tuple(Damage(start + 1, line[start:end]) for start, end in spans)


@cache
def _converter() -> OpenCC:
    return OpenCC("t2s")
