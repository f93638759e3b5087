-- A row: one item of one type of debt, of the whole region or its own level, in one phase. The form
-- prints its items three times: of general debt, of special debt, of both. What was cut from debt
-- that had not been swapped is no item: it explains why the closing balance does not roll forward.
-- The table by region gives last year's limit, what was added and this year's; what the province
-- took back or moved explains the rest. A figure that next year's table repeats is taken once; where
-- the tables differ, both are there under one key.
WITH cities AS (
    -- the place that the titles name
    SELECT _file, any_value(division.code) AS city_code
    FROM (SELECT DISTINCT _file, clean(_whose) AS whose FROM delivery)
    JOIN codes_divisions AS division
        ON is_called(division.label_zh, whose) AND division.successor IS NULL
    GROUP BY _file
    HAVING count(DISTINCT division.code) = 1
),
lines AS (
    SELECT
        *,
        clean(项目) AS item,
        -- 4.外国政府及国际金融组织借款 is of the debt whose numbered line stands above it
        coalesce(
            nullif(regexp_extract(
                last_value(
                    CASE WHEN regexp_matches(clean(项目), '^[一二三四五六七八九十]+、') THEN 项目 END
                    IGNORE NULLS
                ) OVER (PARTITION BY _file, _part ORDER BY _line),
                '(一般|专项)'
            ), ''),
            '合计'
        ) AS kind,
        _executed::INTEGER AS year
    FROM delivery
    WHERE _table = 'moves'
),
columns AS (
    SELECT *, 'whole' AS scope, year - 1 AS fiscal_year, 'final' AS phase, 全市决算数 AS printed
    FROM lines
    UNION ALL SELECT *, 'whole', year, 'execution', 全市执行数 FROM lines
    UNION ALL SELECT *, 'whole', year + 1, 'budget', 全市预算数 FROM lines
    UNION ALL SELECT *, 'own', year - 1, 'final', 本级决算数 FROM lines
    UNION ALL SELECT *, 'own', year, 'execution', 本级执行数 FROM lines
    UNION ALL SELECT *, 'own', year + 1, 'budget', 本级预算数 FROM lines
),
coded AS (
    SELECT
        *,
        CASE
            WHEN item LIKE '%上年末%余额' THEN 'opening_balance'
            WHEN item LIKE '%年末%余额限额' THEN 'closing_limit'
            WHEN item LIKE '%年末%余额' THEN 'closing_balance'
            WHEN item LIKE '%发行额' THEN 'issue'
            WHEN item LIKE '%发行新增%' THEN 'issue_new'
            WHEN item LIKE '%发行再融资%' THEN 'issue_refinance'
            WHEN item LIKE '%发行置换%' THEN 'issue_swap'
            WHEN item LIKE '%外国政府%' THEN 'issue_foreign'
            WHEN item LIKE '%还本额' THEN 'repayment'
            WHEN item LIKE '%调减%' THEN 'cut'
            ELSE item
        END AS item_code,
        to_yuan(printed, _unit) AS amount
    FROM columns
    WHERE printed IS NOT NULL
),
-- what belongs to a closing balance: its form's other items, of the same debt and column
forms AS (
    SELECT
        _file, _part, scope, kind, fiscal_year, phase,
        any_value(amount::DECIMAL(28, 2)) FILTER (item_code = 'opening_balance')
        + any_value(amount::DECIMAL(28, 2)) FILTER (item_code = 'issue')
        - any_value(amount::DECIMAL(28, 2)) FILTER (item_code = 'repayment')
        - any_value(amount::DECIMAL(28, 2)) FILTER (item_code = 'closing_balance') AS difference,
        any_value(
            regexp_replace(item, '^.*、', '') || reported(printed)::DECIMAL(20, 2) || _unit
        ) FILTER (item_code = 'cut' AND amount::DECIMAL(28, 2) <> 0) AS explanation,
        list({'_file': _file, '_part': _part, '_line': _line} ORDER BY _line)
            FILTER (item_code = 'cut') AS cut_lines
    FROM coded
    GROUP BY ALL
),
items AS (
    SELECT
        city_code AS region_code,
        clean(_whose) AS region_name,
        coded.* EXCLUDE (item),
        CASE item_code WHEN 'closing_balance' THEN difference END AS difference,
        CASE item_code WHEN 'closing_balance' THEN explanation END AS explanation,
        CASE item_code WHEN 'closing_balance' THEN coalesce(cut_lines, []) ELSE [] END AS more
    FROM coded
    LEFT JOIN forms USING (_file, _part, scope, kind, fiscal_year, phase)
    LEFT JOIN cities USING (_file)
    WHERE item_code <> 'cut'
),
regions AS (
    SELECT
        delivery.*,
        CASE WHEN clean(地区) LIKE '%本级' THEN 'own' ELSE 'whole' END AS scope,
        clean(地区) LIKE '%本级' OR clean(地区) = clean(_whose) AS is_city,
        CASE WHEN is_city THEN city_code ELSE county.code END AS region_code,
        CASE WHEN is_city THEN clean(_whose) ELSE clean(地区) END AS region_name
    FROM delivery
    LEFT JOIN cities USING (_file)
    LEFT JOIN codes_divisions AS county
        ON county.parent = city_code
        AND county.successor IS NULL
        AND is_called(county.label_zh, clean(地区))
    WHERE _table = 'limits_by_region'
),
limits AS (
    SELECT
        * EXCLUDE (printed),
        printed.item_code AS item_code,
        printed.kind AS kind,
        printed.amount AS printed,
        '省级收回' || coalesce(printed.taken_back, '0') || '，调整' || coalesce(printed.moved, '0')
        || '，单位：' || _unit AS rest
    FROM (
        SELECT *, unnest([
            {'item_code': 'prior_limit', 'kind': '合计', 'amount': 上年合计,
             'taken_back': 收回合计, 'moved': 调整合计},
            {'item_code': 'prior_limit', 'kind': '一般', 'amount': 上年一般,
             'taken_back': 收回一般, 'moved': 调整一般},
            {'item_code': 'prior_limit', 'kind': '专项', 'amount': 上年专项,
             'taken_back': 收回专项, 'moved': 调整专项},
            {'item_code': 'new_limit', 'kind': '合计', 'amount': 新增合计,
             'taken_back': 收回合计, 'moved': 调整合计},
            {'item_code': 'new_limit', 'kind': '一般', 'amount': 新增一般,
             'taken_back': 收回一般, 'moved': 调整一般},
            {'item_code': 'new_limit', 'kind': '专项', 'amount': 新增专项,
             'taken_back': 收回专项, 'moved': 调整专项},
            {'item_code': 'year_limit', 'kind': '合计', 'amount': 本年合计,
             'taken_back': 收回合计, 'moved': 调整合计},
            {'item_code': 'year_limit', 'kind': '一般', 'amount': 本年一般,
             'taken_back': 收回一般, 'moved': 调整一般},
            {'item_code': 'year_limit', 'kind': '专项', 'amount': 本年专项,
             'taken_back': 收回专项, 'moved': 调整专项}
        ]) AS printed
        FROM regions
    )
),
all_items AS (
    SELECT
        fiscal_year, region_code, region_name, scope, kind, item_code, phase, printed, amount,
        _unit, difference, explanation, _file, _part, _line, more
    FROM items
    UNION ALL
    SELECT
        _year::INTEGER,
        region_code,
        region_name,
        scope,
        kind,
        item_code,
        'execution',
        printed,
        to_yuan(printed, _unit),
        _unit,
        NULL,
        CASE item_code WHEN 'year_limit' THEN rest END,
        _file,
        _part,
        _line,
        []
    FROM limits
    WHERE printed IS NOT NULL
),
counted AS (
    SELECT
        *,
        -- a line that a table prints twice is two rows
        row_number() OVER (
            PARTITION BY fiscal_year, region_code, scope, kind, item_code, phase, amount,
                _file, _part
            ORDER BY _line
        ) AS occurrence
    FROM all_items
)
SELECT
    fiscal_year,
    region_code,
    first(region_name ORDER BY _part, _line) AS region_name,
    scope,
    CASE kind WHEN '一般' THEN 'general' WHEN '专项' THEN 'special' ELSE 'total' END AS debt_type,
    item_code,
    phase,
    amount,
    reported(first(printed ORDER BY _part, _line)) AS amount_reported,
    first(_unit ORDER BY _part, _line) AS unit_reported,
    first(difference ORDER BY _part, _line) AS difference,
    first(explanation ORDER BY _part, _line) AS explanation,
    first(_file ORDER BY _part, _line) AS _file,
    first(_part ORDER BY _part, _line) AS _part,
    first(_line ORDER BY _part, _line) AS _line,
    list({'_file': _file, '_part': _part, '_line': _line} ORDER BY _part, _line)[2:]
    || flatten(list(more)) AS _also
FROM counted
GROUP BY fiscal_year, region_code, scope, kind, item_code, phase, amount, occurrence
