-- A row: one school.
SELECT
    code_text(学校标识码) AS school_code,
    clean(学校名称) AS school_name,
    code_text(统一社会信用代码) AS uscc,
    CASE clean(学段)
        WHEN '小学' THEN 'primary' WHEN '初中' THEN 'junior'
        WHEN '九年一贯制' THEN 'nine_year' WHEN '完全中学' THEN 'complete'
        ELSE clean(学段)
    END AS stage,
    CASE clean(办学性质) WHEN '公办' THEN 'public' WHEN '民办' THEN 'private'
        ELSE clean(办学性质) END AS ownership,
    code_text(行政区划代码) AS region_code,
    clean(所属区县) AS region_name,
    clean(地址) AS address,
    phone(办公电话) AS office_phone,
    number_text(班级数) AS classes,
    number_text(学生数) AS students,
    number_text(教职工数) AS teachers,
    to_square_metres(占地面积, clean(面积单位)) AS site_area,
    reported(占地面积) AS site_area_reported,
    clean(面积单位) AS area_unit_reported,
    _year AS as_of,
    clean(校长) AS principal,
    _file,
    _part,
    _line
FROM delivery
