-- A row: one package of one procurement project. Amounts are in yuan (priceUnit 0) or in ten
-- thousand yuan (1), moments as yyyyMMddHHmmss, days as yyyyMMdd.
WITH units AS (
    SELECT *, CASE priceUnit WHEN '1' THEN '万元' WHEN '0' THEN '元' END AS unit FROM delivery
)
SELECT
    code_text(projectNo) AS project_no,
    clean(packageNo) AS package_no,
    code_text(unifiedDealCode) AS unified_deal_code,
    clean(projectName) AS project_name,
    clean(packageName) AS package_name,
    code_text(regionCode) AS region_code,
    clean(purchaserName) AS purchaser_name,
    code_text(purchaserCode) AS purchaser_uscc,
    clean(agencyName) AS agency_name,
    code_text(agencyCode) AS agency_uscc,
    CASE clean(method)
        WHEN '公开招标' THEN 'open'
        WHEN '邀请招标' THEN 'selective'
        WHEN '竞争性谈判' THEN 'competitive_negotiation'
        WHEN '竞争性磋商' THEN 'competitive_consultation'
        WHEN '询价' THEN 'inquiry'
        WHEN '单一来源' THEN 'single_source'
        WHEN '单一来源采购' THEN 'single_source'
        WHEN '框架协议' THEN 'framework'
        WHEN '框架协议采购' THEN 'framework'
        ELSE clean(method)
    END AS method,
    clean(categoryEdition) AS category_edition,
    code_text(categoryCode) AS category_code,
    to_yuan(budgetAmount, unit) AS budget_amount,
    reported(budgetAmount) AS budget_amount_reported,
    to_yuan(ceilingPrice, unit) AS ceiling_price,
    reported(ceilingPrice) AS ceiling_price_reported,
    to_yuan(dealAmount, unit) AS deal_amount,
    reported(dealAmount) AS deal_amount_reported,
    coalesce(unit, clean(priceUnit)) AS unit_reported,
    replace(number_text(smeShare), '%', '') AS sme_share,
    to_moment(noticeTime) AS notice_publish,
    to_moment(bidDeadline) AS bid_deadline,
    CASE isAwarded WHEN '1' THEN 'true' WHEN '0' THEN 'false' ELSE clean(isAwarded) END
        AS is_awarded,
    to_date(awardDate) AS award_date,
    to_moment(resultTime) AS result_publish,
    clean(supplierName) AS supplier_name,
    code_text(supplierCode) AS supplier_uscc,
    code_text(contractNo) AS contract_no,
    to_date(contractSignDate) AS contract_sign_date,
    to_date(contractPublishDate) AS contract_publish_date,
    clean(noticeUrl) AS notice_url,
    clean(experts) AS experts,
    clean(contactName) AS contact_name,
    clean(contactPhone) AS contact_phone,
    _file,
    _part,
    _line
FROM units
