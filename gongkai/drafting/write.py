"""The files of a draft: contract, source, transform, suite and code lists as text."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from gongkai.contracts import AREAS, Organisation
from gongkai.drafting.layout import Shape
from gongkai.drafting.propose import Proposed, is_year
from gongkai.text import Text

LOOK = "请核对"
"""What marks a place where a person must decide."""

DEPARTMENTS: Mapping[str, Organisation] = {
    "finance": Organisation("finance-bureau", Text("财政局", "Finance Bureau")),
    "budget": Organisation("finance-bureau", Text("财政局", "Finance Bureau")),
    "trading": Organisation(
        "trading-centre", Text("公共资源交易中心", "Public Resource Trading Centre")
    ),
    "land": Organisation(
        "natural-resources-bureau",
        Text("自然资源和规划局", "Natural Resources and Planning Bureau"),
    ),
    "enrolment": Organisation("education-bureau", Text("教育局", "Education Bureau")),
    "projects": Organisation(
        "development-commission", Text("发展和改革委员会", "Development and Reform Commission")
    ),
    "openness": Organisation("government-office", Text("政府办公室", "Government Office")),
}
"""The department that usually answers for an area."""


CONNECTIONS: Mapping[str, str] = {
    "finance": "gongkai_finance_files",
    "budget": "gongkai_finance_files",
    "trading": "gongkai_trading_files",
    "land": "gongkai_land",
    "enrolment": "gongkai_education",
    "projects": "gongkai_projects",
    "openness": "gongkai_office",
}
"""The connection through which the files of an area usually come."""

BASIS = Text(
    "《中华人民共和国政府信息公开条例》（国务院令第711号）第二十六条：自形成或者变更之日起"
    "20个工作日内公开",
    "Regulations on the Disclosure of Government Information, Art. 26: within 20 working days of "
    "being made or changed",
)
"""What every dataset falls under where no closer rule is named."""


def contract_text(area: str, dataset: str, title: Text, fields: Sequence[Proposed]) -> str:
    department = DEPARTMENTS[area]
    dated = next(
        (f.name for f in fields if is_year(f)),
        next((f.name for f in fields if f.kind == "DATE" and f.public), fields[0].name),
    )
    dates = {f.name for f in fields if f.kind in ("DATE", "TIMESTAMP") or is_year(f)}
    placed = f"{{slug: {department.slug}, zh: {department.title.zh}, en: {department.title.en}}}"
    lines = [
        f"# {title.zh}: the contract, after the Open Data Contract Standard v3.1.",
        f"# 由样例起草；凡注明“{LOOK}”处须由人决定。",
        "apiVersion: v3.1.0",
        "kind: DataContract",
        f"id: {dataset}",
        f"name: {_text(title.zh)}  # {LOOK}：合同通用于各地，不写地名和年份",
        "version: 0.1.0",
        "status: draft",
        f"domain: {area}",
        "description:",
        f"  purpose: {_text(f'{title.zh}。')}  # {LOOK}：这份数据说明什么",
        f'  limitations: "起草稿，未经责任部门确认。"  # {LOOK}',
        "  customProperties:",
        f"    - {{property: purposeEn, value: {_text(title.en + '.')}}}",
        f"tags: [{AREAS[area].title.zh}]",
        "customProperties:",
        f"  - {{property: titleEn, value: {_text(title.en)}}}",
        f"  - {{property: department, value: {placed}}}  # {LOOK}",
        f"  - {{property: delivery, value: snapshot}}  # {LOOK}：每次报送全部数据，还是只报增改",
        f"  - {{property: dataDate, value: {_text(dated)}}}",
        f"  # {LOOK}：写明要求公开这份数据的文件和条款",
        "  - property: legalBasis",
        "    value:",
        f"      - zh: {_text(BASIS.zh)}",
        f"        en: {_text(BASIS.en)}",
        '  - {property: ruleSource, value: "《中华人民共和国政府信息公开条例》"}'
        f"  # {LOOK}：字段定义出自哪个标准或目录",
        "  - property: deadline",
        "    value: {trigger: {zh: 信息形成或者变更, en: the information being made or changed}, "
        'days: 20, calendar: working, source: "《中华人民共和国政府信息公开条例》第二十六条"}',
        f"  - {{property: obligations, value: []}}  # {LOOK}：schemas/obligations.csv 中的编号",
        f"  - {{property: frequency, value: irregular}}  # {LOOK}",
        '  - {property: schedule, value: "0 3 * * *"}',
        "  - {property: licence, value: CC-BY-4.0}",
        "schema:",
        f"  - name: {dataset}",
        f"    businessName: {_text(title.zh)}",
        "    logicalType: object",
        "    physicalType: table",
        f'    description: "每行是一条记录。"  # {LOOK}：每行是什么',
        "    customProperties:",
        '      - {property: descriptionEn, value: "A row is one record."}',
        "    properties:",
    ]
    position = 0
    for field in fields:
        position += field.key
        lines += _property(field, position, dates, dated)
    lines += [
        f"    # {LOOK}：只看一行就能判断的规则写在这里，例如",
        "    # - name: ends_after_start",
        "    #   type: custom",
        "    #   engine: gongkai",
        "    #   severity: error",
        '    #   description: "结束日期 {end_date} 早于开始日期 {start_date}"',
        "    #   implementation:",
        "    #     column: end_date",
        '    #     holds: "end_date >= start_date"',
        '    #     en: "The end {end_date} is before the start {start_date}"',
        '    #     source: "规则的出处"',
        "    quality: []",
    ]
    return "\n".join(lines) + "\n"


LOGICAL: Mapping[str, str] = {
    "VARCHAR": "string",
    "INTEGER": "integer",
    "BIGINT": "integer",
    "DECIMAL": "number",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
    "BOOLEAN": "boolean",
}


def _property(field: Proposed, position: int, dates: set[str], dated: str) -> Iterator[str]:
    meaning = field.definition
    if doubts := (*(() if meaning else ("含义",)), *field.doubts):
        yield f"      # {LOOK}：{'；'.join(doubts)}"
    yield f"      - name: {_text(field.name)}"
    yield f"        businessName: {_text(field.label.zh)}"
    yield f"        logicalType: {LOGICAL[field.kind.split('(')[0]]}"
    yield f"        physicalType: {field.kind}"
    if field.key:
        yield "        primaryKey: true"
        yield f"        primaryKeyPosition: {position}"
    if field.required:
        yield "        required: true"
    yield f"        classification: {'public' if field.public else 'restricted'}"
    definition = meaning or Text(
        f"{field.label.zh}（定义待补充）", f"{field.label.en} (to be defined)"
    )
    yield f"        description: {_text(definition.zh)}"
    options = {"format": field.form, "minimum": field.minimum, "maximum": field.maximum}
    given = ", ".join(f"{name}: {value}" for name, value in options.items() if value is not None)
    if given:
        yield f"        logicalTypeOptions: {{{given}}}"
    yield "        customProperties:"
    custom: dict[str, str] = {
        "labelEn": _text(field.label.en),
        "descriptionEn": _text(definition.en),
    }
    if field.personal:
        custom["personalData"] = str(field.personal)
    if not field.public:
        custom["disclosureReason"] = "personal_privacy"
    if field.unit:
        custom["unit"] = _text(field.unit)
    if field.code_list:
        custom["codeList"] = field.code_list
    if field.code_list == "divisions" and dated in dates:
        custom["codeDate"] = dated
    for name, value in custom.items():
        yield f"          - {{property: {name}, value: {value}}}"


def source_text(area: str, title: Text, file: Path, shape: Shape) -> str:
    table = shape.table
    system = f"{title.zh}（{file.suffix.lstrip('.').upper()}）"
    lines = [
        f"title: {_text(system)}  # {LOOK}：哪个部门的哪个系统",
        "pull:",
        "  kind: files",
        f"  connection: {CONNECTIONS[area]}  # {LOOK}：文件放在哪个连接",
        f"  pattern: {_text(_pattern(file))}  # {LOOK}",
        "  # 每份文件都是全部数据，取文件名排在最后的一份",
        "  take: last",
        "read:",
        f"  kind: {table.kind}",
    ]
    if table.encoding not in (None, "utf-8"):
        lines.append(f"  encoding: {table.encoding}")
    if table.delimiter not in (None, ","):
        lines.append(f"  delimiter: {json.dumps(table.delimiter)}")
    if table.sheets:
        lines.append(f"  sheets: {_pattern_text(table.sheets)}")
    if table.title:
        lines.append(f"  title: {_pattern_text(table.title)}")
    if table.records:
        lines.append(f"  records: {_text('.'.join(table.records))}")
    if table.header:
        told = f"matches: {_header(table.header.matches)}, lines: {table.header.lines}"
        lines.append(f"  header: {{{told}}}")
    elif table.kind in ("delimited", "excel") and table.header_rows != (1,):
        lines.append(f"  header_rows: [{', '.join(map(str, table.header_rows))}]")
    if table.captions:
        lines.append(f"  captions: [{', '.join(map(_pattern_text, table.captions))}]")
    if table.fill_down:
        lines.append(f"  fill_down: [{', '.join(map(_text, table.fill_down))}]")
    lines.append("  columns:")
    lines += [f"    {_text(name)}: {_header(pattern)}" for name, pattern in shape.headers]
    if table.skip:
        lines.append("  skip:")
        lines += [
            f"    - {{matches: {_pattern_text(skip.matches)}, why: {_text(skip.why)}}}"
            for skip in table.skip
        ]
    return "\n".join(lines) + "\n"


def _pattern(file: Path) -> str:
    """The names of later deliveries: another year in place of the sample's."""
    stem = re.sub(r"[\[\]{}]", "?", file.stem)
    dated = re.sub(r"(?:19|20)\d{2}", "{period}", stem, count=1)
    return (dated if dated != stem else f"{stem}*") + file.suffix


