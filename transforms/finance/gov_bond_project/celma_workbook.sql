-- A row: one bond that a project got money of. The form names a bond by its kind, month and size,
-- and prints the size of the whole bond beside every project. Where a project stands twice beside
-- the same, these are two bonds of one size: they are numbered.
-- The number of a project in the debt system holds its division: P21 440183-0011.
WITH printed AS (
    SELECT
        *,
        code_text(项目编号) AS number,
        clean(债券性质) AS kind,
        -- 2022-05, 2022/5, 2022年5月
        regexp_replace(
            regexp_replace(clean("发行时间（年/月）"), '^(\d{4})[-/.年](\d{1,2})月?$', '\1-0\2'),
            '-0(\d\d)$', '-\1'
        ) AS month
    FROM delivery
),
numbered AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY _file, _part, number, kind, month, 债券规模 ORDER BY _line
        ) AS nth,
        regexp_extract(number, '^P\d{2}(\d{4}(?:\d{2})?)-', 1) AS division
    FROM printed
)
SELECT
    _year AS report_year,
    'local:' || concat_ws('/', kind, month, clean(债券规模) || _unit, nth) AS bond_code,
    'local:' || number AS project_code,
    clean(项目名称) AS project_name,
    rpad(nullif(division, ''), 6, '0') AS region_code,
    clean(项目主管部门) AS supervisor,
    clean(项目实施单位) AS implementer,
    clean(项目领域) AS project_field,
    kind AS bond_kind,
    month AS issue_month,
    to_yuan(债券规模, _unit) AS bond_size,
    reported(债券规模) AS bond_size_reported,
    clean(_unit) AS unit_reported,
    _file,
    _part,
    _line
FROM numbered
