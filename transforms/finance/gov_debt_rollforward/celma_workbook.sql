-- A row: one item of one type of debt, for the whole region and once more for its own level.
-- The form prints seven numbered items, each with its parts below it: 其中：一般债务 is of the item
-- that stands over it. The year of an item tells last year's limit and balance from this year's.
WITH lines AS (
    SELECT
        *,
        try_cast(_year AS INTEGER) AS year,
        regexp_replace(clean(项目), '^其中[：:]\s*', '') AS printed,
        regexp_extract(clean(项目), '^[一二三四五六七八九十]+、(.*)$', 1) AS numbered,
        bool_or(contains(项目, '预计执行')) OVER (PARTITION BY _file, _part) AS is_expected
    FROM delivery
),
placed AS (
    SELECT
        *,
        last_value(nullif(numbered, '') IGNORE NULLS) OVER (
            PARTITION BY _file, _part ORDER BY _line
        ) AS heading
    FROM lines
),
coded AS (
    SELECT
        *,
        CASE
            WHEN regexp_matches(printed, '一般债[务券]') THEN 'general'
            WHEN regexp_matches(printed, '专项债[务券]') THEN 'special'
            ELSE 'total'
        END AS debt_type,
        CASE
            WHEN printed LIKE '%贷款%' THEN 'issue_foreign'
            WHEN printed LIKE '新增%债券发行额' THEN 'issue_new'
            WHEN printed LIKE '再融资%债券发行额' THEN 'issue_refinance'
            WHEN printed LIKE '置换%债券发行额' THEN 'issue_swap'
            -- what the form does not print today is told by its own words, and is no item
            WHEN numbered = '' AND NOT regexp_full_match(printed, '(一般|专项)债务') THEN printed
            WHEN regexp_matches(heading, '年末地方政府债务余额')
                THEN CASE try_cast(left(heading, 4) AS INTEGER) - year
                    WHEN -1 THEN 'opening_balance' WHEN 0 THEN 'closing_balance'
                END
            WHEN regexp_matches(heading, '年地方政府债务限额')
                THEN CASE try_cast(left(heading, 4) AS INTEGER) - year
                    WHEN -1 THEN 'prior_limit' WHEN 0 THEN 'year_limit'
                END
            WHEN regexp_matches(heading, '年地方政府债务发行') THEN 'issue'
            WHEN regexp_matches(heading, '年地方政府债务还本') THEN 'repayment'
            WHEN regexp_matches(heading, '年地方政府债务付息') THEN 'interest'
        END AS code
    FROM placed
),
items AS (
    SELECT
        *,
        CASE column_name WHEN '本地区' THEN 'whole' ELSE 'own' END AS scope,
        try_cast(to_yuan(printed_amount, _unit) AS DECIMAL(28, 2)) AS yuan
    FROM coded UNPIVOT INCLUDE NULLS (printed_amount FOR column_name IN (本地区, 本级))
),
-- What does not roll forward, where all four items are there.
forms AS (
    SELECT
        _file,
        _part,
        scope,
        debt_type,
        any_value(yuan) FILTER (code = 'opening_balance')
        + any_value(yuan) FILTER (code = 'issue')
        - any_value(yuan) FILTER (code = 'repayment')
        - any_value(yuan) FILTER (code = 'closing_balance') AS difference
    FROM items
    GROUP BY ALL
),
named AS (
    SELECT label_zh, max(code) AS region_code
    FROM codes_divisions
    WHERE successor IS NULL
    GROUP BY label_zh
    HAVING count(*) = 1
)
SELECT
    _year AS fiscal_year,
    coalesce(rpad(_code, 6, '0'), named.region_code) AS region_code,
    clean(_region) AS region_name,
    scope,
    debt_type,
    coalesce(code, printed) AS item_code,
    CASE WHEN is_expected THEN 'est_exec' ELSE 'final' END AS phase,
    to_yuan(printed_amount, _unit) AS amount,
    reported(printed_amount) AS amount_reported,
    clean(_unit) AS unit_reported,
    CASE code WHEN 'closing_balance' THEN difference END AS difference,
    _file,
    _part,
    _line
FROM items
LEFT JOIN forms USING (_file, _part, scope, debt_type)
LEFT JOIN named ON named.label_zh = clean(_region)