def transform_text(fields: Sequence[Proposed]) -> str:
    columns = [
        f"    {field.expression} AS {field.name},"
        + (f"  -- {LOOK}：{'；'.join(field.doubts)}" if field.doubts else "")
        for field in fields
    ]
    lines = [
        f"-- A row: one record. {LOOK}：每行是什么；看不懂的值保持原样，由检查指出。",
        "SELECT",
        *columns,
        "    _file,",
        "    _part,",
        "    _line",
        "FROM delivery",
    ]
    return "\n".join(lines) + "\n"


def suite_text(dataset: str, fields: Sequence[Proposed]) -> str:
    grouped = next(
        (
            field.name
            for test in _GROUPS
            for field in fields
            if field.public and not field.key and test(field)
        ),
        next(field.name for field in fields if field.key),
    )
    return f"""# Dataset rules of {dataset}.
# {LOOK}：须看多行才能判断的规则写在这里：合计与分项、与其他数据集的对应关系等。
rules:
  - name: rows_present
    weight: critical
    expectation: expect_rows_unless_declared_empty
    reason:
      zh: 没有一行通过检查，部门也没有说明为空
      en: not one row was accepted, and the department did not say that there are none

  - name: volume_near_last_edition
    weight: suspicion
    expectation: expect_volume_near_last_edition
    # {LOOK}：按哪一列分组，允许的增减幅度
    arguments: {{by: [{_text(grouped)}], least: 0.5, most: 3}}
    reason:
      zh: 有{{observed}}组的行数与上一版相差过大
      en: "{{observed}} groups have far more or far fewer rows than in the last edition"
"""


_GROUPS: tuple[Callable[[Proposed], bool], ...] = (
    is_year,
    lambda field: "region" in field.name or "district" in field.name,
    lambda field: field.code_list is not None,
)
"""By what rows are counted, the best first."""


def code_list_text(field: Proposed) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["code", "label_zh", "label_en"])
    writer.writerows(field.codes)
    return out.getvalue()


def _text(text: str) -> str:
    """A YAML scalar; quoted where it is more than a word."""
    if re.fullmatch(r"[一-龥A-Za-z]\w*", text) and text.lower() not in YAML_WORDS:
        return text
    return json.dumps(text, ensure_ascii=False)


YAML_WORDS = {"yes", "no", "true", "false", "null", "on", "off", "y", "n"}


def _header(pattern: str) -> str:
    """The expression for a header; plain words are plain."""
    return _text(pattern) if re.fullmatch(r"[一-龥\w]+", pattern) else _pattern_text(pattern)


def _pattern_text(pattern: str) -> str:
    """A regular expression in YAML, where a backslash is to stay one."""
    return "'" + pattern.replace("'", "''") + "'"
