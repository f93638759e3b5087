-- A row: a line of one table of one department. Totals and the sources of the appropriation are
-- printed without a code and known by their names.
WITH coded AS (
    SELECT
        *,
        coalesce(
            code_text(科目编码),
            CASE clean(科目名称)
                WHEN '收入总计' THEN 'revenue_total'
                WHEN '支出总计' THEN 'expenditure_total'
                WHEN '一般公共预算拨款' THEN 'general'
                WHEN '政府性基金预算拨款' THEN 'fund'
                WHEN '国有资本经营预算拨款' THEN 'capital'
                WHEN '上年结转' THEN 'carried_over'
            END
        ) AS item_code
    FROM delivery
)
SELECT
    _year AS fiscal_year,
    code_text(部门代码) AS dept_code,
    clean(部门名称) AS dept_name,
    CASE _table
        WHEN '表一' THEN 'T01' WHEN '表二' THEN 'T02' WHEN '表三' THEN 'T03'
        WHEN '表四' THEN 'T04' WHEN '表五' THEN 'T05' WHEN '表六' THEN 'T06'
        WHEN '表七' THEN 'T07' WHEN '表八' THEN 'T08'
    END AS table_code,
    item_code,
    CASE _phase WHEN '预算' THEN 'budget' WHEN '决算' THEN 'final' END AS phase,
    CASE
        WHEN item_code IN ('revenue_total', 'general', 'fund', 'capital', 'carried_over')
            THEN 'revenue'
        ELSE 'expenditure'
    END AS flow,
    CASE WHEN regexp_full_match(item_code, '\d+') THEN item_code END AS subject_code,
    clean(科目名称) AS subject_name,
    to_yuan(合计, _unit) AS amount,
    to_yuan(基本支出, _unit) AS basic_expenditure,
    to_yuan(项目支出, _unit) AS project_expenditure,
    to_yuan(人员经费, _unit) AS personnel_funds,
    to_yuan(公用经费, _unit) AS public_funds,
    reported(合计) AS amount_reported,
    reported(基本支出) AS basic_expenditure_reported,
    reported(项目支出) AS project_expenditure_reported,
    reported(人员经费) AS personnel_funds_reported,
    reported(公用经费) AS public_funds_reported,
    _unit AS unit_reported,
    clean(填报人) AS reporter_name,
    clean(联系电话) AS reporter_phone,
    _file,
    _part,
    _line
FROM coded
