-- A row: the amount of one subject in one phase. A cell left blank gives no row; a subject without
-- any figure gives one, of the phase that its table is about, without an amount.
-- A set prints many figures twice: a class under revenue and expenditure and again by function,
-- last year's execution again beside the budget. Where the tables agree there is one row, and
-- `_also` names the lines that say the same; where they differ there are two, for the check to
-- find under one key. A line that is printed twice within a table is two rows.
WITH regions AS (
    -- the place that the titles of a file name; its own level is called by no name (市本级)
    SELECT _file, any_value(division.code) AS region_code
    FROM (SELECT DISTINCT _file, clean(_whose) AS whose, _year::INTEGER AS year FROM delivery)
    JOIN codes_divisions AS division
        ON is_called(division.label_zh, whose)
        AND coalesce(year(division.valid_from), 0) <= year
        AND coalesce(year(division.valid_to), 9999) >= year
    GROUP BY _file
    HAVING count(DISTINCT division.code) = 1
),
books AS (
    SELECT
        *,
        CASE _book
            WHEN '一般公共预算' THEN 'general' WHEN '政府性基金预算' THEN 'fund'
            WHEN '国有资本经营预算' THEN 'capital' WHEN '社会保险基金预算' THEN 'insurance'
        END AS budget_book,
        _table = 'general_economic_planned' AS is_economic,
        -- 收支情况表 names no flow; its sheet of revenue begins with class 101
        CASE
            WHEN _flow = '收入' THEN 'revenue'
            WHEN _flow = '支出' OR _table = 'general_economic_planned' THEN 'expenditure'
            WHEN min(code_text(科目编码)) OVER (PARTITION BY _file, _part) LIKE '1%' THEN 'revenue'
            ELSE 'expenditure'
        END AS flow,
        CASE WHEN _whose LIKE '%本级' THEN 'own' ELSE 'whole' END AS scope,
        -- classes and funds carry their place in the list: 一、一般公共服务支出
        regexp_replace(clean(项目), '^[一二三四五六七八九十]+、', '') AS subject_name
    FROM delivery
),
-- Names under which tables print a subject that the classification calls otherwise.
called (printed, label) AS (
    VALUES
        ('城镇职工基本医疗保险基金收入', '职工基本医疗保险基金收入'),
        ('城镇职工基本医疗保险基金支出', '职工基本医疗保险基金支出'),
        ('居民基本医疗保险基金收入', '城乡居民基本医疗保险基金收入'),
        ('居民基本医疗保险基金支出', '城乡居民基本医疗保险基金支出'),
        ('一般性转移支付支出', '一般性转移支付'),
        ('专项转移支付支出', '专项转移支付'),
        ('上年结转', '上年结余收入'),
        ('结转下年', '年终结余'),
        ('机关资本性支出', '机关资本性支出（一）')
),
named AS (
    SELECT
        books.*,
        -- brackets in one form, and no quotation marks: they are typed in every way
        translate(
            coalesce(called.label, regexp_replace(subject_name, '（项）$', '')), '()"“”', '（）'
        ) AS wanted,
        _year::INTEGER AS year
    FROM books
    LEFT JOIN called ON called.printed = books.subject_name
),
-- A name is looked up among the subjects of its budget; the highest that has it is meant, unless
-- （项） is said.
found AS (
    SELECT _file, _part, _line, min(subject.code) AS code
    FROM named
    JOIN codes_budget_subjects AS subject
        ON translate(subject.label_zh, '()"“”', '（）') = named.wanted
        AND list_contains(
            CASE
                WHEN is_economic AND length(subject.code) = 3 THEN ['5']
                WHEN is_economic THEN []
                WHEN budget_book = 'insurance' AND flow = 'revenue' THEN ['102']
                WHEN budget_book = 'insurance' THEN ['209']
                WHEN budget_book = 'capital' AND flow = 'revenue' THEN ['103', '110']
                WHEN budget_book = 'capital' THEN ['223', '230']
                WHEN flow = 'revenue' THEN ['110']
                ELSE ['230']
            END,
            CASE WHEN is_economic THEN subject.code[1] ELSE subject.code[1:3] END
        )
        AND (length(subject.code) = 7 OR NOT subject_name LIKE '%（项）')
        AND coalesce(year(subject.valid_from), 0) <= year
        AND coalesce(year(subject.valid_to), 9999) >= year
    WHERE named.科目编码 IS NULL
    GROUP BY ALL
),
-- Economic sections stand below their class, and several classes have one of the same name.
sections AS (
    SELECT
        named.*,
        coalesce(code_text(named.科目编码), found.code) AS own_code,
        last_value(found.code IGNORE NULLS)
            OVER (PARTITION BY named._file, named._part ORDER BY named._line) AS class_above
    FROM named
    LEFT JOIN found USING (_file, _part, _line)
),
lines AS (
    SELECT
        sections.*,
        coalesce(own_code, section.code) AS subject_code,
        -- the phase that a table is about
        CASE WHEN _table LIKE '%_executed' THEN 'execution' ELSE 'budget' END AS about,
        coalesce(上年决算数, 上年预算数, 上年调整预算数, 上年执行数, 预算数, 调整预算数, 执行数)
            IS NULL AS is_blank
    FROM sections
    LEFT JOIN codes_budget_subjects AS section
        ON is_economic
        AND own_code IS NULL
        AND section.parent = class_above
        AND translate(section.label_zh, '()"“”', '（）') = wanted
),
figures AS (
    SELECT *, year - 1 AS fiscal_year, 'final' AS phase, 上年决算数 AS printed, false AS again
    FROM lines
    UNION ALL
    SELECT *, year - 1, 'budget', 上年预算数, true FROM lines
    UNION ALL
    SELECT *, year - 1, 'adjusted', 上年调整预算数, true FROM lines
    UNION ALL
    SELECT *, year - 1, 'execution', 上年执行数, true FROM lines
    UNION ALL
    SELECT *, year, 'budget', 预算数, false FROM lines
    UNION ALL
    SELECT *, year, 'adjusted', 调整预算数, false FROM lines
    UNION ALL
    SELECT *, year, 'execution', 执行数, false FROM lines
),
-- What is printed first of what is the same comes first: by function before the balance of revenue
-- and expenditure, a year's own tables before those of the next.
standing AS (
    SELECT
        *,
        coalesce(subject_code, wanted) AS subject,
        row_number() OVER (
            ORDER BY printed IS NULL, again, _table LIKE 'general_balance%', _file, _part, _line
        ) AS place
    FROM figures
    WHERE printed IS NOT NULL OR (is_blank AND phase = about AND NOT again)
),
-- A blank agrees with any figure.
said AS (
    SELECT
        *,
        coalesce(
            to_yuan(printed, _unit),
            first(to_yuan(printed, _unit) ORDER BY place)
                OVER (PARTITION BY fiscal_year, budget_book, flow, scope, subject, phase)
        ) AS amount
    FROM standing
),
counted AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY fiscal_year, budget_book, flow, scope, subject, phase, amount,
                _file, _part
            ORDER BY place
        ) AS occurrence
    FROM said
)
SELECT
    fiscal_year,
    any_value(region_code) AS region_code,
    budget_book,
    flow,
    scope,
    any_value(subject_code) AS subject_code,
    first(subject_name ORDER BY place) AS subject_name,
    CASE length(any_value(subject_code))
        WHEN 3 THEN 'class' WHEN 5 THEN 'section' WHEN 7 THEN 'item' ELSE 'subitem'
    END AS subject_level,
    phase,
    amount,
    reported(first(printed ORDER BY place)) AS amount_reported,
    first(_unit ORDER BY place) AS unit_reported,
    CASE
        WHEN amount IS NULL THEN '原表未列数'
        ELSE clean(first(_extent ORDER BY place))
    END AS note,
    first(counted._file ORDER BY place) AS _file,
    first(_part ORDER BY place) AS _part,
    first(_line ORDER BY place) AS _line,
    list({'_file': counted._file, '_part': _part, '_line': _line} ORDER BY place)[2:] AS _also
FROM counted
LEFT JOIN regions USING (_file)
GROUP BY fiscal_year, budget_book, flow, scope, subject, phase, amount, occurrence
