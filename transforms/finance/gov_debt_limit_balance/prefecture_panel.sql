-- A row: limits and balances of one prefecture at the end of the year, in hundred million yuan,
-- as a compiler gathered them from documents of several kinds. What a figure rests on is kept
-- beside it: the compiler's grade, and in the note the state of the figure and its documents.
-- Most rows are figures after the end of the year that no document calls final: executed.
SELECT
    metric_year AS fiscal_year,
    regexp_replace(code_text(city_id), '^CN-', '') AS region_code,
    CASE clean(geo_scope) WHEN 'prefecture_whole' THEN 'whole' ELSE clean(geo_scope) END AS scope,
    CASE
        WHEN clean(data_status) = 'final' THEN 'final'
        WHEN clean(data_status) IN ('preliminary', 'provisional') THEN 'est_exec'
        WHEN clean(data_status) IN ('execution', 'secondary_debt')
            OR starts_with(clean(data_status), 'official_') THEN 'execution'
        ELSE clean(data_status)
    END AS phase,
    to_yuan(general_debt_limit_100m, '亿元') AS general_limit,
    to_yuan(special_debt_limit_100m, '亿元') AS special_limit,
    to_yuan(statutory_debt_limit_100m, '亿元') AS total_limit,
    to_yuan(general_debt_balance_100m, '亿元') AS general_balance,
    to_yuan(special_debt_balance_100m, '亿元') AS special_balance,
    to_yuan(statutory_debt_balance_100m, '亿元') AS total_balance,
    reported(general_debt_limit_100m) AS general_limit_reported,
    reported(special_debt_limit_100m) AS special_limit_reported,
    reported(statutory_debt_limit_100m) AS total_limit_reported,
    reported(general_debt_balance_100m) AS general_balance_reported,
    reported(special_debt_balance_100m) AS special_balance_reported,
    reported(statutory_debt_balance_100m) AS total_balance_reported,
    '亿元' AS unit_reported,
    clean(source_grade) AS source_grade,
    concat_ws('；', clean(data_status), clean(source_doc_id), clean(note)) AS note,
    _file,
    _part,
    _line
FROM delivery
