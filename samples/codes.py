"""Identifiers that pass their checks though nobody holds them, and ways to spoil them."""

from random import Random

from stdnum.cn import ric, uscc

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def organisation_check(body: str) -> str:
    """The ninth character of an organisation code (GB 11714) over its first eight."""
    total = sum(
        int(char, 36) * weight for char, weight in zip(body, _ORGANISATION_WEIGHTS, strict=True)
    )
    return "0X987654321"[total % 11]


def credit_code(kind: str, region: str, rng: Random) -> str:
    """A unified social credit code (GB 32100) whose inner and outer checks hold.

    `kind` is the two leading characters: 91 firm, 11 authority, 12 public institution,
    52 private non-enterprise unit. Firms get the MA bodies of recent registrations.
    """
    body = f"MA9{rng.randrange(100_000):05d}" if kind == "91" else f"9{rng.randrange(10**7):07d}"
    head = kind + region + body + organisation_check(body)
    return head + uscc.calc_check_digit(head)


def with_wrong_check(code: str) -> str:
    """The same code with the next character of the alphabet at its end."""
    place = (_ALPHABET.index(code[-1]) + 1) % len(_ALPHABET)
    return code[:-1] + _ALPHABET[place]


def resident_id(region: str, born: str, serial: int) -> str:
    """A resident identity number (GB 11643) with a true check digit.

    With a region of the fictional city it can belong to nobody.
    """
    head = f"{region}{born}{serial:03d}"
    return head + ric.calc_check_digit(head + "0")


def in_scientific_notation(code: str, digits: int) -> str:
    """What a spreadsheet leaves of a long number: 1.13299E+17."""
    mantissa = f"{code[0]}.{code[1 : digits + 1]}".rstrip("0")
    return f"{mantissa}E+{len(code) - 1:02d}"


def section_code(project: str, tender: int, section: int) -> str:
    """A bid section code, 23 characters: project 17, tender project 3, section 3."""
    return f"{project}{tender:03d}{section:03d}"
