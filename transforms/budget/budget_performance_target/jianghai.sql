-- A row: one indicator of a project; the project's own facts stand in each of its rows.
SELECT
    _year AS fiscal_year,
    code_text(部门代码) AS dept_code,
    clean(部门名称) AS dept_name,
    code_text(项目代码) AS project_code,
    number_text(序号) AS indicator_no,
    clean(项目名称) AS project_name,
    clean(立项依据) AS basis,
    clean(实施主体) AS implementer,
    to_date(起) AS period_start,
    to_date(止) AS period_end,
    to_yuan(年度预算, _unit) AS annual_budget,
    reported(年度预算) AS annual_budget_reported,
    _unit AS unit_reported,
    clean(绩效总目标) AS overall_goal,
    CASE clean(一级)
        WHEN '产出指标' THEN 'output' WHEN '效益指标' THEN 'benefit'
        WHEN '满意度指标' THEN 'satisfaction' WHEN '成本指标' THEN 'cost'
        ELSE clean(一级)
    END AS level1,
    clean(二级) AS level2,
    clean(三级) AS level3,
    CASE clean(方向)
        WHEN '≥' THEN 'ge' WHEN '≤' THEN 'le' WHEN '=' THEN 'eq' WHEN '定性' THEN 'qualitative'
        ELSE clean(方向)
    END AS direction,
    clean(指标值) AS target_value,
    clean(计量单位) AS measure_unit,
    number_text(自评得分) AS self_score,
    clean(填报人) AS reporter_name,
    clean(联系电话) AS reporter_phone,
    _file,
    _part,
    _line
FROM delivery
