-- A row: one approval of one acquisition project. Brackets of document numbers vary, dates come
-- in four forms, areas in hectares, mu or square metres as the row says. The case of public
-- interest is cited as the item of article 45 of the Land Administration Law.
SELECT
    document_number(拟征告号) AS acq_no,
    document_number(批准文号) AS approval_no,
    clean(批次名称) AS batch_name,
    code_text(行政区划代码) AS region_code,
    clean(乡镇) AS town,
    clean(村组) AS village,
    clean(用途) AS purpose,
    CASE clean(公共利益情形)
        WHEN '第（一）项' THEN 'military_diplomacy'
        WHEN '第（二）项' THEN 'infrastructure'
        WHEN '第（三）项' THEN 'public_undertaking'
        WHEN '第（四）项' THEN 'relief_housing'
        WHEN '第（五）项' THEN 'tract_development'
        WHEN '第（六）项' THEN 'other_by_law'
        ELSE clean(公共利益情形)
    END AS public_interest,
    clean(批准机关) AS approval_org,
    to_date(批准日期) AS approval_date,
    to_date(批文收到日期) AS approval_received,
    CASE clean(状态)
        WHEN '已批准' THEN 'approved'
        WHEN '已公告' THEN 'announced'
        WHEN '补偿安置中' THEN 'compensating'
        WHEN '已交地' THEN 'delivered'
        WHEN '批准文件失效' THEN 'lapsed'
        ELSE clean(状态)
    END AS status,
    to_square_metres(总面积, clean(面积单位)) AS total_area,
    to_square_metres(农用地, clean(面积单位)) AS farmland_area,
    to_square_metres(其中耕地, clean(面积单位)) AS cultivated_area,
    to_square_metres(其中永久基本农田, clean(面积单位)) AS basic_farmland_area,
    to_square_metres(建设用地, clean(面积单位)) AS construction_area,
    to_square_metres(未利用地, clean(面积单位)) AS unused_area,
    reported(总面积) AS total_area_reported,
    clean(面积单位) AS area_unit_reported,
    number_text(涉及户数) AS households,
    number_text(安置人数) AS persons_resettled,
    to_date(现状调查结束日期) AS survey_end,
    to_date(风险评估日期) AS risk_assessment_date,
    CASE clean(是否听证) WHEN '是' THEN 'true' WHEN '否' THEN 'false' ELSE clean(是否听证) END
        AS hearing_held,
    clean(联系人) AS contact_name,
    clean(联系电话) AS contact_phone,
    _file,
    _part,
    _line
FROM delivery
