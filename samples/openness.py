"""The tasks of the yearly plans of work on open government, as the city's office collects them: one
workbook, a sheet a year, in it the plans of the city and of its counties one below another."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random

from samples.cells import Cell
from samples.city import CITY, counties, division_name, mobile, person
from samples.findings import Finding
from samples.table import Row, Table, write_workbook

DATASET = "disclosure_task"
FILE = "江海市政务公开重点任务分解表.xlsx"
YEARS = (2024, 2025)
NATIVE = {
    "doc_no": "文件/文号",
    "doc_title": "文件/标题",
    "issuer": "文件/发文单位",
    "issued_on": "文件/印发日期",
    "year": "年度",
    "task_group": "分组",
    "seq": "序号",
    "task": "任务",
    "content": "主要内容",
    "lead_orgs": "牵头单位",
    "duty_orgs": "责任单位",
    "deadline": "完成时限/要求",
    "due_date": "完成时限/最迟日期",
    "status": "进展/状态",
    "status_date": "进展/截至日期",
    "evidence_url": "进展/佐证链接",
    "handler_name": "填报人",
    "handler_phone": "填报人电话",
}
DONE, UNDER_WAY = "已完成", "推进中"
_PUBLIC, _READING, _PLATFORM, _RULES = (
    "（一）深化重点领域信息公开",
    "（二）提升政策解读回应质效",
    "（三）建好公开平台",
    "（四）夯实工作基础",
)
_TASKS = (
    (_PUBLIC, "公开财政信息", "公开政府债务限额、余额和绩效目标，细化到项级科目", "财政局"),
    (_PUBLIC, "公开公共资源配置", "公开招标项目从公告到履约的全过程信息，做到可查可核", "数据局"),
    (_PUBLIC, "公开征地信息", "主动公开征地批次、公告和补偿标准，补录历史信息", "自然资源和规划局"),
    (_PUBLIC, "公开招生信息", "公开招生计划、施教区和录取结果，不含学生个人信息", "教育局"),
    (_READING, "解读重要政策", "重要政策文件与解读材料同步起草、同步公布", "政府办公室"),
    (_READING, "回应社会关切", "对咨询留言限时答复，定期公布办理情况", "信访局"),
    (_PLATFORM, "管好政府网站", "按季度检查栏目更新，失效链接当月清零", "数据局"),
    (_PLATFORM, "办好政务新媒体", "清理长期不更新的账号，报备变更情况", "政府办公室"),
    (_RULES, "编制主动公开目录", "按标准目录逐项核对，公布本级目录", "司法局"),
    (_RULES, "组织业务培训", "组织依申请公开答复培训，覆盖全部单位", "政府办公室"),
)
"""Group, name and content of a task, and who leads it."""


def write(folder: Path, seed: int) -> tuple[Finding, ...]:
    """The workbook, with what is wrong in it."""
    sheets = {str(year): _table(year, seed) for year in YEARS}
    _spoil_first(sheets["2024"])
    _spoil_second(sheets["2025"])
    return write_workbook(
        folder / DATASET / FILE, sheets, notes=["注：本表为模拟数据，文件和单位均为虚构。"]
    )


def _table(year: int, seed: int) -> Table:
    title = f"江海市{year}年政务公开重点任务分解表（模拟数据）"
    return Table(DATASET, title, NATIVE, list(_rows(year, seed)))


def _rows(year: int, seed: int) -> Iterator[Row]:
    for serial, region in enumerate((CITY, *(county.code for county in counties())), start=1):
        rng = Random(f"{seed}:openness:{year}:{region}")
        name = division_name(region)
        level = "市" if region == CITY else "区" if name.endswith("区") else "县"
        issued = date(year, 4, 8) + timedelta(days=rng.randrange(40))
        document: Row = {
            "doc_no": _number(name, year, serial + rng.randrange(20, 60), rng),
            "doc_title": f"{name}{year}年政务公开工作要点（模拟数据）",
            "issuer": f"{name}人民政府办公室",
            "issued_on": _as_written(issued, rng),
            "year": year,
            "handler_name": person(rng),
            "handler_phone": mobile(rng),
        }
        for seq, (group, task, content, lead) in enumerate(_TASKS, start=1):
            yield {
                **document,
                "task_group": group,
                "seq": seq,
                "task": task,
                "content": content,
                "lead_orgs": _together([level + lead, *_also(level, lead, rng)], rng),
                "duty_orgs": f"各镇（街道）、{level}有关部门",
                **_progress(year, seq, rng),
            }


def _number(name: str, year: int, serial: int, rng: Random) -> str:
    """The document's number; clerks type brackets as they find them."""
    left, right = rng.choice(("〔〕", "[]", "【】", "（）"))
    return f"{name[:2]}政办发{left}{year}{right}{serial}号"


def _also(level: str, lead: str, rng: Random) -> list[str]:
    """Whoever leads the task along with the first."""
    others = [name for name in ("政府办公室", "数据局", "司法局") if name != lead]
    return [level + rng.choice(others)] if rng.random() < 0.3 else []


