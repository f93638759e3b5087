-- A row: the standard of one zone in one time of validity. Prices are per mu, in yuan or in ten
-- thousand yuan, as the row says.
SELECT
    code_text(行政区划代码) AS region_code,
    code_text(区片编号) AS zone_no,
    clean(区片名称) AS zone_name,
    clean(区片范围) AS zone_scope,
    CASE clean(省定地区类别)
        WHEN '一类' THEN 'first'
        WHEN '二类' THEN 'second'
        WHEN '三类' THEN 'third'
        WHEN '四类' THEN 'fourth'
        ELSE clean(省定地区类别)
    END AS provincial_class,
    to_yuan(土地补偿费, clean(金额单位)) AS land_comp_fee,
    to_yuan(安置补助费, clean(金额单位)) AS resettlement_fee,
    to_yuan(区片综合地价, clean(金额单位)) AS total_price,
    to_yuan(省最低标准, clean(金额单位)) AS provincial_minimum,
    to_yuan(青苗补偿费, clean(金额单位)) AS crop_fee,
    clean(附着物补偿) AS attachment_note,
    document_number(依据文号) AS legal_basis,
    to_date(施行日期) AS valid_from,
    to_date(失效日期) AS valid_to,
    reported(土地补偿费) AS land_comp_fee_reported,
    reported(安置补助费) AS resettlement_fee_reported,
    reported(区片综合地价) AS total_price_reported,
    clean(金额单位) AS unit_reported,
    clean(联系人) AS contact_name,
    clean(联系电话) AS contact_phone,
    _file,
    _part,
    _line
FROM delivery
