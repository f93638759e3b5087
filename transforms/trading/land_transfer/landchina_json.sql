-- A row: one parcel, from the page of a result or, without price and transferee, from the list of
-- them. Areas are in hectares, money in ten thousand yuan. Neither parcels nor notices are numbered:
-- these keys are surrogates, the page's own identity. Organisations have no code there, and whoever
-- may be a person is not named. The supervision number begins with the code of the division; where
-- it is missing, the name is looked up among all counties.
WITH counties AS (
    SELECT label_zh, any_value(coalesce(successor, code)) AS code
    FROM codes_divisions
    GROUP BY label_zh
    -- a name that two of them bear says nothing
    HAVING count(DISTINCT coalesce(successor, code)) = 1
),
-- one row for a parcel, with what its instalments come to
parcels AS (
    SELECT
        *,
        sum(exact_number("paid_plan.2")) OVER parcel AS paid,
        'local:' || regexp_extract(coalesce(url, link), 'recorderguid=([^&]+)', 1) AS record,
        names_organisations(holder) AS is_organisation
    FROM delivery
    WINDOW parcel AS (PARTITION BY _file, _part, _line)
    QUALIFY row_number() OVER parcel = 1
)
SELECT
    record AS parcel_no,
    record AS notice_no,
    code_text(idnumber) AS supervision_no,
    coalesce(
        nullif(regexp_extract(code_text(idnumber), '^\d{6}'), ''), counties.code, clean(district)
    ) AS region_code,
    clean(location) AS location,
    land_supply_mode(supply) AS supply_mode,
    land_use_of_class(use) AS land_use,
    clean(use) AS land_use_name,
    land_term(duration, use) AS term_years,
    to_square_metres(area, '公顷') AS area,
    number_text(plot_ratio_minimum) AS plot_ratio_min,
    number_text(plot_ratio_maximum) AS plot_ratio_max,
    to_yuan(price, '万元') AS deal_price,
    to_yuan(paid::VARCHAR, '万元') AS instalments,
    'sold' AS deal_result,
    land_market_date(coalesce(date4sign, "date")) AS deal_date,
    CASE is_organisation WHEN true THEN 'organisation' WHEN false THEN 'person' END
        AS transferee_kind,
    CASE WHEN is_organisation THEN clean(holder) WHEN NOT is_organisation THEN '自然人' END
        AS transferee_name,
    coalesce(clean(url), clean(link)) AS notice_url,
    reported(area) AS area_reported,
    '公顷' AS area_unit_reported,
    reported(price) AS deal_price_reported,
    '万元' AS unit_reported,
    CASE WHEN NOT is_organisation THEN clean(holder) END AS transferee_person,
    _file,
    _part,
    _line
FROM parcels
LEFT JOIN counties ON counties.label_zh = replace(clean(district), '本级', '')
