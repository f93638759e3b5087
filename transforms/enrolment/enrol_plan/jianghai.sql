-- A row: the plan and catchment of one school for the stage that its sheet is called after.
SELECT
    _year AS year,
    code_text(学校标识码) AS school_code,
    clean(学校名称) AS school_name,
    CASE _part WHEN '小学' THEN 'primary' WHEN '初中' THEN 'junior' ELSE _part END AS stage,
    number_text(班级数) AS plan_classes,
    number_text(人数) AS plan_students,
    number_text(班额) AS class_size,
    clean(施教区范围) AS zone_text,
    clean(报名条件) AS conditions,
    clean(招生程序) AS procedure,
    to_date(开始) AS apply_start,
    to_date(截止) AS apply_end,
    to_date(审定日期) AS decided_date,
    phone(咨询电话) AS contact_phone,
    clean(招生方案) AS policy_url,
    clean(联系人) AS contact_name,
    _file,
    _part,
    _line
FROM delivery
