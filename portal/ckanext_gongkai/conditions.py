"""From a parsed query to an SQL condition with bound parameters."""

import json
import re
from dataclasses import dataclass, field

from .syntax import Every, Node, Not, Some, Term, unescape

# Analysed fields: matched as substrings without regard to case, so that Chinese, which puts
# no spaces between words, is found as it is written.
TEXT_FIELDS = {
    "title",
    "notes",
    "author",
    "author_email",
    "maintainer",
    "maintainer_email",
    "res_name",
    "res_description",
    "urls",
    "title_ngram",
    "name_ngram",
}
TEXT_PREFIXES = ("extras_", "res_extras_")
# Fields that Solr's schema copies from another.
COPIED_FROM = {"title_ngram": "title", "name_ngram": "name", "urls": "url"}
# Where a word was found decides the order of the results.
WEIGHTS = (("name", 4), ("title", 4), ("tags", 2), ("groups", 2))
RANGE = re.compile(r"[\[{]\s*(\S+)\s+TO\s+(\S+)\s*[\]}]")
NOW = re.compile(r"NOW(?:/\w+)?(?:([+-]\d+)(YEAR|MONTH|DAY|HOUR)S?)?")
WILDCARD = re.compile(r"(?<!\\)[*?]")


@dataclass
class Conditions:
    """Writes conditions on the columns `doc` and `body`, and collects their parameters."""

    parameters: dict[str, str] = field(default_factory=dict)

    def bind(self, value: str) -> str:
        """The name under which a value is bound."""
        name = f"p{len(self.parameters)}"
        self.parameters[name] = value
        return f":{name}"

    def substring(self, value: str) -> str:
        """The name under which an ILIKE pattern is bound that finds the value anywhere."""
        escaped = re.sub(r"([%_\\])", r"\\\1", value)
        return self.bind(f"%{escaped}%")

    def write(self, node: Node) -> str:
        """The SQL condition of a tree."""
        match node:
            case Every(nodes=()) | Some(nodes=()):
                return "true"
            case Every(nodes):
                return "(" + " and ".join(map(self.write, nodes)) + ")"
            case Some(nodes):
                return "(" + " or ".join(map(self.write, nodes)) + ")"
            case Not(inner):
                # A missing field is null, and its negation has to be true.
                return f"(not coalesce({self.write(inner)}, false))"
            case Term():
                return self.term(node)

    def term(self, term: Term) -> str:
        """The SQL condition of one term."""
        if term.field == "*":
            return "true"
        if term.kind == "any":
            return f"jsonb_exists(doc, {self.bind(term.field)})"
        if term.kind == "range":
            return self.between(term)
        if term.field == "text":
            return self.contains("body", term)
        if term.field in TEXT_FIELDS or term.field.startswith(TEXT_PREFIXES):
            name = COPIED_FROM.get(term.field, term.field)
            return self.contains(f"(doc->>{self.bind(name)})", term)
        if term.kind == "word" and WILDCARD.search(term.value):
            return self.like(term)
        value = unescape(term.value) if term.kind == "word" else term.value
        # The field is the value, or the list in it has the value; the index serves both.
        either = ({term.field: value}, {term.field: [value]})
        sides = [f"doc @> cast({self.bind(json.dumps(x))} as jsonb)" for x in either]
        return "(" + " or ".join(sides) + ")"

    def contains(self, column: str, term: Term) -> str:
        value = unescape(term.value.strip("*")) if term.kind == "word" else term.value
        return f"({column} ilike {self.substring(value)})"

    def like(self, term: Term) -> str:
        pattern = re.sub(r"([%_])", r"\\\1", term.value)
        pattern = re.sub(r"(?<!\\)\*", "%", pattern)
        pattern = re.sub(r"(?<!\\)\?", "_", pattern)
        values = f"jsonb_path_query(doc, cast({self.bind(path(term.field))} as jsonpath))"
        return f"exists (select from {values} v where v #>> '{{}}' like {self.bind(pattern)})"

    def between(self, term: Term) -> str:
        bounds = RANGE.fullmatch(term.value)
        column = f"(doc->>{self.bind(term.field)})"
        if bounds is None:
            return "false"
        low, high = bounds.groups()
        sides = []
        if low != "*":
            sides.append(f"{column} {'>=' if term.value[0] == '[' else '>'} {self.moment(low)}")
        if high != "*":
            sides.append(f"{column} {'<=' if term.value[-1] == ']' else '<'} {self.moment(high)}")
        return "(" + (" and ".join(sides) or f"{column} is not null") + ")"

    def moment(self, text: str) -> str:
        """A bound of a range: a value as it is, or Solr's date arithmetic on NOW."""
        match = NOW.fullmatch(text)
        if match is None:
            return self.bind(unescape(text).strip('"'))
        shift = " ".join(match.groups()) if match.group(1) else "0 day"
        form = self.bind('YYYY-MM-DD"T"HH24:MI:SS"Z"')
        return f"to_char((now() at time zone 'utc') + cast({self.bind(shift)} as interval), {form})"


@dataclass(frozen=True)
class Ranked:
    """A condition and the SQL expression that ranks what it finds."""

    condition: str
    score: str


def words(conditions: Conditions, text: str) -> Ranked:
    """The condition for words typed into the search field.

    Up to two words must all be found, of more all but one, of more than five four fifths:
    CKAN's own rule. A word with a minus before it must not be found.
    """
    found: list[str] = []
    absent: list[str] = []
    scores: list[str] = []
    for sign, phrase, word in re.findall(r'([+-]?)(?:"([^"]*)"|([^\s"]+))', text):
        value = (phrase or unescape(word)).strip("*")
        if not value:
            continue
        pattern = conditions.substring(value)
        if sign == "-":
            absent.append(f"(not body ilike {pattern})")
            continue
        found.append(f"cast(body ilike {pattern} as int)")
        scores += [
            f"(case when doc->>'{name}' ilike {pattern} then {weight} else 0 end)"
            for name, weight in WEIGHTS
        ]
        bare = conditions.bind(value)
        without = f"length(replace(lower(body), lower({bare}), ''))"
        scores.append(f"cast(length(body) - {without} as float) / (length(body) + 1)")
    total = len(found)
    needed = total if total <= 2 else total - 1 if total <= 5 else int(total * 0.8)
    enough = [f"({' + '.join(found)}) >= {needed}"] if found else []
    return Ranked(" and ".join(enough + absent) or "true", " + ".join(scores) or "0")


def path(name: str) -> str:
    """The JSON path to the value of a field, or to each value where it holds a list."""
    return f"$.{json.dumps(name)}[*]"
