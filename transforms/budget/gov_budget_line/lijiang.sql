-- A row: the amount of one functional subject in one phase. A cell left blank gives no row; a
-- subject without any figure gives one, of the execution, without an amount.
WITH printed_rows AS (
    SELECT *, coalesce(上年决算数, 预算数, 执行数) IS NULL AS is_blank FROM delivery
),
phases AS (
    SELECT *, 'final' AS phase, 上年决算数 AS printed FROM printed_rows
    WHERE 上年决算数 IS NOT NULL
    UNION ALL
    SELECT *, 'budget', 预算数 FROM printed_rows WHERE 预算数 IS NOT NULL
    UNION ALL
    SELECT *, 'execution', 执行数 FROM printed_rows WHERE 执行数 IS NOT NULL OR is_blank
)
SELECT
    CASE WHEN phase = 'final' THEN _year::INTEGER - 1 ELSE _year::INTEGER END AS fiscal_year,
    '530700' AS region_code,
    'general' AS budget_book,
    'expenditure' AS flow,
    'whole' AS scope,
    code_text(科目编码) AS subject_code,
    -- class names carry their place in the list: 一、一般公共服务支出
    regexp_replace(clean(项目), '^[一二三四五六七八九十]+、', '') AS subject_name,
    CASE length(code_text(科目编码))
        WHEN 3 THEN 'class' WHEN 5 THEN 'section' WHEN 7 THEN 'item' ELSE 'subitem'
    END AS subject_level,
    phase,
    to_yuan(printed, _unit) AS amount,
    reported(printed) AS amount_reported,
    _unit AS unit_reported,
    CASE WHEN is_blank THEN '原表未列数' END AS note,
    _file,
    _part,
    _line
FROM phases
