"""What a reader sees on the portal: its pages as a browser renders them, in both languages."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
import pytest
from lxml import html

from gongkai import contracts
from gongkai.contracts import AREAS as AREA_TITLES
from gongkai.home import PROJECT
from tests.stand.conftest import Running

DATASET = "enrol_plan"
AREAS = Counter(AREA_TITLES[contracts.load(name).area].title.zh for name in contracts.names())
"""The fictional city's key areas, each with the number of its datasets."""

CHROMIUM = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    "--virtual-time-budget=15000",
)

Browse = Callable[[str], Any]


@pytest.fixture(scope="module")
def browse(running: Running, tmp_path_factory: pytest.TempPathFactory) -> Browse:
    """Opens a page of the portal in a browser and gives its document once scripts have run."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("chromium is not installed")
    if not _has_chinese_font():
        pytest.skip("no font with Chinese characters is installed")
    rendered: dict[str, str] = {}

    def open_page(path: str) -> Any:
        if path not in rendered:
            profile = tmp_path_factory.mktemp("profile")
            address = f"{running.variables['CKAN_URL']}{path}"
            command = [chromium, *CHROMIUM, f"--user-data-dir={profile}", "--dump-dom", address]
            done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
            rendered[path] = done.stdout
        return html.fromstring(rendered[path])

    return open_page


@pytest.fixture(scope="module")
def resource(running: Running) -> str:
    """The address of the resource with the table."""
    package = ask(running, "package_show", id=DATASET)
    return f"/dataset/{DATASET}/resource/{package['resources'][0]['id']}"


@pytest.fixture(scope="module")
def view(running: Running, resource: str) -> str:
    """The address of the table itself, which the resource's page has in a frame."""
    views = ask(running, "resource_view_list", id=resource.rsplit("/", 1)[1])
    table = next(found for found in views if found["view_type"] == "datatables_view")
    return f"{resource}/view/{table['id']}"


def test_the_title_is_the_portals_own(browse: Browse) -> None:
    for path in ("/", f"/dataset/{DATASET}", "/about"):
        document = browse(path)
        (logo,) = select(document, "//header//*.logo")
        assert text(logo) == "江海市公共数据开放（示例数据）"
        assert not select(logo, ".//img")


def test_the_home_page_lists_the_key_areas_and_recent_datasets(browse: Browse) -> None:
    document = browse("/")
    areas = select(document, "//*[@id='key-areas']//li")
    counts = {one(area, ".//a"): int(one(area, ".//*.badge")) for area in areas}
    assert counts == AREAS
    assert len(select(document, "//*[@id='recent-datasets']//*.dataset-item")) == 5
    assert select(document, "//input[@id='field-main-search']")
    assert "本市各部门向社会公开的数据" in text(document)
    assert "关于CKAN或网站的简单介绍" not in text(document)


def test_a_dataset_shows_its_edition_in_chinese(browse: Browse) -> None:
    document = browse(f"/dataset/{DATASET}")
    assert one(document, "//*.primary//h1") == "义务教育招生计划与施教区（模拟数据）"
    shown = facts(document)
    assert shown["数据日期"] == "2025-12-31"
    assert shown["数据版本"] == "1.0.0"
    assert shown["更新频率"] == "每年"
    assert shown["重点领域"] == "义务教育招生"
    assert shown["英文名称"] == "Enrolment plans and school catchments (synthetic data)"
    assert {"数据行数", "数据来源", "公开依据", "联系电话", "数据合同版本"} <= shown.keys()
    labels = list(shown)
    assert labels.index("数据日期") < labels.index("数据行数") < labels.index("英文名称")
    assert "知识共享 署名（CC BY）" in text(document)


def test_a_dataset_that_comes_irregularly_says_so(browse: Browse) -> None:
    shown = facts(browse("/dataset/land_acq_project"))
    assert shown["更新频率"] == "不定期"


def test_no_page_offers_social_networks(browse: Browse, resource: str) -> None:
    for path in (f"/dataset/{DATASET}", resource):
        document = browse(path)
        assert not select(document, "//*.social")
        assert not [link for link in links(document) if "facebook" in link or "//x.com" in link]


def test_a_dataset_is_english_for_english_readers(browse: Browse) -> None:
    document = browse(f"/en/dataset/{DATASET}")
    heading = one(document, "//*.primary//h1")
    assert "义务教育招生计划与施教区（模拟数据）" in heading
    assert "Enrolment plans and school catchments (synthetic data)" in heading
    shown = facts(document)
    assert shown["Data as of"] == "2025-12-31"
    assert shown["Update frequency"] == "Yearly"
    assert shown["Key area"] == "Compulsory-education enrolment"


def test_the_home_page_is_english_for_english_readers(browse: Browse) -> None:
    document = browse("/en/")
    shown = text(document)
    assert "The data that the departments of this city publish" in shown
    assert "Key areas" in shown
    assert shown.count("(synthetic data)") >= 5


def test_the_resource_has_a_dictionary_in_the_readers_language(
    browse: Browse, resource: str
) -> None:
    chinese, english = browse(resource), browse(f"/en{resource}")
    assert "数据字典" in text(chinese)
    assert dictionary(chinese)[:3] == ["招生年度", "学校标识码", "学校名称"]
    assert dictionary(english)[:3] == ["Year", "School code", "School"]
    for button in ("全屏", "嵌入"):
        assert button in text(chinese)
    for english_button in ("Fullscreen", "Embed", "Data Dictionary"):
        assert english_button not in text(chinese)


