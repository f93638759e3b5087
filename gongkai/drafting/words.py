"""The words of column names, and what they say of a column's content."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

import duckdb

WORDS: Mapping[str, str] = {
    "统一社会信用代码": "uscc", "社会信用代码": "uscc", "信用代码": "uscc",
    "投资项目统一代码": "project_code", "行政区划代码": "region_code", "区划代码": "region_code",
    "学校标识码": "school_code", "标段编号": "section_code", "批准文号": "approval_number",
    "所属区县": "region_name", "所属区": "region_name", "行政区划": "region", "区县": "district",
    "县区": "district", "所在区": "region_name", "地区": "region", "区域": "region",
    "乡镇": "town", "街道": "subdistrict", "社区": "neighbourhood", "村": "village",
    "小区": "estate", "项目": "project", "工程": "works", "标段": "section", "合同": "contract",
    "学校": "school", "企业": "company", "机构": "organisation", "部门": "department",
    "施工单位": "contractor", "建设单位": "developer", "监理单位": "supervisor",
    "设计单位": "designer", "主管单位": "authority", "实施单位": "implementer",
    "责任单位": "responsible_unit", "单位": "unit", "代理机构": "agency",
    "招标人": "tenderer", "中标人": "winner", "投标人": "bidder", "供应商": "supplier",
    "采购人": "purchaser", "联系人": "contact", "负责人": "person_in_charge",
    "法定代表人": "legal_representative", "经办人": "clerk", "填报人": "reporter",
    "申请人": "applicant", "户主": "householder", "校长": "principal", "姓名": "person_name",
    "联系电话": "contact_phone", "联系方式": "contact_details", "办公电话": "office_phone",
    "监督电话": "supervision_phone", "咨询电话": "enquiry_phone", "手机号码": "mobile",
    "手机号": "mobile", "手机": "mobile", "电话号码": "phone", "电话": "phone",
    "身份证号码": "resident_id", "身份证号": "resident_id", "身份证": "resident_id",
    "银行账号": "bank_account", "账号": "account", "性别": "sex", "出生日期": "born_on",
    "名称": "name", "全称": "full_name", "简称": "short_name", "编号": "number", "编码": "code",
    "代码": "code", "文号": "document_number", "地址": "address", "住址": "home_address",
    "地点": "place", "位置": "location", "经度": "longitude", "纬度": "latitude",
    "年度": "year", "年份": "year", "建成年份": "year_built", "日期": "date", "时间": "time",
    "开工": "start", "竣工": "completion", "完工": "completion", "开始": "start",
    "结束": "end", "起始": "start", "截止": "end", "公示": "publicity", "批准": "approval",
    "发布": "publication", "签订": "signing", "验收": "acceptance", "计划": "planned",
    "实际": "actual", "预计": "expected", "当前": "current", "本年": "this_year",
    "上年": "last_year", "累计": "cumulative", "其中": "of_which", "总": "total",
    "合计": "total", "数量": "count", "个数": "count", "户数": "households", "人数": "persons",
    "栋数": "buildings", "套数": "dwellings", "楼栋数": "buildings", "班级数": "classes",
    "学生数": "students", "座位数": "seats", "车位数": "parking_spaces", "里程": "length_km",
    "长度": "length", "面积": "area", "建筑面积": "floor_area", "占地面积": "site_area",
    "金额": "amount", "投资": "investment", "总投资": "total_investment", "投资额": "investment",
    "资金": "funds", "预算": "budget", "决算": "final_account", "收入": "revenue",
    "支出": "expenditure", "限额": "limit", "余额": "balance", "价格": "price", "单价": "price",
    "中标价": "award_price", "补助": "subsidy", "财政": "fiscal", "省级": "provincial",
    "市级": "municipal", "中央": "central", "比例": "share", "利率": "rate", "进度": "progress",
    "进展": "progress", "状态": "state", "类型": "kind", "类别": "category", "性质": "nature",
    "级别": "level", "等级": "grade", "方式": "method", "内容": "content", "改造": "renovation",
    "建设": "construction", "规模": "scale", "来源": "origin", "用途": "purpose",
    "原因": "reason", "结果": "result", "备注": "remarks", "说明": "explanation", "是否": "is",
    "科目": "subject", "执行数": "executed", "预算数": "budgeted", "决算数": "final_account",
    "招标": "tender", "采购": "procurement", "债券": "bond", "债务": "debt", "公告": "notice",
    "交易": "trade", "登记": "registration", "申请": "application", "审批": "approval",
    "检查": "inspection", "统计": "statistics", "数据": "data", "完成": "completion",
    "行业": "industry", "住房": "housing", "一般": "general", "专项": "special",
    "用地": "land", "依据": "basis", "标题": "title", "范围": "scope", "目标": "target",
    "事项": "matter", "机关": "authority", "阶段": "stage", "率": "rate", "数": "count",
    "网址": "url", "链接": "url", "期限": "term", "批次": "batch", "人": "person", "额": "amount",
}  # fmt: skip
"""Common words of column names. A header that is made of them alone gets an English name."""

SPLIT = re.compile("|".join(sorted(WORDS, key=len, reverse=True)))


def english(
    label: str, place: int, taken: Iterable[str], known: Mapping[str, str]
) -> tuple[str, bool]:
    """The column's name, and whether it means anything. A label that the project's contracts know
    is called there as here; 2024年决算数 is final_account_2024."""
    name = known.get(label) or _of_ascii(label) or _of_words(label)
    meant = name is not None
    name = name or f"column_{place}"
    if name in _reserved():
        name = f"{name}_value"
    others, unique, again = set(taken), name, 2
    while unique in others:
        unique, again = f"{name}_{again}", again + 1
    return unique, meant


def known_names(schemas: Path) -> dict[str, str]:
    """The names that contracts give to labels; one that has several names has none."""
    found: dict[str, set[str]] = {}
    for path in schemas.glob("*/*.odcs.yaml"):
        text = path.read_text(encoding="utf-8")
        for name, label in re.findall(r"- name: (\w+)\n\s+businessName: \"?([^\"\n]+)", text):
            found.setdefault(label, set()).add(name)
    return {label: min(names) for label, names in found.items() if len(names) == 1}


def _of_ascii(label: str) -> str | None:
    if not re.fullmatch(r"[A-Za-z][\w.]*", label):
        return None
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", label.replace(".", "_")).lower()


def _of_words(label: str) -> str | None:
    year = re.match(r"((?:19|20)\d{2})年度?", label)
    rest = label[year.end() :] if year else label
    found = SPLIT.findall(rest)
    if not found or "".join(found) != rest:
        return None
    return "_".join([*(WORDS[word] for word in found), *([year[1]] if year else [])])


@cache
def _reserved() -> frozenset[str]:
    """Words that SQL keeps for itself."""
    with duckdb.connect() as database:
        rows = database.execute(
            "SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category = 'reserved'"
        ).fetchall()
    return frozenset(word for (word,) in rows)


MONEY = re.compile(
    r"金额|投资|预算|决算|执行数|收入|支出|限额|余额|资金|价|费|额|税|补助|补偿款|本金|利息"
)
AREA = re.compile(r"面积")
PERSON = re.compile(
    r"联系人|姓名|负责人|法定代表人|经办人|填报人|填表人|申请人|户主|监护人|校长|学生|家长|"
    r"电话|手机|联系方式|身份证|住址|账号|卡号|出生|性别|民族|"
    r"(?i:contact|phone|mobile|id_?card|applicant|reporter|principal)"
)
OFFICE = re.compile(r"(办公|监督|咨询|服务|举报|值班)电话|电话（公开）")
SENSITIVE = re.compile(r"身份证|账号|卡号|病|残疾|未成年|学生姓名|监护人|家长")
NUMBERED = re.compile(r"身份证|账号|卡号")
CATEGORY = re.compile(r"类别|类型|性质|状态|进展|级别|等级|方式|种类|阶段|情况$")
NO_CATEGORY = re.compile(r"名称|地址|单位|姓名|人$|备注|说明|内容|编号|代码|区|县|街道|镇|村")
CODED = re.compile(r"编号|编码|代码|标识码|文号|号$|[Gg]uid|([Cc]ode|I[Dd]|No|^id|_id|_no|^no)$")

VALUES: Mapping[str, tuple[str, str]] = {
    "已完工": ("completed", "Completed"),
    "完工": ("completed", "Completed"),
    "已竣工": ("completed", "Completed"),
    "施工中": ("under_construction", "Under construction"),
    "在建": ("under_construction", "Under construction"),
    "未开工": ("not_started", "Not started"),
    "已开工": ("started", "Started"),
    "正常": ("normal", "Normal"),
    "停用": ("out_of_use", "Out of use"),
    "在用": ("in_use", "In use"),
    "新建": ("new", "New"),
    "改建": ("rebuilt", "Rebuilt"),
    "扩建": ("extended", "Extended"),
    "有": ("yes", "Yes"),
    "无": ("no", "No"),
    "其他": ("other", "Other"),
}
"""Values that drafted code lists know in English."""
