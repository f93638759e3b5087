"""The suite of the tasks of a plan of work: each rule on the smallest rows."""

from __future__ import annotations

from typing import Any

from tests.suites.judging import Tables


def task(seq: int, **more: Any) -> dict[str, Any]:
    return {
        "doc_no": "甲政办发〔2025〕1号",
        "seq": seq,
        "year": 2025,
        "doc_title": "甲市2025年政务公开工作要点",
        "issuer": "甲市人民政府办公室",
        "content": f"第{seq}项",
        "lead_orgs": "市政府办",
        "duty_orgs": "市有关部门",
        **more,
    }


TASKS = Tables([task(n) for n in range(1, 11)], latest=[task(n) for n in range(1, 11)])

BROKEN = [
    ("disclosure_task", "rows_present", Tables([])),
    ("disclosure_task", "numbers_run_through", Tables(TASKS.accepted[1:], TASKS.latest)),
    ("disclosure_task", "one_title_per_document", TASKS.but(3, doc_title="甲市2025年要点")),
    ("disclosure_task", "as_many_tasks_as_before", Tables(TASKS.accepted[:7], TASKS.latest)),
    ("disclosure_task", "every_task_has_a_lead", TASKS.but(3, lead_orgs=None, duty_orgs=None)),
]

SILENT = [
    ("disclosure_task", "sound rows", TASKS),
    (
        "disclosure_task",
        "a task in quarantine is not missing",
        Tables(TASKS.accepted[1:], TASKS.latest, quarantined=TASKS.accepted[:1]),
    ),
    (
        "disclosure_task",
        "a number in quarantine is of no document that is accepted",
        Tables(TASKS.accepted, TASKS.latest, quarantined=[task(7, doc_no="甲政办发")]),
    ),
]
