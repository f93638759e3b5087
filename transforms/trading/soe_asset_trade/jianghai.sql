-- A row: one disclosure of one transfer project. Money comes in yuan (priceUnit 0) or ten thousand
-- yuan (1). Where the buyer is a natural person, only that is public: name and number go into
-- columns of their own.
WITH named AS (
    SELECT
        *,
        CASE clean(priceUnit) WHEN '1' THEN '万元' WHEN '0' THEN '元' ELSE clean(priceUnit) END
            AS unit,
        coalesce(clean(buyerType) = '自然人', false) AS is_person
    FROM delivery
)
SELECT
    code_text(projectNo) AS project_no,
    code_text(unifiedDealCode) AS deal_code,
    CASE clean(subjectType)
        WHEN '股权' THEN 'equity'
        WHEN '实物资产' THEN 'physical'
        ELSE clean(subjectType)
    END AS kind,
    clean(projectName) AS project_name,
    clean(subjectName) AS subject_name,
    code_text(regionCode) AS region_code,
    number_text(round) AS round_no,
    clean(sellerName) AS seller_name,
    code_text(sellerCode) AS seller_uscc,
    clean(authority) AS authority,
    document_number(approvalNo) AS authority_approval_no,
    to_yuan(evaluateValue, unit) AS evaluate_value,
    to_yuan(listingPrice, unit) AS listing_price,
    document_number(cutApprovalNo) AS price_cut_approval_no,
    to_date(publishStart) AS publish_start,
    to_date(publishEnd) AS publish_end,
    number_text(publishDays) AS publish_days,
    CASE clean(tradeMode)
        WHEN '拍卖' THEN 'auction'
        WHEN '招标' THEN 'tender'
        WHEN '网络竞价' THEN 'online_bidding'
        WHEN '协议转让' THEN 'agreement'
        WHEN '其他' THEN 'other'
        ELSE clean(tradeMode)
    END AS trade_mode,
    to_date(tradeDate) AS trade_date,
    to_yuan(tradeValue, unit) AS trade_value,
    to_date(resultDate) AS result_publish,
    CASE clean(buyerType)
        WHEN '单位' THEN 'organisation'
        WHEN '自然人' THEN 'person'
        ELSE clean(buyerType)
    END AS buyer_kind,
    CASE WHEN is_person THEN '自然人' ELSE clean(buyerName) END AS buyer_name,
    CASE WHEN NOT is_person THEN code_text(buyerCode) END AS buyer_uscc,
    clean(noticeUrl) AS notice_url,
    reported(evaluateValue) AS evaluate_value_reported,
    reported(listingPrice) AS listing_price_reported,
    reported(tradeValue) AS trade_value_reported,
    unit AS unit_reported,
    CASE WHEN is_person THEN clean(buyerName) END AS buyer_person,
    CASE WHEN is_person THEN code_text(buyerCode) END AS buyer_id,
    clean(contactName) AS contact_name,
    clean(contactPhone) AS contact_phone,
    _file,
    _part,
    _line
FROM named
