-- A row: a line of one table of a department's budget. A form in two halves, income and
-- expenditure, gives a row for each half that has a figure. A blank beside a figure is the form's
-- nought.
WITH halves AS (
    SELECT *, 'revenue' AS flow, 收入项目 AS printed, clean(收入数) AS figure
    FROM delivery
    WHERE _table IN ('收支总表', '财政拨款收支总表')
    UNION ALL
    SELECT *, 'expenditure', 支出项目, clean(支出数)
    FROM delivery
    WHERE _table IN ('收支总表', '财政拨款收支总表')
    UNION ALL
    -- 合计 stands in the column of the codes, or of the names
    SELECT
        *,
        CASE _table WHEN '收入总表' THEN 'revenue' ELSE 'expenditure' END,
        coalesce(clean(科目名称), 科目编码),
        clean(合计)
    FROM delivery
    WHERE _table NOT IN ('收支总表', '财政拨款收支总表')
),
-- the forms in two halves print classes by their names alone
classes AS (
    SELECT label_zh, min(code) AS code
    FROM codes_budget_subjects
    WHERE regexp_full_match(code, '2\d\d')
    GROUP BY label_zh
),
lines AS (
    SELECT
        halves.*,
        line_name(printed) AS name,
        CASE
            WHEN regexp_full_match(code_text(科目编码), '\d+') THEN code_text(科目编码)
            ELSE classes.code
        END AS subject,
        _table IN ('支出总表', '一般公共预算支出表', '政府性基金预算支出表', '国有资本经营预算支出表')
            AS tells_projects,
        _table = '一般公共预算基本支出表' AS is_basic
    FROM halves
    LEFT JOIN classes ON flow = 'expenditure' AND classes.label_zh = line_name(printed)
    WHERE figure IS NOT NULL
)
SELECT
    _year AS fiscal_year,
    'local:' || line_name(_dept) AS dept_code,
    line_name(_dept) AS dept_name,
    CASE _table
        WHEN '收支总表' THEN 'T01'
        WHEN '收入总表' THEN 'T02'
        WHEN '支出总表' THEN 'T03'
        WHEN '财政拨款收支总表' THEN 'T04'
        WHEN '一般公共预算支出表' THEN 'T05'
        WHEN '一般公共预算基本支出表' THEN 'T06'
        WHEN '政府性基金预算支出表' THEN 'T08'
        WHEN '国有资本经营预算支出表' THEN 'T09'
    END AS table_code,
    coalesce(
        subject, CASE flow WHEN 'revenue' THEN income_item(name) ELSE outlay_item(name) END
    ) AS item_code,
    'budget' AS phase,
    flow,
    subject AS subject_code,
    name AS subject_name,
    to_yuan(figure, _unit) AS amount,
    CASE
        WHEN is_basic THEN to_yuan(figure, _unit)
        WHEN tells_projects THEN to_yuan(coalesce(clean(基本支出), '0'), _unit)
    END AS basic_expenditure,
    CASE WHEN tells_projects THEN to_yuan(coalesce(clean(项目支出), '0'), _unit) END
        AS project_expenditure,
    CASE WHEN is_basic THEN to_yuan(coalesce(clean(人员经费), '0'), _unit) END AS personnel_funds,
    CASE WHEN is_basic THEN to_yuan(coalesce(clean(公用经费), '0'), _unit) END AS public_funds,
    reported(figure) AS amount_reported,
    reported(基本支出) AS basic_expenditure_reported,
    reported(项目支出) AS project_expenditure_reported,
    reported(人员经费) AS personnel_funds_reported,
    reported(公用经费) AS public_funds_reported,
    _unit AS unit_reported,
    _file,
    _part,
    _line
FROM lines
