-- A row: one parcel of the list of results, with what the page behind its link says; a page that was
-- not there leaves the list's own columns. Areas are in hectares, money in ten thousand yuan. The
-- list numbers neither parcels nor notices: these keys are surrogates, the page's own identity.
-- Organisations have no code in it, and whoever may be a person is not named.
WITH provinces AS (
    SELECT substr(code, 1, 2) AS province, label_zh FROM codes_divisions WHERE code LIKE '__0000'
),
-- 本级 is the city itself; 重庆市所辖县 and 北京市市辖区 are no divisions, but those of a province
printed_places AS (
    SELECT DISTINCT
        delivery.地区,
        delivery.行政区,
        provinces.province,
        regexp_replace(split_part(clean(地区), ',', 2), '(所辖县|市辖区)$', '') AS prefecture,
        replace(clean(行政区), '本级', '') AS county
    FROM delivery
    LEFT JOIN provinces
        ON starts_with(provinces.label_zh, split_part(clean(delivery.地区), ',', 1))
),
-- of the divisions of a province that bear the name, the one of the printed prefecture; a county
-- that became a city or a district kept the rest of its name
places AS (
    SELECT
        地区,
        行政区,
        division.code AS region_code,
        coalesce(county, prefecture) IN (division.label_zh, prefecture) AS is_whole_name,
        coalesce(above.label_zh = prefecture, false) OR division.label_zh = prefecture AS is_below
    FROM printed_places
    JOIN codes_divisions AS division
        ON substr(division.code, 1, 2) = province
        AND (
            division.label_zh = coalesce(county, prefecture)
            OR (
                length(county) >= 3
                AND county <> prefecture
                AND division.code NOT LIKE '____00'
                AND division.label_zh IN (
                    regexp_replace(county, '(县|市)$', '市'),
                    regexp_replace(county, '(县|市)$', '区')
                )
            )
        )
    LEFT JOIN codes_divisions AS above ON above.code = division.parent
),
regions AS (
    SELECT 地区, 行政区, any_value(region_code) AS region_code
    FROM (
        FROM places
        QUALIFY rank() OVER (
            PARTITION BY 地区, 行政区 ORDER BY is_whole_name DESC, is_below DESC
        ) = 1
    )
    GROUP BY ALL
    -- a name that two of them bear says nothing
    HAVING count(DISTINCT region_code) = 1
),
results AS (
    SELECT
        delivery.*,
        regions.region_code,
        coalesce(土地用途, 列表用途) AS land_use_name,
        coalesce(供地方式, 列表供应方式) AS supplied,
        coalesce(面积, 总面积) AS printed_area,
        'local:' || regexp_extract(链接, 'recorderguid=([^&]+)', 1) AS record,
        names_organisations(土地使用权人) AS is_organisation,
        regexp_replace(clean(分期支付), '[;；]$', '') AS instalments
    FROM delivery
    LEFT JOIN regions
        ON regions.地区 IS NOT DISTINCT FROM delivery.地区
        AND regions.行政区 IS NOT DISTINCT FROM delivery.行政区
)
SELECT
    record AS parcel_no,
    record AS notice_no,
    coalesce(region_code, clean(行政区), clean(地区)) AS region_code,
    clean(土地坐落) AS location,
    land_supply_mode(supplied) AS supply_mode,
    land_use_of_class(land_use_name) AS land_use,
    clean(land_use_name) AS land_use_name,
    land_term(土地使用年限, land_use_name) AS term_years,
    to_square_metres(printed_area, '公顷') AS area,
    number_text(容积率下限) AS plot_ratio_min,
    number_text(容积率上限) AS plot_ratio_max,
    to_yuan(成交价格, '万元') AS deal_price,
    to_yuan(
        coalesce(
            list_sum(
                list_transform(
                    regexp_split_to_array(instalments, '[;；]'), lambda part: exact_number(part)
                )
            )::VARCHAR,
            instalments
        ),
        '万元'
    ) AS instalments,
    'sold' AS deal_result,
    land_market_date(coalesce(合同签订日期, 列表签订日期)) AS deal_date,
    CASE is_organisation WHEN true THEN 'organisation' WHEN false THEN 'person' END
        AS transferee_kind,
    CASE WHEN is_organisation THEN clean(土地使用权人) WHEN NOT is_organisation THEN '自然人' END
        AS transferee_name,
    clean(链接) AS notice_url,
    reported(printed_area) AS area_reported,
    '公顷' AS area_unit_reported,
    reported(成交价格) AS deal_price_reported,
    '万元' AS unit_reported,
    CASE WHEN NOT is_organisation THEN clean(土地使用权人) END AS transferee_person,
    _file,
    _part,
    _line
FROM results
