-- A row: limits and balances of one region at the end of the year, as they are expected to be.
-- The table prints names behind their ordinals: the province, its own level (一、省本级) and its
-- cities together (二、地市合计), then every city with its own level and its counties. A county is
-- looked up below the city that stands over it, which may be on the page before. A name that was
-- given up (海安县) stands for its successor.
WITH lines AS (
    SELECT
        *,
        regexp_replace(
            regexp_replace(clean(地区), '\s', '', 'g'),
            '^([一二三四五六七八九十]+、|[（(][一二三四五六七八九十]+[)）])', ''
        ) AS printed,
        regexp_extract(_part, '\d+')::INTEGER AS page
    FROM delivery
),
named AS (
    SELECT
        *,
        CASE
            WHEN regexp_full_match(printed, '(全省|省|自治区|地市|市县)(本级|合计)?') THEN clean(_region)
            ELSE regexp_replace(printed, '本级$', '')
        END AS region,
        CASE
            WHEN ends_with(printed, '本级') THEN 'own'
            WHEN regexp_full_match(printed, '(地市|市县)(合计)?') THEN 'subordinate'
            ELSE 'whole'
        END AS printed_scope
    FROM lines
),
-- provinces and prefectures, whose names are unique in the country
upper AS (
    SELECT label_zh, max(code) AS code
    FROM codes_divisions
    WHERE code LIKE '%00' AND successor IS NULL
    GROUP BY label_zh
),
headed AS (
    SELECT
        named.*,
        last_value(upper.code IGNORE NULLS) OVER (
            PARTITION BY _file ORDER BY page, _line
        ) AS city_code
    FROM named
    LEFT JOIN upper ON upper.label_zh = named.region
),
regions AS (
    SELECT headed.*, coalesce(division.successor, division.code) AS region_code
    FROM headed
    LEFT JOIN codes_divisions AS division
        ON division.label_zh = region AND left(division.code, 2) = left(city_code, 2)
    -- one division per line: of the city's own ones, in force today, if there is such a one
    QUALIFY row_number() OVER (
        PARTITION BY _file, _part, _line
        ORDER BY
            left(division.code, 4) = left(city_code, 4) DESC,
            division.successor IS NOT NULL,
            division.code
    ) = 1
)
SELECT
    _year AS fiscal_year,
    region_code,
    region AS region_name,
    printed_scope AS scope,
    'est_exec' AS phase,
    to_yuan(一般限额, _unit) AS general_limit,
    to_yuan(专项限额, _unit) AS special_limit,
    to_yuan(限额合计, _unit) AS total_limit,
    to_yuan(一般余额, _unit) AS general_balance,
    to_yuan(专项余额, _unit) AS special_balance,
    to_yuan(余额合计, _unit) AS total_balance,
    reported(一般限额) AS general_limit_reported,
    reported(专项限额) AS special_limit_reported,
    reported(限额合计) AS total_limit_reported,
    reported(一般余额) AS general_balance_reported,
    reported(专项余额) AS special_balance_reported,
    reported(余额合计) AS total_balance_reported,
    clean(_unit) AS unit_reported,
    _file,
    _part,
    _line
FROM regions
