-- A row: one bond that a project got money of. The form names a bond by its kind, month and size,
-- and prints the size of the whole bond beside every project. Where a project stands twice beside
-- the same, these are two bonds of one size: they are numbered.
-- The number of a project in the debt system holds its division: P21 440183-0011.
WITH numbered AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY _file, _part, 项目编号, 债券性质, "发行时间（年/月）", 债券规模
            ORDER BY _line
        ) AS nth,
        regexp_extract(code_text(项目编号), '^P\d{2}(\d{4}(?:\d{2})?)-', 1) AS division
    FROM delivery
)
SELECT
    _year AS report_year,
    'local:' || concat_ws(
        '/', clean(债券性质), clean("发行时间（年/月）"), clean(债券规模) || _unit, nth
    ) AS bond_code,
    'local:' || code_text(项目编号) AS project_code,
    clean(项目名称) AS project_name,
    rpad(nullif(division, ''), 6, '0') AS region_code,
    clean(项目主管部门) AS supervisor,
    clean(项目实施单位) AS implementer,
    clean(项目领域) AS project_field,
    clean(债券性质) AS bond_kind,
    replace(clean("发行时间（年/月）"), '/', '-') AS issue_month,
    to_yuan(债券规模, _unit) AS bond_size,
    reported(债券规模) AS bond_size_reported,
    clean(_unit) AS unit_reported,
    _file,
    _part,
    _line
FROM numbered
