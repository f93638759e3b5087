-- A row: one parcel of one notice. Money comes in yuan (priceUnit 0) or ten thousand yuan (1), areas
-- in square metres, hectares, mu or, as the platform's own form asks, square kilometres. Where the
-- transferee is a natural person, only that is public: name and number go into columns of their own.
WITH named AS (
    SELECT
        *,
        CASE clean(priceUnit) WHEN '1' THEN '万元' WHEN '0' THEN '元' ELSE clean(priceUnit) END
            AS unit,
        clean(areaUnit) AS area_unit,
        coalesce(clean(transfereeType) = '自然人', false) AS is_person
    FROM delivery
)
SELECT
    clean(parcelNo) AS parcel_no,
    document_number(noticeNo) AS notice_no,
    code_text(parcelCode) AS parcel_code,
    code_text(unifiedDealCode) AS deal_code,
    code_text(supervisionNo) AS supervision_no,
    code_text(regionCode) AS region_code,
    clean(location) AS location,
    CASE clean(supplyMode)
        WHEN '招标' THEN 'tender'
        WHEN '拍卖' THEN 'auction'
        WHEN '挂牌' THEN 'listing'
        WHEN '协议' THEN 'agreement'
        WHEN '划拨' THEN 'allocation'
        ELSE clean(supplyMode)
    END AS supply_mode,
    CASE clean(landUse)
        WHEN '住宅' THEN 'residential'
        WHEN '工业' THEN 'industrial'
        WHEN '商服' THEN 'commercial'
        WHEN '综合' THEN 'mixed'
        WHEN '公共服务' THEN 'public_service'
        ELSE clean(landUse)
    END AS land_use,
    clean(landUseName) AS land_use_name,
    CASE clean(useStandard)
        WHEN 'GB/T 21010-2017' THEN 'gbt_21010_2017'
        WHEN '国土空间用地用海分类' THEN 'spatial_2023'
        ELSE clean(useStandard)
    END AS land_use_standard,
    number_text(termYears) AS term_years,
    CASE area_unit
        -- a square kilometre is a hundred hectares
        WHEN '平方公里' THEN to_square_metres(
            coalesce((exact_number(landArea) * 100)::VARCHAR, landArea), '公顷'
        )
        ELSE to_square_metres(landArea, area_unit)
    END AS area,
    number_text(plotRatioMin) AS plot_ratio_min,
    number_text(plotRatioMax) AS plot_ratio_max,
    number_text(greenRatio) AS green_ratio,
    to_yuan(startPrice, unit) AS start_price,
    to_yuan(deposit, unit) AS deposit,
    to_yuan(dealPrice, unit) AS deal_price,
    to_yuan(pricePerMu, unit) AS price_per_mu,
    to_date(noticeDate) AS notice_publish,
    to_date(startDate) AS listing_start,
    to_date(endDate) AS listing_end,
    CASE clean(result)
        WHEN '公告中' THEN 'open'
        WHEN '成交' THEN 'sold'
        WHEN '流拍' THEN 'unsold'
        WHEN '终止' THEN 'called_off'
        ELSE clean(result)
    END AS deal_result,
    to_date(dealDate) AS deal_date,
    to_date(resultDate) AS result_publish,
    CASE clean(transfereeType)
        WHEN '单位' THEN 'organisation'
        WHEN '自然人' THEN 'person'
        ELSE clean(transfereeType)
    END AS transferee_kind,
    CASE WHEN is_person THEN '自然人' ELSE clean(transfereeName) END AS transferee_name,
    CASE WHEN NOT is_person THEN code_text(transfereeCode) END AS transferee_uscc,
    clean(noticeUrl) AS notice_url,
    reported(landArea) AS area_reported,
    area_unit AS area_unit_reported,
    reported(startPrice) AS start_price_reported,
    reported(deposit) AS deposit_reported,
    reported(dealPrice) AS deal_price_reported,
    reported(pricePerMu) AS price_per_mu_reported,
    unit AS unit_reported,
    CASE WHEN is_person THEN clean(transfereeName) END AS transferee_person,
    CASE WHEN is_person THEN code_text(transfereeCode) END AS transferee_id,
    clean(contactName) AS contact_name,
    clean(contactPhone) AS contact_phone,
    _file,
    _part,
    _line
FROM named