def _together(names: list[str], rng: Random) -> str:
    return rng.choice((" ", "、", "，")).join(names)


def _progress(year: int, seq: int, rng: Random) -> Row:
    """By when, and how far: in the year before everything is done but what never ends."""
    if seq in (5, 6):
        return {"deadline": "持续推进", "status": UNDER_WAY, "status_date": date(year, 12, 15)}
    due = date(year, rng.choice((9, 10, 11)), 30 if seq % 2 else 15)
    told: Row = {"deadline": f"{due.year}年{due.month}月{due.day}日前", "due_date": due}
    if year == YEARS[-1] and rng.random() < 0.4:
        return {**told, "status": UNDER_WAY, "status_date": date(year, 8, 31)}
    return {
        **told,
        "status": DONE,
        "status_date": _as_written(due - timedelta(days=rng.randrange(3, 40)), rng),
        "evidence_url": f"https://www.jianghai.example/zwgk/{year}/{rng.randrange(10**6):06d}.html",
    }


def _as_written(day: date, rng: Random) -> Cell:
    """A date as one clerk or another types it."""
    return rng.choice(
        (day, f"{day.year}/{day.month}/{day.day}", f"{day.year}年{day.month}月{day.day}日")
    )


def _place(document: int, seq: int) -> int:
    """Where a task of a document stands, both from 1. What breaks a key is planted in the last one:
    without it the others still count from 1 without a gap."""
    return (document - 1) * len(_TASKS) + seq - 1


_LAST = len(_TASKS)


def _spoil_first(table: Table) -> None:
    content = {seq: str(task[2]) for seq, task in enumerate(_TASKS, start=1)}
    number = str(table.rows[_place(2, _LAST)]["doc_no"])
    table.spoil(_place(1, 2), "required", "doc_title", None)
    table.spoil(_place(1, 4), "required", "content", None)
    table.spoil(_place(2, _LAST), "form", "doc_no", number.rstrip("号"))
    table.spoil(_place(3, _LAST), "minimum", "seq", 0)
    table.spoil(_place(4, _LAST), "type", "seq", "十")
    table.spoil(_place(1, 5), "text_is_whole", "content", content[5].replace("解读", "\ue0a6读"))
    table.spoil(_place(2, 3), "sentence_is_whole", "content", content[3].replace("征地", "征\n地"))
    table.spoil(_place(3, 7), "no_foreign_word", "content", content[7].replace("，", " and "))
    table.spoil(_place(4, 7), "no_known_slip", "content", "推广网站管理的典型案列，按季度检查栏目")
    table.spoil(
        _place(5, 8), "phrase_stands_once", "content", f"{content[8]}，清理长期不更新的账号"
    )
    table.spoil(_place(3, 2), "duty_has_a_lead", "lead_orgs", None)
    table.spoil(_place(4, 3), "duty_is_named", "duty_orgs", None)
    table.spoil(
        _place(5, 4),
        "lead_and_duty_in_one_cell",
        "lead_orgs",
        "教育局，各镇（街道）",
        1,
        duty_orgs=None,
    )


def _spoil_second(table: Table) -> None:
    done: Row = {
        "status": DONE,
        "due_date": date(2025, 11, 15),
        "status_date": date(2025, 10, 20),
        "evidence_url": "https://www.jianghai.example/zwgk/2025/000001.html",
    }
    for document, seq in ((1, 2), (1, 4), (2, 2), (2, 4), (3, 2), (3, 4), (4, 2)):
        table.rows[_place(document, seq)] |= done
    table.spoil(_place(1, 2), "done_is_dated", "status_date", None)
    table.spoil(_place(1, 4), "done_after_issue", "status_date", date(2025, 3, 1))
    table.spoil(_place(2, 2), "done_has_evidence", "evidence_url", None)
    table.spoil(_place(2, 4), "done_in_time", "status_date", "2025/12/3")
    table.spoil(_place(3, 2), "pattern", "evidence_url", "见政府网站")
    table.spoil(_place(3, 4), "enum", "status", "基本完成")
    table.spoil(_place(4, 2), "type", "status_date", "年底前", 1, status=UNDER_WAY)
    table.spoil(
        _place(1, 9),
        "due_after_issue",
        "due_date",
        date(2025, 1, 15),
        1,
        status=UNDER_WAY,
        status_date=None,
        evidence_url=None,
    )
    table.spoil(_place(2, 6), "type", "issued_on", "2025年2月30日")
    table.spoil(_place(3, 6), "minimum", "year", 1925)
    table.spoil(_place(4, 6), "form", "handler_phone", "8123")
    kept = table.rows[_place(5, 3)]
    number = str(kept["doc_no"]).translate(str.maketrans("[]【】（）", "〔〕〔〕〔〕"))
    table.repeat(_place(5, 3), f"{number}/{kept['seq']}")
