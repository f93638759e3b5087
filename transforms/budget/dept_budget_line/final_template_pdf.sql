-- A row: a line of one table of a department's final account. A form in two halves gives a row for
-- each half that has a figure. A blank beside a figure is the form's nought.
WITH halves AS (
    SELECT
        *,
        'revenue' AS flow,
        NULL AS code,
        收入项目 AS printed,
        clean(收入数) AS figure,
        NULL AS funds,
        -- below 年初财政拨款结转和结余 stand its three books, named like the sources above it
        count_if(line_name(收入项目) LIKE '年初%结转%') OVER (
            PARTITION BY _file, _table
            ORDER BY regexp_extract(_part, '\d+')::INTEGER, _line
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) > 0 AS is_carried_over
    FROM delivery
    WHERE _table IN ('收支总表', '财政拨款收支总表')
    UNION ALL
    SELECT *, 'expenditure', NULL, 支出项目, clean(支出数), NULL, false
    FROM delivery
    WHERE _table IN ('收支总表', '财政拨款收支总表')
    UNION ALL
    SELECT
        *, 'expenditure', 科目编码, coalesce(clean(科目名称), 科目编码), clean(决算数), 'personnel',
        false
    FROM delivery
    WHERE _table = '一般公共预算基本支出表'
    UNION ALL
    SELECT
        *, 'expenditure', 右科目编码, coalesce(clean(右科目名称), 右科目编码), clean(右决算数),
        'public', false
    FROM delivery
    WHERE _table = '一般公共预算基本支出表'
    UNION ALL
    -- 合计 stands in the column of the codes, or of the names
    SELECT
        *,
        CASE _table WHEN '收入总表' THEN 'revenue' ELSE 'expenditure' END,
        科目编码,
        coalesce(clean(科目名称), 科目编码),
        coalesce(clean(合计), '0'),
        NULL,
        false
    FROM delivery
    WHERE _table NOT IN ('收支总表', '财政拨款收支总表', '一般公共预算基本支出表')
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
        halves.* EXCLUDE (code),
        line_name(printed) AS name,
        CASE
            WHEN regexp_full_match(code_text(halves.code), '\d+') THEN code_text(halves.code)
            ELSE classes.code
        END AS subject,
        _table IN ('支出总表', '一般公共预算支出表', '政府性基金预算支出表', '国有资本经营预算支出表')
            AS tells_projects,
        figures_together([上缴上级支出, 经营支出, 对附属单位补助支出]) AS other_figure
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
    CASE
        WHEN subject IS NOT NULL THEN subject
        WHEN is_carried_over AND income_item(name) IN ('general', 'fund', 'capital')
            THEN 'carried_over_' || income_item(name)
        WHEN flow = 'revenue' THEN income_item(name)
        ELSE outlay_item(name)
    END AS item_code,
    'final' AS phase,
    flow,
    subject AS subject_code,
    name AS subject_name,
    to_yuan(figure, _unit) AS amount,
    CASE
        WHEN funds IS NOT NULL THEN to_yuan(figure, _unit)
        WHEN tells_projects THEN to_yuan(coalesce(clean(基本支出), '0'), _unit)
    END AS basic_expenditure,
    CASE WHEN tells_projects THEN to_yuan(coalesce(clean(项目支出), '0'), _unit) END
        AS project_expenditure,
    to_yuan(other_figure, _unit) AS other_expenditure,
    CASE funds WHEN 'personnel' THEN to_yuan(figure, _unit) WHEN 'public' THEN '0' END
        AS personnel_funds,
    CASE funds WHEN 'public' THEN to_yuan(figure, _unit) WHEN 'personnel' THEN '0' END
        AS public_funds,
    reported(figure) AS amount_reported,
    reported(基本支出) AS basic_expenditure_reported,
    reported(项目支出) AS project_expenditure_reported,
    reported(other_figure) AS other_expenditure_reported,
    _unit AS unit_reported,
    _file,
    _part,
    _line
FROM lines
