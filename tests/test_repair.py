"""What a damaged copy of a text is mended by, and what is left for a person."""

from __future__ import annotations

import pytest

from gongkai.repair import Damage, Patch, damages_in, repaired

RULES = ("pinyin", "inserted", "traditional")
LOST = "選擇恰當?shù)墓\ue0a6_方式"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("市(區(qū))人民政府", "市(区)人民政府"),
        ("執(zhí)行、創(chuàng)新", "执行、创新"),
        ("公(gong)(gong)開", "公开"),
        ("移動端(app)和目錄(試行)", "移动端(app)和目录(试行)"),
        ("公@@開,,透明", "公开,透明"),
        ("全麵落實體係和製度", "全面落实体系和制度"),
        ("著力提升，著重抓好，著作權", "着力提升，着重抓好，著作权"),
        ("督查和笫三方評估", "督查和第三方评估"),
        ("一句没有损坏的话(以下简称《条例》)。", "一句没有损坏的话(以下简称《条例》)。"),
    ],
)
def test_what_a_crawler_did_is_undone_by_rule(written: str, meant: str) -> None:
    assert repaired(written, RULES).text == meant


def test_only_declared_rules_apply() -> None:
    assert repaired("市(區(qū))", ()).text == "市(區(qū))"
    assert repaired("市(區(qū))", ("pinyin",)).text == "市(區)"


def test_the_signs_that_were_taken_out_are_counted() -> None:
    assert repaired("執(zhí)行@@創(chuàng)新", RULES).signs == 3


def test_a_slip_of_the_writer_is_no_damage() -> None:
    assert repaired("民生实项目 and 典型案列", RULES).text == "民生实项目 and 典型案列"


def test_a_destroyed_span_is_told_once_with_its_place() -> None:
    assert damages_in(LOST) == (Damage(5, "?shù)墓\ue0a6_"),)


def test_damages_far_from_each_other_are_told_apart() -> None:
    assert [damage.column for damage in damages_in("甲\ufffd乙丙丁戊\ue000")] == [2, 7]


def test_a_whole_annotation_is_no_destroyed_span() -> None:
    assert damages_in("市(區(qū))、執(zhí)行(試行)") == ()


def test_a_patch_mends_by_hand_and_says_where_the_words_were_seen() -> None:
    patch = Patch("恰當?shù)墓\ue0a6_方式", "恰当的公开方式", "原件第3页")
    mended = repaired(LOST, RULES, [patch])
    assert mended.text == "选择恰当的公开方式"
    assert mended.damages == ()
    assert mended.patches == (patch,)


def test_a_patch_for_another_text_changes_nothing() -> None:
    mended = repaired(LOST, RULES, [Patch("別處\ue0a6", "别处", "原件")])
    assert mended.patches == ()
    assert len(mended.damages) == 1
