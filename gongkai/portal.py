"""What the portal shows of a dataset, made from its contract: metadata and dictionary.

The publisher reaches any CKAN from 2.10 on through the Action API alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

import ckanapi
import requests

from gongkai import describe
from gongkai.city import City
from gongkai.codelists import CodeList
from gongkai.contracts import AREAS, Contract, Field
from gongkai.editions import Edition
from gongkai.errors import PortalRefused, PortalUnreachable
from gongkai.text import Text

TYPES: Mapping[str, str] = {
    "VARCHAR": "text",
    "INTEGER": "int",
    "BIGINT": "int8",
    "DECIMAL": "numeric",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
    "BOOLEAN": "bool",
}
"""DuckDB's types as the DataStore calls them."""

LICENCES: Mapping[str, str] = {"CC-BY-4.0": "cc-by", "CC0-1.0": "cc-zero"}
"""Licences as CKAN's own list calls them."""

Answer = TypeVar("Answer")


def connect(url: str, token: str | None) -> ckanapi.RemoteCKAN:
    """The portal's Action API."""
    return ckanapi.RemoteCKAN(url, apikey=token, user_agent="gongkai")


def ask(action: Callable[[], Answer], *, url: str, what: Text) -> Answer:
    """Call the portal; its refusals and failures become errors for the person who must act."""
    try:
        return action()
    except (ckanapi.NotAuthorized, requests.exceptions.MissingSchema):
        raise PortalRefused(
            Text(f"门户拒绝{what.zh}", f"the portal refused to {what.en}"),
            where=url,
            do=Text(
                "请检查 CKAN_TOKEN 所属用户是否有权编辑该机构。",
                "Check that CKAN_TOKEN is of a user who may edit the organisation.",
            ),
        ) from None
    except ckanapi.ValidationError as error:
        named = ", ".join(f"{key}: {value}" for key, value in error.error_dict.items())[:300]
        raise PortalRefused(
            Text(
                f"门户校验不通过，未能{what.zh}：{named}",
                f"the portal found fault when it was asked to {what.en}: {named}",
            ),
            where=url,
            do=Text(
                "请修改合同，或联系门户运维。", "Mend the contract, or ask the portal's operator."
            ),
        ) from None
    except (requests.RequestException, ckanapi.CKANAPIError):
        raise PortalUnreachable(
            Text(
                f"门户没有应答，未能{what.zh}",
                f"the portal did not answer when it was asked to {what.en}",
            ),
            where=url,
            do=Text(
                "请检查门户是否在运行；下一次运行会接着做。",
                "Check that it runs; the next run goes on from here.",
            ),
        ) from None


def organisation(contract: Contract, city: City) -> dict[str, Any]:
    """The department as a CKAN organisation."""
    department = city.department(contract)
    contact = " ".join(filter(None, (department.contact, department.phone, department.email)))
    return {
        "name": department.slug,
        "title": department.title.zh,
        "description": f"{department.title.en}\n\n{contact}".strip(),
    }


def group(contract: Contract) -> dict[str, Any]:
    """The key area as a CKAN group."""
    area = AREAS[contract.area]
    return {"name": area.slug, "title": area.title.zh, "description": area.title.en}


def package(
    contract: Contract, edition: Edition, city: City, source: str, empty: Iterable[str] = ()
) -> dict[str, Any]:
    """The dataset's metadata, all of it of one edition; `empty` says of statutory tables that the
    department handed over without rows why."""
    department = city.department(contract)
    title = city.title(contract)
    extras = {
        "title_en": title.en,
        "data_date": str(edition.data_date or ""),
        "edition": edition.number,
        "rows": str(edition.rows),
        "contract_version": contract.version,
        "update_frequency": contract.frequency,
        "area": contract.area,
        "contact_phone": department.phone,
        "source": source,
        "empty_tables": "；".join(empty),
        "due": contract.deadline.text.zh,
        "legal_basis": "；".join(basis.zh for basis in contract.legal_basis),
    }
    return {
        "name": contract.dataset,
        "title": title.zh,
        "notes": (
            f"{contract.description.zh}\n\n{contract.row.zh}\n\n{contract.limitations}\n\n"
            f"{contract.description.en} {contract.row.en}"
        ),
        "owner_org": department.slug,
        "groups": [{"name": contract.area}],
        "tags": [{"name": tag} for tag in contract.tags],
        "license_id": LICENCES.get(contract.licence, contract.licence),
        "version": edition.number,
        "author": department.title.zh,
        "maintainer": f"{department.title.zh} {department.contact}".strip(),
        "maintainer_email": department.email,
        "extras": [{"key": key, "value": value} for key, value in extras.items() if value],
    }


def dictionary(contract: Contract, lists: Iterable[CodeList]) -> list[dict[str, Any]]:
    """The public columns as DataStore fields with their dictionary: what a column means, what it
    may hold, and the row rules that speak of it."""
    named = {code_list.name: code_list for code_list in lists}
    figures = describe.figures(contract)
    return [
        {
            "id": field.name,
            "type": TYPES[field.kind.split("(")[0]],
            "info": _info(
                field,
                named.get(field.code_list or ""),
                [
                    describe.sentence(rule.reason, figures)
                    for rule in describe.concerning(field, contract)
                ],
            ),
        }
        for field in contract.public_fields
    ]


def _info(field: Field, code_list: CodeList | None, rules: Iterable[Text] = ()) -> dict[str, str]:
    unit = f"（{field.unit}）" if field.unit else ""
    told = [*_told(field, code_list), *(_rule(rule) for rule in rules)]
    return {
        "label": f"{field.label.zh}{unit}",
        "notes": " ".join([*(f"{text.zh}。" for text in told), field.label.en]),
        "label_en": field.label.en,
        "notes_en": " ".join(f"{text.en.rstrip('.')}." for text in told),
        "unit": field.unit or "",
    }


def _told(field: Field, code_list: CodeList | None) -> list[Text]:
    """What is said of a column by itself, a sentence each."""
    told = [Text(field.definition.zh.rstrip("。"), field.definition.en)]
    rule = describe.constraint(field)
    if rule.zh:
        told.append(Text(f"要求：{rule.zh}", f"Must be: {rule.en}"))
    if code_list:
        listed = describe.values(code_list)
        if code_list.dated:
            listed = Text(f"代码表 {code_list.name}", f"code list {code_list.name}")
        told.append(Text(f"取值：{listed.zh}", f"Values: {listed.en}"))
    if field.personal:
        kept = describe.PERSONAL[field.personal]
        told.append(Text(f"含{kept.zh}", f"Holds a {kept.en}"))
    return told


def _rule(reason: Text) -> Text:
    return Text(f"检查：{reason.zh}", f"Checked: {reason.en}")
