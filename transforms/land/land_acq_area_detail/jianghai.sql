-- A row: one class of land of one village's collective in one acquisition. Areas come in hectares,
-- mu or square metres, as the row says.
SELECT
    document_number(拟征告号) AS acq_no,
    clean(权属单位) AS owner_village,
    CASE clean(地类)
        WHEN '耕地' THEN 'cultivated'
        WHEN '永久基本农田' THEN 'permanent_basic_farmland'
        WHEN '园地' THEN 'garden'
        WHEN '林地' THEN 'forest'
        WHEN '草地' THEN 'grassland'
        WHEN '其他农用地' THEN 'other_farmland'
        WHEN '建设用地' THEN 'construction'
        WHEN '未利用地' THEN 'unused'
        ELSE clean(地类)
    END AS land_class,
    code_text(行政区划代码) AS region_code,
    clean(乡镇) AS town,
    code_text(权属单位代码) AS owner_uscc,
    to_square_metres(面积, clean(面积单位)) AS area,
    to_square_metres(其中永久基本农田, clean(面积单位)) AS basic_farmland_area,
    to_date(现状调查结束日期) AS survey_end,
    to_date(结果公示日期) AS result_posted,
    reported(面积) AS area_reported,
    reported(其中永久基本农田) AS basic_farmland_area_reported,
    clean(面积单位) AS area_unit_reported,
    clean(调查人员) AS surveyor_name,
    clean(调查人员电话) AS surveyor_phone,
    _file,
    _part,
    _line
FROM delivery
