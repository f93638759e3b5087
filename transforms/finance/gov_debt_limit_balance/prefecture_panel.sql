-- A row: limits and balances of one prefecture at the end of the year, in hundred million yuan,
-- as a compiler gathered them from documents of several kinds. What a figure rests on is kept
-- beside it: the compiler's grade, and in the note the state of the figure and its documents.
-- Most rows are figures after the end of the year that no document calls final: executed. Some of
-- them are of the city's own level and called the whole prefecture's: the note says where a figure
-- is far from that of the year before (南通 2025: 893.02 after 2,686.81).
WITH years AS (
    SELECT
        *,
        exact_number(statutory_debt_limit_100m) AS limit_now,
        exact_number(statutory_debt_balance_100m) AS balance_now,
        try_cast(metric_year AS INTEGER) AS year
    FROM delivery
),
compared AS (
    SELECT
        *,
        limit_now / max(limit_now) OVER year_before NOT BETWEEN 0.6 AND 2.5
        OR balance_now / max(balance_now) OVER year_before NOT BETWEEN 0.6 AND 2.5 AS is_far
    FROM years
    WINDOW year_before AS (
        PARTITION BY city_id, geo_scope ORDER BY year RANGE BETWEEN 1 PRECEDING AND 1 PRECEDING
    )
)
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
    concat_ws(
        '；',
        CASE WHEN is_far THEN '与上年末相差过大，疑为另一口径（如把本级当作全市）' END,
        clean(data_status),
        clean(source_doc_id),
        clean(note)
    ) AS note,
    _file,
    _part,
    _line
FROM compared