@pytest.mark.parametrize(("locale", "heading"), [("", "学校名称"), ("/en", "School")])
def test_the_table_shows_rows(browse: Browse, view: str, locale: str, heading: str) -> None:
    document = browse(f"{locale}{view}")
    rows = select(document, "//table[@id='dtprv']/tbody/tr")
    assert len(rows) > 1
    assert "小学" in text(rows[0])
    assert heading in {text(cell).strip("\xa0 ") for cell in select(document, "//thead//th")}


def test_the_tables_buttons_are_chinese(browse: Browse, view: str) -> None:
    titles = set(select(browse(view), "//*.dt-buttons//@title"))
    assert {"打印", "复制到剪贴板", "分享当前视图"} <= titles


def test_the_search_pages_facets_are_chinese_and_count(browse: Browse) -> None:
    document = browse("/dataset/")
    found = {
        one(section, ".//h2"): {
            one(item, ".//*.item-label"): int(one(item, ".//*.item-count"))
            for item in select(section, ".//li")
        }
        for section in select(document, "//*[@id='search-facets']//section")
    }
    assert list(found) == ["机构", "重点领域", "标签", "格式", "许可协议"]
    assert found["重点领域"] == AREAS
    assert found["许可协议"] == {"知识共享 署名（CC BY）": len(contracts.names())}


def test_areas_and_departments_have_pages_that_count(browse: Browse) -> None:
    areas = select(browse("/group/"), "//li.media-item")
    counts = {one(area, ".//h2"): select(area, ".//*.count")[0].text for area in areas}
    assert counts == {area: f"{count} 数据集" for area, count in AREAS.items()}
    assert "找到3个数据集" in text(browse("/group/enrolment"))
    assert "江海市教育局" in text(browse("/organization/"))
    assert "找到3个数据集" in text(browse("/organization/education-bureau"))


def test_no_page_loads_anything_from_elsewhere(
    running: Running, browse: Browse, resource: str, view: str
) -> None:
    own = urlsplit(running.variables["CKAN_URL"]).netloc
    for path in ("/", f"/dataset/{DATASET}", resource, view, "/dataset/", "/en/"):
        document = browse(path)
        assert select(document, "//script/@src")
        addresses = [urlsplit(urljoin(f"http://{own}{path}", it)) for it in loaded(document)]
        assert {it.netloc for it in addresses if it.scheme not in ("about", "data")} == {own}


def test_the_api_keeps_the_machines_keys_and_values(running: Running) -> None:
    extras = ask(running, "package_show", id=DATASET)["extras"]
    given = {extra["key"]: extra["value"] for extra in extras}
    assert given["update_frequency"] == "R/P1Y"
    assert given["area"] == "enrolment"
    assert given["data_date"] == "2025-12-31"


def test_what_is_not_known_is_shown_as_it_is() -> None:
    extras = [("zebra", "1"), ("update_frequency", "R/P7Y"), ("rows", "1223"), ("area", "x")]
    assert portal_labels().rows(extras, {}, str.upper) == [
        ("ROWS", "1,223"),
        ("UPDATE FREQUENCY", "R/P7Y"),
        ("KEY AREA", "x"),
        ("zebra", "1"),
    ]


def ask(running: Running, action: str, **words: Any) -> Any:
    answer = httpx.get(f"{running.variables['CKAN_URL']}/api/3/action/{action}", params=words)
    assert answer.status_code == 200, answer.text
    return answer.json()["result"]


def facts(document: Any) -> dict[str, str]:
    """The table of further information, in the order of the page."""
    rows = select(document, "//*.additional-info//tbody/tr")
    return {one(row, "./th"): one(row, "./td") for row in rows}


def dictionary(document: Any) -> list[str]:
    """The labels of the data dictionary's columns."""
    return [text(label) for label in select(document, "//*.accordion-header//*.col-7")]


def links(document: Any) -> list[str]:
    return [str(address) for address in select(document, "//a/@href")]


def loaded(document: Any) -> list[str]:
    """The addresses that the page has a browser load."""
    addresses = select(document, "//script/@src | //img/@src | //iframe/@src | //head/link/@href")
    return [str(address) for address in addresses]


def select(element: Any, path: str) -> list[Any]:
    """What an XPath finds, in which `tag.name` means an element with that class."""
    having = r"\1[contains(concat(' ', normalize-space(@class), ' '), ' \2 ')]"
    found: list[Any] = element.xpath(re.sub(r"([\w*]+)\.([\w-]+)", having, path))
    return found


def one(element: Any, path: str) -> str:
    """The words of the only element that an XPath finds."""
    (found,) = select(element, path)
    return text(found)


def text(element: Any) -> str:
    """The words of an element, without the layout of its source."""
    return " ".join(element.text_content().split())


def portal_labels() -> ModuleType:
    """The portal's module of labels; the portal's environment is not this one."""
    path = PROJECT / "portal" / "ckanext_gongkai" / "labels.py"
    spec = importlib.util.spec_from_file_location("portal_labels", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _has_chinese_font() -> bool:
    listing = shutil.which("fc-list")
    if listing is None:
        return any(Path("/usr/share/fonts").rglob("*CJK*"))
    done = subprocess.run([listing, ":lang=zh"], capture_output=True, text=True, check=False)
    return bool(done.stdout.strip())
