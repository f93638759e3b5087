"""How the portal's pages show what the publisher says of a dataset beyond CKAN's own fields.

The API keeps the machine's keys and values; only the pages show these. What is English here
is the source of a translation in `i18n/`.
"""

from collections.abc import Callable, Mapping, Sequence

Translate = Callable[[str], str]

LABELS: Mapping[str, str] = {
    "data_date": "Data as of",
    "edition": "Edition",
    "rows": "Rows",
    "empty_tables": "Tables without rows",
    "update_frequency": "Update frequency",
    "due": "To be published",
    "area": "Key area",
    "source": "Data source",
    "legal_basis": "Legal basis for publication",
    "contact_phone": "Telephone",
    "contract_version": "Contract version",
    "title_en": "English title",
}
"""The label of each extra, in the order of the page."""

FREQUENCIES: Mapping[str, str] = {
    "R/P1D": "Daily",
    "R/P1W": "Weekly",
    "R/P1M": "Monthly",
    "R/P3M": "Quarterly",
    "R/P6M": "Half-yearly",
    "R/P1Y": "Yearly",
    "R/P3Y": "Every three years",
    "irregular": "Irregular",
}
"""ISO 8601's repeating intervals, as people say them."""


def rows(
    extras: Sequence[tuple[str, str]], areas: Mapping[str, str], translate: Translate
) -> list[tuple[str, str]]:
    """The label and the readable value of each extra: known ones first, in order.

    `areas` has the titles of the dataset's groups. An extra that is not known comes after
    them under its key, and a value that is not known stays as it is.
    """
    given = dict(extras)
    return [
        *(
            (translate(label), _readable(key, given[key], areas, translate))
            for key, label in LABELS.items()
            if key in given
        ),
        *((key, value) for key, value in extras if key not in LABELS),
    ]


def _readable(key: str, value: str, areas: Mapping[str, str], translate: Translate) -> str:
    if key == "update_frequency" and value in FREQUENCIES:
        return translate(FREQUENCIES[value])
    if key == "area":
        return areas.get(value, value)
    if key == "rows" and value.isdecimal():
        return f"{int(value):,}"
    return value
