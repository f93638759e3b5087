-- A row: one item of one region, year, scope, type of debt and phase.
-- The bureau keeps the words of the printed forms, with their years and ordinals: of two limits
-- the year tells which is this year's.
WITH items AS (
    SELECT
        *,
        nd AS fiscal_year,
        code_text(qhdm) AS region_code,
        CASE clean(kj)
            WHEN '本地区' THEN 'whole' WHEN '本级' THEN 'own' WHEN '下级' THEN 'subordinate'
            ELSE clean(kj)
        END AS scope,
        CASE clean(zwlx)
            WHEN '一般债务' THEN 'general' WHEN '专项债务' THEN 'special' WHEN '合计' THEN 'total'
            ELSE clean(zwlx)
        END AS debt_type,
        CASE clean(sjzt)
            WHEN '预算' THEN 'budget' WHEN '调整' THEN 'adjusted'
            WHEN '预计执行' THEN 'est_exec' WHEN '决算' THEN 'final'
            ELSE clean(sjzt)
        END AS phase,
        regexp_replace(clean(xmmc), '^[一二三四五六七八九十]+、', '') AS item,
        -- how many years the line looks ahead
        try_cast(regexp_extract(xmmc, '\d{4}') AS INTEGER) - try_cast(nd AS INTEGER) AS ahead
    FROM delivery
),
coded AS (
    SELECT
        *,
        CASE
            WHEN item LIKE '其中%外债转贷%' THEN 'issue_foreign'
            WHEN item LIKE '其中%债券%' THEN 'issue_bond'
            WHEN item LIKE '附%提前下达%' THEN 'advance_limit'
            WHEN item LIKE '%余额实际数' THEN 'opening_balance'
            WHEN item LIKE '%余额预计执行数' THEN 'closing_balance'
            WHEN item LIKE '%发行额' THEN 'issue'
            WHEN item LIKE '%还本支出' THEN 'repayment'
            WHEN item LIKE '%财政赤字' THEN 'next_deficit'
            WHEN item LIKE '%余额限额'
                THEN CASE ahead WHEN 0 THEN 'closing_limit' WHEN 1 THEN 'next_limit' END
            WHEN item LIKE '%新增%限额'
                THEN CASE ahead WHEN 0 THEN 'new_limit' WHEN 1 THEN 'next_new_limit' END
            WHEN item LIKE '%限额'
                THEN CASE ahead WHEN -1 THEN 'prior_limit' WHEN 0 THEN 'year_limit' END
        END AS code,
        try_cast(to_yuan(je, dw) AS DECIMAL(28, 2)) AS yuan
    FROM items
),
-- What does not roll forward, where all four items of a form are there.
forms AS (
    SELECT
        fiscal_year,
        region_code,
        scope,
        debt_type,
        phase,
        any_value(yuan) FILTER (code = 'opening_balance')
        + any_value(yuan) FILTER (code = 'issue')
        - any_value(yuan) FILTER (code = 'repayment')
        - any_value(yuan) FILTER (code = 'closing_balance') AS difference
    FROM coded
    GROUP BY ALL
)
SELECT
    fiscal_year,
    region_code,
    clean(qhmc) AS region_name,
    scope,
    debt_type,
    coalesce(code, item) AS item_code,
    phase,
    to_yuan(je, dw) AS amount,
    reported(je) AS amount_reported,
    clean(dw) AS unit_reported,
    CASE code WHEN 'closing_balance' THEN difference END AS difference,
    clean(bdsm) AS explanation,
    clean(txr) AS reporter_name,
    clean(txrdh) AS reporter_phone,
    _file,
    _part,
    _line
FROM coded
LEFT JOIN forms USING (fiscal_year, region_code, scope, debt_type, phase)
