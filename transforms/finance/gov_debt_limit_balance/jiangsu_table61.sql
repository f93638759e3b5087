-- A row: limits and balances of one region at the end of the year, in hundred million yuan.
-- The table prints names, not codes: a name is looked up among the divisions of its prefecture.
-- A name that was given up (海安县) stands for its successor. A prefecture's own level is printed
-- as 南通市本级; every other line speaks of the whole region.
WITH named AS (
    SELECT
        *,
        replace(clean(name), '本级', '') AS region,
        CASE WHEN ends_with(clean(name), '本级') THEN 'own' ELSE 'whole' END AS printed_scope
    FROM delivery
),
prefectures AS (
    SELECT code, label_zh
    FROM codes_divisions
    WHERE code LIKE '32__00'
),
regions AS (
    SELECT
        named.*,
        coalesce(division.successor, division.code) AS region_code
    FROM named
    LEFT JOIN prefectures ON prefectures.label_zh = clean(named.city)
    LEFT JOIN codes_divisions AS division
        ON division.label_zh = named.region
        AND division.code LIKE '32%'
        AND (division.code = prefectures.code OR division.parent = prefectures.code
             OR division.code = '320000')
)
SELECT
    year AS fiscal_year,
    region_code,
    region AS region_name,
    printed_scope AS scope,
    'est_exec' AS phase,
    to_yuan(limit_general, '亿元') AS general_limit,
    to_yuan(limit_special, '亿元') AS special_limit,
    to_yuan(limit_total, '亿元') AS total_limit,
    to_yuan(balance_general, '亿元') AS general_balance,
    to_yuan(balance_special, '亿元') AS special_balance,
    to_yuan(balance_total, '亿元') AS total_balance,
    reported(limit_general) AS general_limit_reported,
    reported(limit_special) AS special_limit_reported,
    reported(limit_total) AS total_limit_reported,
    reported(balance_general) AS general_balance_reported,
    reported(balance_special) AS special_balance_reported,
    reported(balance_total) AS total_balance_reported,
    '亿元' AS unit_reported,
    _file,
    _part,
    _line
FROM regions
