-- A row: one parcel or batch of one notice, in hectares (in mu where only that was printed). The
-- notices carry no number of the acquisition, so the key is a surrogate. Names are looked up among
-- the divisions of their prefecture, a name that was given up stands for its successor.
WITH prefectures AS (
    SELECT code, label_zh FROM codes_divisions WHERE code LIKE '32__00'
)
SELECT
    'local:' || record_id AS acq_no,
    document_number(approval_no) AS approval_no,
    coalesce(clean(project_or_purpose), clean(location)) AS batch_name,
    coalesce(division.successor, division.code, prefectures.code) AS region_code,
    clean(location) AS town,
    clean(project_or_purpose) AS purpose,
    CASE
        WHEN issuer LIKE '%省人民政府%' THEN '省政府'
        WHEN issuer LIKE '%国务院%' THEN '国务院'
    END AS approval_org,
    to_date(approval_date) AS approval_date,
    coalesce(to_square_metres(area_ha, '公顷'), to_square_metres(area_mu_as_published, '亩'))
        AS total_area,
    to_square_metres(farmland_ha, '公顷') AS farmland_area,
    to_square_metres(cultivated_ha, '公顷') AS cultivated_area,
    to_square_metres(construction_ha, '公顷') AS construction_area,
    to_square_metres(unused_ha, '公顷') AS unused_area,
    coalesce(reported(area_ha), reported(area_mu_as_published)) AS total_area_reported,
    CASE WHEN clean(area_ha) IS NULL AND clean(area_mu_as_published) IS NOT NULL THEN '亩'
        ELSE '公顷' END AS area_unit_reported,
    number_text(resettled_persons) AS persons_resettled,
    _file,
    _part,
    _line
FROM delivery
LEFT JOIN prefectures ON prefectures.label_zh = clean(prefecture)
LEFT JOIN codes_divisions AS division
    ON division.label_zh = clean(county) AND division.parent = prefectures.code
