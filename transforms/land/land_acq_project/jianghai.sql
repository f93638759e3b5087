-- A row: one approval of one acquisition project. Brackets of document numbers vary, dates come
-- in four forms, areas in hectares, mu or square metres as the row says.
SELECT
    document_number(拟征告号) AS acq_no,
    document_number(批准文号) AS approval_no,
    clean(批次名称) AS batch_name,
    code_text(行政区划代码) AS region_code,
    clean(乡镇) AS town,
    clean(用途) AS purpose,
    clean(批准机关) AS approval_org,
    to_date(批准日期) AS approval_date,
    to_square_metres(总面积, clean(面积单位)) AS total_area,
    to_square_metres(农用地, clean(面积单位)) AS farmland_area,
    to_square_metres(其中耕地, clean(面积单位)) AS cultivated_area,
    to_square_metres(建设用地, clean(面积单位)) AS construction_area,
    to_square_metres(未利用地, clean(面积单位)) AS unused_area,
    reported(总面积) AS total_area_reported,
    clean(面积单位) AS area_unit_reported,
    number_text(涉及户数) AS households,
    number_text(安置人数) AS persons_resettled,
    to_date(现状调查结束日期) AS survey_end,
    CASE clean(是否听证) WHEN '是' THEN 'true' WHEN '否' THEN 'false' ELSE clean(是否听证) END
        AS hearing_held,
    clean(联系人) AS contact_name,
    clean(联系电话) AS contact_phone,
    _file,
    _part,
    _line
FROM delivery
