-- A row: one item of the debt of one region, as budgeted or as it is expected to be executed. A
-- line gives a row for each of the two that it prints a figure for.
WITH lines AS (
    SELECT
        *,
        regexp_replace(
            regexp_replace(clean(项目), '\s', '', 'g'), '^[一二三四五六七八九十]+、', ''
        ) AS line,
        CASE _type WHEN '一般' THEN 'general' WHEN '专项' THEN 'special' END AS debt_type
    FROM delivery
),
items AS (
    SELECT
        *,
        balance_item(line, try_cast(_year AS INTEGER)) AS item_code,
        CASE printed_for WHEN '预算数' THEN 'budget' ELSE 'est_exec' END AS phase,
        try_cast(to_yuan(printed, _unit) AS DECIMAL(28, 2)) AS yuan
    FROM lines UNPIVOT (printed FOR printed_for IN (预算数, 执行数))
),
-- What does not roll forward, where all four items of a form are there.
forms AS (
    SELECT
        _file,
        _region,
        _year,
        debt_type,
        phase,
        any_value(yuan) FILTER (item_code = 'opening_balance')
        + any_value(yuan) FILTER (item_code = 'issue')
        - any_value(yuan) FILTER (item_code = 'repayment')
        - any_value(yuan) FILTER (item_code = 'closing_balance') AS difference
    FROM items
    GROUP BY ALL
),
-- names of provinces and prefectures, which are unique in the country
named AS (
    SELECT label_zh, max(code) AS region_code
    FROM codes_divisions
    WHERE code LIKE '%00' AND successor IS NULL
    GROUP BY label_zh
)
SELECT
    _year AS fiscal_year,
    coalesce(rpad(_code, 6, '0'), named.region_code) AS region_code,
    clean(_region) AS region_name,
    'whole' AS scope,
    debt_type,
    item_code,
    phase,
    to_yuan(printed, _unit) AS amount,
    reported(printed) AS amount_reported,
    clean(_unit) AS unit_reported,
    CASE item_code WHEN 'closing_balance' THEN difference END AS difference,
    _file,
    _part,
    _line
FROM items
LEFT JOIN forms USING (_file, _region, _year, debt_type, phase)
LEFT JOIN named ON named.label_zh = clean(_region)
