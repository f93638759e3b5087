"""Script files that only name values, as web pages carry their data: written anew as JSON.

`const SCHOOLS = [{name: 'a', places: 40,},];` becomes `{"SCHOOLS": [{"name": "a", "places": 40}]}`,
every value in the line where it stood. Nothing is evaluated: comments, names without quotes, single
quotes, texts over several lines and trailing commas are understood. The name of another value
(`RANKS.first['a']`) stays the text that it is, and anything else that would have to be worked out
(a sum, a call, the body of a function) is an error.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

TOKEN = re.compile(
    r"""(?P<space> \s+ | //[^\n]* | /\*.*?\*/ )
    | (?P<text> "(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*' | `(?:[^`\\$]|\\.|\$(?!\{))*` )
    | (?P<number> -?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.$]) )
    | (?P<name> (?:[^\W\d]|\$)[\w$]* (?: \.[\w$]+ | \[(?:\d+|'[^'\\\n]*'|"[^"\\\n]*")\] )* )
    | (?P<opens> [{\[] ) | (?P<closes> [}\]] )
    | (?P<mark> [:,;=()] )""",
    re.VERBOSE | re.DOTALL,
)
PLAIN = {"true": "true", "false": "false", "null": "null", "undefined": "null", "NaN": "NaN"}
ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)
ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": ""}


class NoLiteral(ValueError):
    """What stands in `line` (from 1) is no plain value."""

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line} has no plain value")
        self.line = line


class Token(NamedTuple):
    """A piece of a script: what it is, as it is written, and its line."""

    kind: str
    text: str
    line: int


def names_values(text: str) -> bool:
    """Whether a text begins as a script does, and not as JSON or a page."""
    try:
        return next(_tokens(text), Token("", "", 1)).kind == "name"
    except NoLiteral:
        return False


def as_json(text: str) -> str:
    """The values that a script names (`const NAME = …`, `window.NAME = …`, `export default …`, or
    the one that a call is given) as one object of JSON.

    Raises NoLiteral where something else stands.
    """
    written = ["{"]
    name, depth, line = "", 0, 1
    for token, following in pairwise([*_tokens(text), Token("", "", 0)]):
        if depth == 0 and token.kind == "name":
            name = token.text.split(".")[-1]
        elif depth == 0 and token.kind == "opens":
            written.append(f"{',' if len(written) > 1 else ''}{json.dumps(name)}:")
        depth += (token.kind == "opens") - (token.kind == "closes")
        if depth == 0 and token.kind != "closes":
            continue
        if depth < 0:
            raise NoLiteral(token.line)
        written.append("\n" * (token.line - line) + _json(token, following))
        line = token.line
    return "".join([*written, "}"])


def _json(token: Token, following: Token) -> str:
    """A piece of a value as JSON writes it."""
    if token.text == "," and following.kind == "closes":
        return ""
    if token.kind in ("opens", "closes") or token.text in (",", ":"):
        return token.text
    if token.kind == "text":
        return json.dumps(ESCAPE.sub(_escaped, token.text[1:-1]))
    if following.text == ":" and token.kind in ("name", "number"):
        return json.dumps(token.text)
    if token.kind == "number" or token.text in PLAIN:
        return PLAIN.get(token.text, token.text)
    if token.kind == "name" and (following.text == "," or following.kind == "closes"):
        return json.dumps(token.text, ensure_ascii=False)
    raise NoLiteral(token.line)


def _escaped(found: re.Match[str]) -> str:
    code, short, char = found.groups()
    return chr(int(code or short, 16)) if char is None else ESCAPED.get(char, char)


def _tokens(text: str) -> Iterator[Token]:
    at, line = 0, 1
    while at < len(text):
        found = TOKEN.match(text, at)
        if found is None:
            raise NoLiteral(line)
        if found.lastgroup and found.lastgroup != "space":
            yield Token(found.lastgroup, found.group(), line)
        at, line = found.end(), line + found.group().count("\n")
