"""What the templates ask for: key areas, readable extras, and English under English pages."""

from collections.abc import Callable
from typing import Any

from ckan.plugins import toolkit

from . import labels

Record = dict[str, Any]


def helpers() -> dict[str, Callable[..., Any]]:
    """The template helpers, under the names that templates use."""
    return {
        "gongkai_areas": areas,
        "gongkai_extras": extras,
        "gongkai_title_en": title_en,
        "datastore_dictionary": datastore_dictionary,
        "get_facet_items_dict": get_facet_items_dict,
    }


def areas() -> list[Record]:
    """The key areas, which are CKAN's groups, each with the number of its datasets."""
    found: list[Record] = toolkit.get_action("group_list")({}, {"all_fields": True})
    return found


def extras(package: Record) -> list[tuple[str, str]]:
    """The dataset's extras as label and value in the page's language."""
    titles = {group["name"]: _area_title(group) for group in package.get("groups", [])}
    return labels.rows(toolkit.h.sorted_extras(package["extras"]), titles, toolkit._)


def title_en(package: Record) -> str:
    """The dataset's English title where the page is English; nothing elsewhere."""
    if not _in_english():
        return ""
    found = {extra["key"]: extra["value"] for extra in package.get("extras", [])}
    return str(found.get("title_en", ""))


@toolkit.chained_helper
def datastore_dictionary(next_helper: Callable[..., list[Record]], *args: Any) -> list[Record]:
    """The data dictionary; on English pages with the English label where there is one.

    CKAN's form that edits the dictionary does not read it through this helper, so that no
    label is overwritten by its translation.
    """
    fields = next_helper(*args)
    return [_with_english_label(field) for field in fields] if _in_english() else fields


@toolkit.chained_helper
def get_facet_items_dict(
    next_helper: Callable[..., list[Record]], facet: str, *args: Any, **options: Any
) -> list[Record]:
    """A facet's values; licences in the page's language, for which CKAN has translations."""
    items = next_helper(facet, *args, **options)
    if facet != "license_id":
        return items
    return [{**item, "display_name": toolkit._(item["display_name"])} for item in items]


def _in_english() -> bool:
    return str(toolkit.h.lang()).startswith("en")


def _area_title(group: Record) -> str:
    """The group's title; its description is what the publisher gives as the English title."""
    in_english = group.get("description") if _in_english() else ""
    return str(in_english or group.get("title") or group["name"])


def _with_english_label(field: Record) -> Record:
    info = field.get("info") or {}
    if not info.get("label_en"):
        return field
    return {**field, "info": {**info, "label": info["label_en"]}}
