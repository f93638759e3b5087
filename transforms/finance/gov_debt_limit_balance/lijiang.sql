-- A row: limits and balances of one region, year and phase. The table of limits and balances is
-- printed downwards, an item to a line: a row is made of its lines. The table by region has limits
-- alone; what it repeats of the city, and what next year's table repeats of this year, is taken
-- once where it agrees within what is printed. Where it does not, there are two rows under one key.
WITH cities AS (
    -- the place that the titles name
    SELECT _file, any_value(division.code) AS city_code
    FROM (SELECT DISTINCT _file, clean(_whose) AS whose FROM delivery)
    JOIN codes_divisions AS division
        ON is_called(division.label_zh, whose) AND division.successor IS NULL
    GROUP BY _file
    HAVING count(DISTINCT division.code) = 1
),
downwards AS (
    SELECT
        *,
        CASE
            WHEN 项目 LIKE '%一般债务%' THEN 'general'
            WHEN 项目 LIKE '%专项债务%' THEN 'special'
            ELSE 'total'
        END || CASE WHEN clean(项目) LIKE '%限额' THEN '_limit' ELSE '_balance' END AS item,
        _executed::INTEGER AS year
    FROM delivery
    WHERE _table = 'limits_and_balances'
),
columns AS (
    SELECT *, 'whole' AS scope, year - 1 AS fiscal_year, 'final' AS phase, 全市决算数 AS printed
    FROM downwards
    UNION ALL SELECT *, 'whole', year, 'execution', 全市执行数 FROM downwards
    UNION ALL SELECT *, 'whole', year + 1, 'budget', 全市预算数 FROM downwards
    UNION ALL SELECT *, 'own', year - 1, 'final', 本级决算数 FROM downwards
    UNION ALL SELECT *, 'own', year, 'execution', 本级执行数 FROM downwards
    UNION ALL SELECT *, 'own', year + 1, 'budget', 本级预算数 FROM downwards
),
-- the records of every table, in the unit it prints, with the lines they are made of
records AS (
    SELECT
        city_code AS region_code,
        clean(any_value(_whose)) AS region_name,
        scope,
        fiscal_year,
        phase,
        max(printed) FILTER (item = 'general_limit') AS general_limit,
        max(printed) FILTER (item = 'special_limit') AS special_limit,
        max(printed) FILTER (item = 'total_limit') AS total_limit,
        max(printed) FILTER (item = 'general_balance') AS general_balance,
        max(printed) FILTER (item = 'special_balance') AS special_balance,
        max(printed) FILTER (item = 'total_balance') AS total_balance,
        any_value(_unit) AS unit,
        false AS by_region,
        list({'_file': columns._file, '_part': _part, '_line': _line} ORDER BY _line) AS lines
    FROM columns
    LEFT JOIN cities USING (_file)
    WHERE printed IS NOT NULL
    GROUP BY columns._file, _part, city_code, scope, fiscal_year, phase
    UNION ALL
    SELECT
        region_code,
        CASE WHEN scope = 'own' OR region_code = city_code THEN clean(_whose) ELSE region END,
        scope,
        CASE phase WHEN 'final' THEN year - 1 ELSE year END,
        phase,
        CASE phase WHEN 'final' THEN 上年一般限额 ELSE 本年一般限额 END,
        CASE phase WHEN 'final' THEN 上年专项限额 ELSE 本年专项限额 END,
        CASE phase WHEN 'final' THEN 上年限额 ELSE 本年限额 END,
        NULL,
        NULL,
        NULL,
        _unit,
        true,
        [{'_file': _file, '_part': _part, '_line': _line}]
    FROM (
        SELECT
            delivery.*,
            city_code,
            clean(地区) AS region,
            CASE WHEN clean(地区) LIKE '%本级' THEN 'own' ELSE 'whole' END AS scope,
            CASE
                WHEN clean(地区) LIKE '%本级' OR clean(地区) = clean(_whose) THEN city_code
                ELSE county.code
            END AS region_code,
            _year::INTEGER AS year
        FROM delivery
        LEFT JOIN cities USING (_file)
        LEFT JOIN codes_divisions AS county
            ON county.parent = city_code
            AND county.successor IS NULL
            AND is_called(county.label_zh, clean(地区))
        WHERE _table = 'limits_by_region'
    ) AS regions,
    (VALUES ('final'), ('execution')) AS phases (phase)
),
-- what every record says, beside what the first of its key says
compared AS (
    SELECT
        *,
        [to_yuan(value, unit)::DECIMAL(28, 2) FOR value IN [
            general_limit, special_limit, total_limit,
            general_balance, special_balance, total_balance
        ]] AS amounts,
        first(amounts) OVER key AS first_amounts,
        row_number() OVER key AS place,
        -- half the last printed digit
        0.5 * unit_size(unit)
        / 10 ** length(regexp_extract(total_limit, '\.(\d+)$', 1)) AS half_digit
    FROM records
    WINDOW key AS (
        PARTITION BY region_code, scope, fiscal_year, phase ORDER BY by_region, lines[1]
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    )
),
grouped AS (
    SELECT
        *,
        CASE
            WHEN len(list_filter(
                list_zip(amounts, first_amounts),
                lambda pair: abs(pair[1] - pair[2]) > half_digit
            )) = 0 THEN 1
            ELSE place
        END AS said
    FROM compared
)
SELECT
    fiscal_year,
    region_code,
    first(region_name ORDER BY place) AS region_name,
    scope,
    phase,
    first(to_yuan(general_limit, unit) ORDER BY place) AS general_limit,
    first(to_yuan(special_limit, unit) ORDER BY place) AS special_limit,
    first(to_yuan(total_limit, unit) ORDER BY place) AS total_limit,
    first(to_yuan(general_balance, unit) ORDER BY place) AS general_balance,
    first(to_yuan(special_balance, unit) ORDER BY place) AS special_balance,
    first(to_yuan(total_balance, unit) ORDER BY place) AS total_balance,
    reported(first(general_limit ORDER BY place)) AS general_limit_reported,
    reported(first(special_limit ORDER BY place)) AS special_limit_reported,
    reported(first(total_limit ORDER BY place)) AS total_limit_reported,
    reported(first(general_balance ORDER BY place)) AS general_balance_reported,
    reported(first(special_balance ORDER BY place)) AS special_balance_reported,
    reported(first(total_balance ORDER BY place)) AS total_balance_reported,
    first(unit ORDER BY place) AS unit_reported,
    flatten(list(lines ORDER BY place))[1]._file AS _file,
    flatten(list(lines ORDER BY place))[1]._part AS _part,
    flatten(list(lines ORDER BY place))[1]._line AS _line,
    flatten(list(lines ORDER BY place))[2:] AS _also
FROM grouped
GROUP BY fiscal_year, region_code, scope, phase, said, CASE WHEN region_code IS NULL THEN lines END
