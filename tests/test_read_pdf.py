"""PDF: tables between rules and aligned tables, found by their title, over pages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gongkai.errors import BrokenDelivery
from gongkai.read import pdf as reader
from gongkai.read.grid import Document, Grid
from gongkai.read.pdf import read_pdf
from gongkai.read.shape import tables_in
from gongkai.sources import Header, Table
from tests.printed import Page, pdf

XS = [50, 200, 300, 400]
HEADER = ["地 区", "一般债务", "专项债务"]
NANJING, WUXI = ["南京市", "1,229.38", "2,592.91"], ["无锡市", "619.45", "1,993.94"]

Read = Callable[..., list[Grid]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def of(*pages: Page, content: bytes | None = None, **declared: Any) -> list[Grid]:
        path = tmp_path / "report.pdf"
        path.write_bytes(content or pdf(*pages))
        # a document is known by its bytes, so that what was laid out is good as long as they are
        reader._text_of_pages.cache_clear()
        reader._lines_of_page.cache_clear()
        reader._opened.cache_clear()
        table = Table(kind="pdf", **{"title": "债务限额表$", **declared})
        return list(read_pdf(Document("report.pdf", path), table))

    return of


def titled(title: str = "2024年债务限额表") -> Page:
    return Page().text(200, 40, title, 16)


def cells(grid: Grid) -> list[list[str | None]]:
    return [row for _, _, row in grid.rows]


def test_a_ruled_table_is_its_cells_below_title_and_unit(read: Read) -> None:
    page = titled().text(330, 70, "单位：亿元").table(90, XS, [HEADER, NANJING, WUXI])
    [grid] = read(page)
    assert grid.rows == [
        (1, "第1页", ["2024年债务限额表"]),
        (2, "第1页", ["单位：亿元"]),
        (3, "第1页", HEADER),
        (4, "第1页", NANJING),
        (5, "第1页", WUXI),
    ]
    assert (grid.part, grid.merged, grid.furniture) == ("第1页", (), 0)


def test_blanks_within_a_line_of_larger_print_are_no_text(read: Read) -> None:
    page = (
        Page().text(100, 40, "江苏省", 16).text(155, 40, "2024", 16).text(195, 40, "年限额表", 16)
    )
    [grid] = read(page.table(90, XS, [HEADER, NANJING]), title="^江苏省2024年限额表$")
    assert cells(grid)[0] == ["江苏省2024年限额表"]


def test_a_header_over_several_columns_and_rows_is_merged(read: Read) -> None:
    page = titled()
    for top, left in ((90, 50), (110, 200), (130, 50), (150, 50)):
        page.rule(left, top, 400, top)
    for x, top in ((50, 90), (200, 90), (300, 110), (400, 90)):
        page.rule(x, top, x, 150)
    page.text(60, 105, "地区").text(280, 95, "2024年限额")
    page.line(114, [None, "一般", "专项"], XS).line(134, NANJING, XS)
    [grid] = read(page, header=Header("地区", 2))
    assert cells(grid)[1:3] == [["地区", "2024年限额", None], [None, "一般", "专项"]]
    assert grid.merged == (((1, 0), (2, 0)), ((1, 1), (1, 2)))
    table = Table(kind="pdf", title="债务限额表", header=Header("地区", 2))
    [sheet] = tables_in(grid, table)
    assert sheet.header == ["地区", "2024年限额/一般", "2024年限额/专项"]


def test_a_table_goes_on_over_pages_and_says_where_each_row_is(read: Read) -> None:
    first = titled().table(90, XS, [HEADER, NANJING]).text(290, 770, "─ 7 ─")
    second = titled().table(90, XS, [HEADER, WUXI]).text(290, 770, "─ 8 ─")
    third = Page().table(40, XS, [["徐州市", "382.15", "1,539.36"]]).text(290, 770, "─ 9 ─")
    [grid] = read(first, second, third)
    assert [(line, part) for line, part, _ in grid.rows] == [
        (1, "第1页"),
        (2, "第1页"),
        (3, "第1页"),
        (2, "第2页"),
        (3, "第2页"),
        (1, "第3页"),
    ]
    # three page numbers, and the title once more
    assert grid.furniture == 4
    [sheet] = tables_in(grid, Table(kind="pdf", title="债务限额表", header=Header("地区", 1)))
    assert [row[2][0] for row in sheet.rows] == ["南京市", "无锡市", "徐州市"]
    # title, header and the header once more are skipped, too
    assert sheet.lines - len(sheet.rows) == 3 + grid.furniture


def test_what_stands_at_the_foot_of_every_page_is_no_row(read: Read) -> None:
    pages = [
        titled().table(90, XS, [HEADER, row]).text(60, 740, "江苏省财政厅编").text(290, 770, number)
        for row, number in ((NANJING, "1/2"), (WUXI, "2/2"))
    ]
    [grid] = read(*pages)
    assert [row[0] for row in cells(grid)[2:]] == ["南京市", "地 区", "无锡市"]
    assert grid.furniture == 5


def test_a_note_below_the_table_is_a_row_and_ends_it(read: Read) -> None:
    first = titled().table(90, XS, [HEADER, NANJING]).text(50, 300, "注：均为预计数。")
    second = Page().text(50, 40, "附件二").table(90, XS, [["另一张", "1", "2"]])
    [grid] = read(first, second)
    assert cells(grid)[-1] == ["注：均为预计数。"]


@pytest.mark.parametrize("next_title", ["2024年收入决算表", "表六十二：", "支出预算表（代编）"])
def test_the_next_title_ends_a_table(read: Read, next_title: str) -> None:
    page = titled().table(90, XS, [HEADER, NANJING])
    page.text(200, 200, next_title).table(230, XS, [HEADER, WUXI])
    [grid] = read(page)
    assert cells(grid)[-1] == NANJING
    [grid] = read(
        titled().table(90, XS, [HEADER, NANJING]),
        Page().text(200, 40, next_title).table(90, XS, [HEADER, WUXI]),
    )
    assert cells(grid)[-1] == NANJING


def test_a_declared_stop_ends_a_table(read: Read) -> None:
    page = titled().table(90, XS, [HEADER, NANJING, ["合计", "1", "2"], WUXI])
    [grid] = read(page, stop="^合计")
    assert cells(grid)[-1] == NANJING


def test_what_is_left_of_a_stopped_table_on_the_next_page_is_no_other_table(read: Read) -> None:
    first = titled().table(90, XS, [HEADER, NANJING, ["合计", "1", "2"]])
    rest = titled().table(90, XS, [HEADER, WUXI])
    other = titled("2025年债务限额表").table(90, XS, [HEADER, WUXI])
    grids = read(first, rest, other, stop="^合计", repeats=True)
    assert [cells(grid)[0] for grid in grids] == [["2024年债务限额表"], ["2025年债务限额表"]]


def test_a_table_of_contents_bears_no_table(read: Read) -> None:
    contents = Page().text(280, 40, "目  录").text(50, 80, "一、2024年债务限额表")
    dotted = Page().text(50, 80, "2024年债务限额表 ………… （3）")
    wrapped = Page().text(50, 80, "2024年债务限额表").text(50, 100, "………… （3）")
    [grid] = read(contents, dotted, wrapped, titled().table(90, XS, [HEADER, NANJING]))
    assert grid.part == "第4页"


def test_every_table_of_a_title_is_found_where_it_repeats(read: Read) -> None:
    pages = [
        Page().text(200, 40, f"2024年{kind}债务限额表").table(90, XS, [HEADER, row])
        for kind, row in (("一般", NANJING), ("专项", WUXI))
    ]
    grids = read(*pages, repeats=True)
    assert [cells(grid)[0] for grid in grids] == [
        ["2024年一般债务限额表"],
        ["2024年专项债务限额表"],
    ]
    assert [cells(grid)[-1] for grid in grids] == [NANJING, WUXI]
    assert len(read(*pages)) == 1


def test_a_cell_in_two_lines_is_one_cell(read: Read) -> None:
    page = titled().table(90, XS, [[None, "一般", "专项"], [None, "1", "2"]], 40)
    page.text(55, 132, "国际金融组织").text(55, 148, "贷款").text(55, 95, "Type of").text(
        55, 110, "debt"
    )
    [grid] = read(page)
    assert [row[0] for row in cells(grid)[1:]] == ["Type of debt", "国际金融组织贷款"]


def test_rows_without_rules_between_them_are_rows(read: Read) -> None:
    page = titled()
    for y in (90, 110, 190):
        page.rule(50, y, 400, y)
    for x in (200, 300):
        page.rule(x, 90, x, 190)
    page.line(94, HEADER, XS).line(120, NANJING, XS).line(140, ["其中：", None, None], XS)
    page.line(160, ["鼓楼区", None, "7.00"], XS).line(175, WUXI, XS)
    [grid] = read(page)
    assert cells(grid)[1:] == [
        HEADER,
        NANJING,
        ["其中：", None, None],
        ["鼓楼区", None, "7.00"],
        WUXI,
    ]


def test_a_table_that_is_open_at_its_sides_and_corners_is_closed_there(read: Read) -> None:
    page = titled().rule(50, 90, 200, 90).rule(300, 90, 400, 90)
    for y in (110, 130, 150):
        page.rule(50, y, 400, y)
    for x in (200, 300):
        page.rule(x, 90, x, 150)
    page.line(94, HEADER, XS).line(114, NANJING, XS).line(134, WUXI, XS)
    [grid] = read(page)
    assert cells(grid)[1:] == [HEADER, NANJING, WUXI]


def test_a_background_is_no_rule(read: Read) -> None:
    page = titled().box(205, 92, 280, 108, 1).box(55, 112, 190, 128, 0.9)
    [grid] = read(page.table(90, XS, [HEADER, NANJING]))
    assert cells(grid)[1:] == [HEADER, NANJING]


def test_what_is_printed_twice_to_look_bold_is_there_once(read: Read) -> None:
    page = titled().table(90, XS, [HEADER, NANJING]).line(114, NANJING, [53.2, 203.2, 303.2])
    [grid] = read(page)
    assert cells(grid)[-1] == NANJING


def test_aligned_text_is_put_into_the_columns_that_it_fills(read: Read) -> None:
    right = [60, 215, 320]
    page = titled().text(330, 70, "单位：亿元").line(90, ["地区", "一般债务", "专项债务"], right)
    page.line(110, ["南京市", "1,229.38", "2,592.91"], right)
    page.line(130, ["连云港市本级", None, "405.31"], [60, 215, 330])
    page.line(150, ["  其中：", None, None], right)
    [grid] = read(page, header=Header("地区", 1))
    assert cells(grid)[2:] == [
        ["地区", "一般债务", "专项债务"],
        ["南京市", "1,229.38", "2,592.91"],
        ["连云港市本级", None, "405.31"],
        ["其中：", None, None],
    ]


def test_an_aligned_header_over_two_columns_is_merged(read: Read) -> None:
    page = titled().line(90, ["地区", "2024年政府债务限额"], [60, 250])
    page.line(105, [None, "一般", "专项"], [60, 220, 320])
    page.line(120, NANJING, [60, 215, 310]).line(140, WUXI, [60, 220, 310])
    [grid] = read(page, header=Header("地区", 2))
    [sheet] = tables_in(grid, Table(kind="pdf", title="债务限额表", header=Header("地区", 2)))
    assert sheet.header == ["地区", "2024年政府债务限额/一般", "2024年政府债务限额/专项"]
    assert [row[2] for row in sheet.rows] == [NANJING, WUXI]


@pytest.mark.parametrize("title_again", [True, False])
def test_an_aligned_table_goes_on_over_pages(read: Read, title_again: bool) -> None:
    first = titled().line(90, HEADER, XS).line(110, NANJING, XS).text(290, 770, "- 1 -")
    second = (titled() if title_again else Page()).line(90, HEADER, XS).line(110, WUXI, XS)
    third = Page().text(200, 40, "表二：").line(90, HEADER, XS).line(110, ["别的", "1", "2"], XS)
    declared = Table(kind="pdf", title="债务限额表", header=Header("地区", 1))
    [grid] = read(first, second, third, header=declared.header)
    [sheet] = tables_in(grid, declared)
    assert [(row[1], row[2]) for row in sheet.rows] == [("第1页", NANJING), ("第2页", WUXI)]


def test_what_several_tables_need_of_a_document_is_laid_out_once(
    read: Read, tmp_path: Path
) -> None:
    read(*[titled().table(90, XS, [HEADER, NANJING])] * 3)
    pages = reader._lines_of_page.cache_info().misses
    document = Document("report.pdf", tmp_path / "report.pdf")
    for _ in range(2):
        assert list(read_pdf(document, Table(kind="pdf", title="债务限额表$")))
    assert reader._lines_of_page.cache_info().misses == pages == 3


def test_pages_without_the_title_are_not_laid_out(read: Read) -> None:
    read(*[Page().text(50, 40, "正文")] * 9, titled().table(90, XS, [HEADER, NANJING]))
    assert reader._lines_of_page.cache_info().misses == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (pdf(Page().image()), "扫描图像，没有文字"),
        (pdf(titled(), encrypted=True), "PDF 已加密"),
        (b"%PDF-1.4\nand then nothing", "不是完好的 PDF"),
        (b"PK\x03\x04", "不是完好的 PDF"),
    ],
)
def test_what_cannot_be_read_is_said_in_a_sentence(read: Read, content: bytes, said: str) -> None:
    with pytest.raises(BrokenDelivery, match=said):
        read(content=content)


def test_a_document_of_too_many_pages_is_refused(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "MOST_PAGES", 2)
    with pytest.raises(BrokenDelivery, match="超过 2 页"):
        read(titled(), Page(), Page())


def test_a_blank_page_is_passed_over_and_a_scan_within_a_table_refused(read: Read) -> None:
    first, last = (titled().table(90, XS, [HEADER, row]) for row in (NANJING, WUXI))
    [grid] = read(first, Page(), last)
    assert cells(grid)[-1] == WUXI
    with pytest.raises(BrokenDelivery, match="第 2 页是扫描图像"):
        read(first, Page().image(), last)
    [grid] = read(first, Page().image())
    assert cells(grid)[-1] == NANJING


def test_columns_that_change_from_one_page_to_the_next_are_refused(read: Read) -> None:
    second = Page().table(40, [50, 120, 200, 300, 400], [["1", "徐州市", "2", "3"]])
    with pytest.raises(BrokenDelivery, match=r"第 2 页的表格有 4 列，其前为 3 列"):
        read(titled().table(90, XS, [HEADER, NANJING]), second)


def test_where_no_title_is_there_is_no_table(read: Read) -> None:
    assert read(Page().text(50, 40, "正文：债务限额表见附件")) == []


def test_a_page_with_the_total_alone_shows_fewer_rules(read: Read) -> None:
    first = titled().table(90, XS, [HEADER, NANJING])
    [grid] = read(first, Page().table(40, [50, 300, 400], [["合计", "4,586.85"]]))
    assert cells(grid)[-1] == ["合计", None, "4,586.85"]


def test_the_lines_of_the_title_page_stand_beside_the_table(read: Read) -> None:
    page = titled().table(90, XS, [HEADER, NANJING])
    [grid] = read(Page().text(200, 200, "江苏省财政厅", 20), page, cover=("财政厅",))
    assert grid.cover == ((1, "第1页", ["江苏省财政厅"]),)
    [grid] = read(Page().text(200, 200, "江苏省财政厅", 20), page)
    assert grid.cover == ()
