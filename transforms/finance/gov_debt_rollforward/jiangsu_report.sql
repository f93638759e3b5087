-- A row: one item of the debt of one region, scope and phase. Where several tables print the same
-- figure there is one row, and `_also` names the other lines; where they differ there is a row for
-- each, for the check to find under one key.
WITH lines AS (
    SELECT
        *,
        regexp_replace(clean(项目), '\s', '', 'g') AS printed,
        regexp_matches(clean(项目), '^[一二三四五六七八九十]+、') AS is_numbered,
        regexp_extract(_part, '\d+')::INTEGER AS page
    FROM delivery
),
-- A numbered line says what follows, a line in brackets or behind 其中 of which type of debt.
headed AS (
    SELECT
        *,
        regexp_replace(
            printed, '^([一二三四五六七八九十]+、|[（(][一二三四五六七八九十]+[)）]|其中[：:])', ''
        ) AS line,
        last_value(CASE WHEN is_numbered THEN printed END IGNORE NULLS) OVER so_far AS heading,
        last_value(
            CASE
                WHEN is_numbered THEN 'total'
                WHEN regexp_matches(printed, '一般债[务券]') THEN 'general'
                WHEN regexp_matches(printed, '专项债[务券]') THEN 'special'
            END
            IGNORE NULLS
        ) OVER so_far AS type_above
    FROM lines
    WINDOW so_far AS (PARTITION BY _file, _table ORDER BY page, _line)
),
coded AS (
    SELECT
        *,
        -- only the table of bonds has several years: 四、2025年还本支出预算数
        CASE _table WHEN 'bonds' THEN regexp_extract(heading, '(\d{4})年', 1) ELSE _year END
            AS fiscal_year,
        CASE _type WHEN '一般' THEN 'general' WHEN '专项' THEN 'special' ELSE type_above END
            AS debt_type,
        CASE
            WHEN _table IN ('balances', 'platform') THEN balance_item(line, _year::INTEGER)
            WHEN _table = 'advance' AND heading LIKE '%提前下达%' THEN 'advance_limit'
            WHEN _table = 'advance' THEN 'prior_limit'
            WHEN heading LIKE '%年发行%'
                THEN CASE line WHEN '再融资债券' THEN 'issue_refinance' ELSE 'issue_bond' END
            WHEN heading LIKE '%年还本支出%'
                THEN CASE line
                    WHEN '再融资债券' THEN 'repayment_refinance'
                    WHEN '财政预算安排' THEN 'repayment_budget'
                    ELSE 'repayment_bond'
                END
            WHEN heading LIKE '%年付息支出%' THEN 'interest_bond'
            ELSE line
        END AS item_code
    FROM headed
),
items AS (
    SELECT
        *,
        CASE column_name
            WHEN '省本级' THEN 'own' WHEN '市县' THEN 'subordinate' ELSE 'whole'
        END AS scope,
        CASE
            WHEN _table = 'bonds' AND heading LIKE '%预算数' THEN 'budget'
            WHEN _table = 'advance' OR column_name = '预算数' THEN 'budget'
            ELSE 'est_exec'
        END AS phase,
        to_yuan(figure, _unit) AS amount,
        try_cast(to_yuan(figure, _unit) AS DECIMAL(28, 2)) AS yuan,
        -- the report comes before the platform, and a table before the next
        row_number() OVER (ORDER BY _table = 'platform', _file, page, _line) AS place
    FROM coded UNPIVOT (figure FOR column_name IN (执行数, 预算数, 全省, 省本级, 市县))
),
-- What does not roll forward, where all four items of a form are there.
forms AS (
    SELECT
        _file,
        fiscal_year,
        debt_type,
        scope,
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
    fiscal_year,
    region_code,
    first(clean(_region) ORDER BY place) AS region_name,
    scope,
    debt_type,
    item_code,
    phase,
    amount,
    reported(first(figure ORDER BY place)) AS amount_reported,
    first(clean(_unit) ORDER BY place) AS unit_reported,
    CASE item_code WHEN 'closing_balance' THEN first(difference ORDER BY place) END AS difference,
    first(items._file ORDER BY place) AS _file,
    first(_part ORDER BY place) AS _part,
    first(_line ORDER BY place) AS _line,
    list({'_file': items._file, '_part': _part, '_line': _line} ORDER BY place)[2:] AS _also
FROM items
LEFT JOIN forms USING (_file, fiscal_year, debt_type, scope, phase)
LEFT JOIN named ON named.label_zh = clean(_region)
GROUP BY fiscal_year, region_code, scope, debt_type, item_code, phase, amount
