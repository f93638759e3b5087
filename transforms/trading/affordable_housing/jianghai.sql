-- A row: one construction project, or one income band of one batch of allocation. The year and the
-- unit of money stand above the table.
SELECT
    _year AS year,
    CASE clean(类别) WHEN '建设' THEN 'construction' WHEN '分配' THEN 'allocation'
        ELSE clean(类别) END AS record_kind,
    code_text(编号) AS item_no,
    CASE clean(收入档次)
        WHEN '低保' THEN 'minimum_living'
        WHEN '低收入' THEN 'low'
        WHEN '中等偏下收入' THEN 'lower_middle'
        WHEN '新就业无房职工' THEN 'new_employee'
        WHEN '外来务工' THEN 'migrant'
        WHEN '—' THEN 'all'
        ELSE clean(收入档次)
    END AS income_band,
    clean(名称) AS item_name,
    code_text(行政区划代码) AS region_code,
    CASE clean(住房类型)
        WHEN '公共租赁住房' THEN 'public_rental'
        WHEN '保障性租赁住房' THEN 'subsidised_rental'
        WHEN '配售型保障性住房' THEN 'subsidised_sale'
        WHEN '共有产权住房' THEN 'shared_ownership'
        WHEN '经济适用住房' THEN 'economical'
        WHEN '限价商品住房' THEN 'price_capped'
        WHEN '棚户区改造安置房' THEN 'resettlement'
        WHEN '其他' THEN 'other'
        ELSE clean(住房类型)
    END AS housing_kind,
    CASE clean(阶段)
        WHEN '计划' THEN 'planned'
        WHEN '开工' THEN 'started'
        WHEN '基本建成' THEN 'basically_completed'
        WHEN '竣工' THEN 'completed'
        WHEN '分配入住' THEN 'allocated'
        ELSE clean(阶段)
    END AS phase,
    clean(坐落) AS address,
    code_text(项目代码) AS invest_project_code,
    clean(建设单位) AS builder_name,
    code_text(建设单位代码) AS builder_uscc,
    number_text(计划套数) AS planned_units,
    number_text(开工套数) AS started_units,
    number_text(基本建成套数) AS basically_completed_units,
    number_text(竣工套数) AS completed_units,
    to_yuan(计划投资, _unit) AS planned_investment,
    to_yuan(完成投资, _unit) AS completed_investment,
    number_text(申请户数) AS applicants,
    number_text(核准户数) AS approved_households,
    number_text(分配户数) AS allocated_households,
    number_text(户均面积) AS average_unit_area,
    to_date(公示开始) AS publicity_start,
    to_date(公示结束) AS publicity_end,
    to_date(统计截止日期) AS as_of,
    reported(计划投资) AS planned_investment_reported,
    reported(完成投资) AS completed_investment_reported,
    _unit AS unit_reported,
    clean(联系人) AS contact_name,
    clean(联系电话) AS contact_phone,
    _file,
    _part,
    _line
FROM delivery
