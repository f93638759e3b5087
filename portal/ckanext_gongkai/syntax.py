"""The part of Solr's query language that CKAN and its extensions send, parsed to a tree."""

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["word", "phrase", "range", "any"]


@dataclass(frozen=True)
class Term:
    """One condition on one field. A word keeps its backslashes, a phrase has lost them."""

    field: str
    value: str
    kind: Kind


@dataclass(frozen=True)
class Not:
    """Everything that does not match."""

    node: "Node"


@dataclass(frozen=True)
class Every:
    """What all of the nodes match; of no nodes, everything."""

    nodes: tuple["Node", ...]


@dataclass(frozen=True)
class Some:
    """What at least one of the nodes matches."""

    nodes: tuple["Node", ...]


Node = Term | Not | Every | Some


class QueryError(Exception):
    """A query that is not of this language."""


TOKEN = re.compile(
    r"""\s+ | (?P<open>\() | (?P<close>\)) | (?P<sign>[+\-!](?=\S))
  | (?P<operator>(?:AND|OR|NOT|&&|\|\|)(?=[\s()]|$))
  | (?P<field>(?:[\w.\-]|\\.)+|\*):(?=\S)
  | (?P<range>[\[{][^\]}]*\sTO\s[^\]}]*[\]}])
  | "(?P<phrase>(?:[^"\\]|\\.)*)"(?:[~^][\d.]*)?
  | (?P<word>(?:[^\s()"\\]|\\.)+)""",
    re.VERBOSE,
)
BOOST = re.compile(r"(?<!\\)\^[\d.]+$")
NEGATIONS = {("operator", "NOT"), ("sign", "-"), ("sign", "!")}
SIGNS = NEGATIONS | {("sign", "+")}
OPERATORS = {"&&": "AND", "||": "OR"}


def unescape(text: str) -> str:
    """The text without the backslashes that protect its characters."""
    return re.sub(r"\\(.)", r"\1", text)


def parse(text: str, field: str = "text", default: str = "AND") -> Node:
    """The tree of a query; terms without a field are of `field`, joined by `default`.

    Raises QueryError where parentheses are not balanced or a field has no value.
    """
    parser = _Parser(_tokens(text), default)
    node = parser.clauses(field)
    if parser.tokens:
        raise QueryError(f"The query {text!r} closes a parenthesis it never opened; remove it.")
    return node


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens = []
    position = 0
    while position < len(text):
        match = TOKEN.match(text, position)
        if match is None:  # a lone quote and the like means nothing: skip it
            position += 1
            continue
        if match.lastgroup:
            tokens.append((match.lastgroup, match.group(match.lastgroup)))
        position = match.end()
    return tokens


class _Parser:
    """Consumes tokens from the front; what a method leaves, it did not understand."""

    def __init__(self, tokens: list[tuple[str, str]], default: str) -> None:
        self.tokens = tokens
        self.default = default

    def peek(self) -> tuple[str, str]:
        return self.tokens[0] if self.tokens else ("close", "")

    def clauses(self, field: str) -> Node:
        """A sequence of clauses up to the end or to a closing parenthesis.

        As in Solr there is no precedence: a clause is required, optional or prohibited, and
        optional ones decide only where none is required.
        """
        required: list[Node] = []
        optional: list[Node] = []
        prohibited: list[Node] = []
        operator = None
        while self.peek()[0] != "close":
            kind, value = self.tokens[0]
            if kind == "operator" and value != "NOT":
                operator = OPERATORS.get(value, value)
                if operator == "AND" and optional and not required:
                    required.append(optional.pop())
                self.tokens.pop(0)
                continue
            sign = self.sign()
            if self.peek()[0] in ("close", "operator"):
                continue
            node = self.atom(field)
            before_or = self.peek() in (("operator", "OR"), ("operator", "||"))
            if sign == "-":
                prohibited.append(Not(node))
            elif sign == "+" or operator == "AND":
                required.append(node)
            elif operator == "OR" or before_or or self.default == "OR":
                optional.append(node)
            else:
                required.append(node)
            operator = None
        if optional and not required:
            required.append(Some(tuple(optional)))
        return Every((*required, *prohibited))

    def sign(self) -> str:
        """The last of the signs before a clause: + (required), - (prohibited) or none."""
        sign = ""
        while self.tokens and self.tokens[0] in SIGNS:
            sign = "-" if self.tokens.pop(0) in NEGATIONS else "+"
        return sign

    def atom(self, field: str) -> Node:
        """One word, phrase or range, or a parenthesis, with the field before it, if any."""
        kind, value = self.tokens.pop(0)
        if kind == "open":
            node = self.clauses(field)
            if not self.tokens:
                raise QueryError("The query opens a parenthesis it does not close; close it.")
            self.tokens.pop(0)
            return node
        if kind == "field":
            if not self.tokens or self.tokens[0][0] == "close":
                raise QueryError(f"The query names the field {value!r} without a value; add one.")
            return self.atom(unescape(value))
        if kind == "word":
            word = BOOST.sub("", value)
            return Term(field, "", "any") if word == "*" else Term(field, word, "word")
        if kind == "phrase":
            return Term(field, unescape(value), "phrase")
        if kind == "range":
            return Term(field, value, "range")
        # A sign or an operator where a value should be ("title:-x"): take it as the word it is.
        return Term(field, value, "word")
