-- A row: the amount of one subject in one phase. A cell left blank gives no row.
-- The tables print names, not codes. A numbered line is a class of expenditure, or of revenue the
-- class, fund or kind of income; the lines below it are looked up below its code.
WITH lines AS (
    SELECT
        *,
        regexp_replace(
            regexp_replace(clean(项目), '\s', '', 'g'), '^[一二三四五六七八九十]+、', ''
        ) AS subject_name,
        regexp_matches(clean(项目), '^[一二三四五六七八九十]+、') AS is_numbered,
        regexp_extract(_part, '\d+')::INTEGER AS page,
        _year::INTEGER AS year,
        CASE _book
            WHEN '一般公共预算' THEN 'general' WHEN '政府性基金' THEN 'fund' ELSE 'capital'
        END AS budget_book,
        CASE _flow WHEN '收入' THEN 'revenue' ELSE 'expenditure' END AS flow,
        CASE WHEN ends_with(_whose, '级') THEN 'own' ELSE 'whole' END AS scope,
        -- the own level is called by no name (省级): it is that of the province beside it
        any_value(_whose) FILTER (NOT ends_with(_whose, '级')) OVER (PARTITION BY _file) AS region
    FROM delivery
),
-- Names under which the tables print a subject that the classification calls otherwise.
called (printed, label) AS (
    VALUES
        ('污水处理费安排的支出', '污水处理费收入安排的支出'),
        ('专项债务对应项目专项收入', '专项债券对应项目专项收入'),
        ('股息红利收入', '股利、股息收入')
),
-- brackets in one form, and no quotation marks: they are typed in every way
wanted AS (
    SELECT lines.*, translate(coalesce(called.label, subject_name), '()"“”', '（）') AS label
    FROM lines
    LEFT JOIN called ON called.printed = subject_name
),
subjects AS (
    SELECT
        code,
        translate(label_zh, '()"“”', '（）') AS label,
        coalesce(year(valid_from), 0) AS first_year,
        coalesce(year(valid_to), 9999) AS last_year
    FROM codes_budget_subjects
),
numbered AS (
    SELECT _file, _part, _line, min(subject.code) AS code
    FROM wanted
    JOIN subjects AS subject
        ON subject.label = wanted.label
        AND year BETWEEN subject.first_year AND subject.last_year
        AND CASE
            WHEN budget_book = 'capital' AND flow = 'revenue' THEN subject.code LIKE '10306__'
            WHEN budget_book = 'capital' THEN regexp_matches(subject.code, '^(208|223)..$')
            WHEN budget_book = 'fund' AND flow = 'revenue' THEN subject.code LIKE '103%'
            WHEN flow = 'revenue' THEN subject.code IN ('101', '103')
            ELSE subject.code LIKE '2__'
        END
    WHERE is_numbered
    GROUP BY ALL
),
placed AS (
    SELECT
        wanted.*,
        numbered.code AS own_code,
        last_value(CASE WHEN is_numbered THEN coalesce(numbered.code, '') END IGNORE NULLS) OVER (
            PARTITION BY wanted._file, _table, _whose, _book, _flow, _year
            ORDER BY page, wanted._line
        ) AS code_above
    FROM wanted
    LEFT JOIN numbered USING (_file, _part, _line)
),
below AS (
    SELECT placed._file, _part, _line, min(subject.code) AS code
    FROM placed
    JOIN subjects AS subject
        ON subject.label = placed.label
        AND year BETWEEN subject.first_year AND subject.last_year
        AND subject.code LIKE code_above || '__%'
    WHERE NOT is_numbered AND code_above <> ''
    GROUP BY ALL
),
coded AS (
    SELECT placed.*, coalesce(own_code, below.code) AS subject_code
    FROM placed
    LEFT JOIN below USING (_file, _part, _line)
),
figures AS (
    SELECT
        *,
        CASE printed_for WHEN '上年决算数' THEN year - 1 ELSE year END AS fiscal_year,
        CASE printed_for
            WHEN '上年决算数' THEN 'final' WHEN '执行数' THEN 'execution' ELSE 'budget'
        END AS phase
    FROM coded UNPIVOT (printed FOR printed_for IN (执行数, 上年决算数, 预算数))
),
named AS (
    SELECT label_zh, max(code) AS region_code
    FROM codes_divisions
    WHERE code LIKE '%00' AND successor IS NULL
    GROUP BY label_zh
)
SELECT
    fiscal_year,
    region_code,
    budget_book,
    flow,
    scope,
    subject_code,
    subject_name,
    CASE length(subject_code)
        WHEN 3 THEN 'class' WHEN 5 THEN 'section' WHEN 7 THEN 'item' ELSE 'subitem'
    END AS subject_level,
    phase,
    to_yuan(printed, _unit) AS amount,
    reported(printed) AS amount_reported,
    clean(_unit) AS unit_reported,
    _file,
    _part,
    _line
FROM figures
LEFT JOIN named ON named.label_zh = region
