-- A row: the amount of one subject in one phase. The sheet prints three amounts side by side:
-- last year's final account, this year's budget and its execution. A cell left blank gives no row.
WITH phases AS (
    UNPIVOT (SELECT *, row_number() OVER () AS _printed FROM delivery)
    ON 上年决算数 AS 'final', 预算数 AS 'budget', 执行数 AS 'execution'
    INTO NAME phase VALUE printed
)
SELECT
    CASE WHEN phase = 'final' THEN _year::INTEGER - 1 ELSE _year::INTEGER END AS fiscal_year,
    '329900' AS region_code,
    CASE _book
        WHEN '一般公共预算' THEN 'general' WHEN '政府性基金预算' THEN 'fund'
        WHEN '国有资本经营预算' THEN 'capital' WHEN '社会保险基金预算' THEN 'insurance'
    END AS budget_book,
    CASE _flow WHEN '收入' THEN 'revenue' WHEN '支出' THEN 'expenditure' END AS flow,
    'whole' AS scope,
    code_text(科目编码) AS subject_code,
    clean(科目名称) AS subject_name,
    CASE length(code_text(科目编码))
        WHEN 3 THEN 'class' WHEN 5 THEN 'section' WHEN 7 THEN 'item' ELSE 'subitem'
    END AS subject_level,
    phase,
    to_yuan(printed, _unit) AS amount,
    reported(printed) AS amount_reported,
    _unit AS unit_reported,
    clean(备注) AS note,
    _file,
    _part,
    _line
FROM phases
