-- A row: limits and balances of one region at the end of the year, from the final accounts, or as
-- they are expected where the form belongs to the next year's budget.
-- The form prints names, the province first, then every city with its own level and its counties:
-- a county is looked up below the city that stands over it. A name that was given up before that
-- year stands for its successor. 广州市本级 is the city's own level; other lines are whole regions.
WITH lines AS (
    SELECT
        *,
        regexp_replace(clean(地区), '本级$', '') AS region,
        CASE WHEN ends_with(clean(地区), '本级') THEN 'own' ELSE 'whole' END AS printed_scope,
        try_cast(_year AS INTEGER) AS year
    FROM delivery
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
        lines.*,
        last_value(upper.code IGNORE NULLS) OVER (
            PARTITION BY _file, _part ORDER BY _line
        ) AS city_code
    FROM lines
    LEFT JOIN upper ON upper.label_zh = lines.region
),
regions AS (
    SELECT
        headed.*,
        CASE
            WHEN division.valid_to < make_date(year, 1, 1)
                THEN coalesce(division.successor, division.code)
            ELSE division.code
        END AS region_code
    FROM headed
    LEFT JOIN codes_divisions AS division
        ON division.label_zh = region AND left(division.code, 2) = left(city_code, 2)
    -- one division per line: of the city's own ones, in force in that year, if there is such a one
    QUALIFY row_number() OVER (
        PARTITION BY _file, _part, _line
        ORDER BY
            left(division.code, 4) = left(city_code, 4) DESC,
            coalesce(division.valid_to < make_date(year, 1, 1), false),
            division.code
    ) = 1
)
SELECT
    _year AS fiscal_year,
    region_code,
    region AS region_name,
    printed_scope AS scope,
    CASE _state WHEN '决算' THEN 'final' ELSE 'est_exec' END AS phase,
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
