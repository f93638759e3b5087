-- A row: one bid section. The centre writes amounts in yuan (priceUnit 0) or in ten thousand yuan
-- (1), days as yyyyMMdd, truth as 1 and 0, and the modes of the national data specification as
-- its digits. A digit that means nothing is given back as it stands.
WITH units AS (
    SELECT *, CASE priceUnit WHEN '1' THEN '万元' WHEN '0' THEN '元' END AS unit FROM delivery
)
SELECT
    code_text(sectionCode) AS bid_section_code,
    code_text(tenderProjectCode) AS tender_project_code,
    code_text(projectCode) AS project_code,
    code_text(unifiedDealCode) AS unified_deal_code,
    CASE relateCode WHEN '1' THEN 'true' WHEN '0' THEN 'false' ELSE clean(relateCode) END
        AS is_fixed_asset,
    project_code(investProjectCode) AS invest_project_code,
    clean(projectName) AS project_name,
    clean(sectionName) AS section_name,
    clean(sectionClass) AS section_class,
    code_text(regionCode) AS region_code,
    code_text(tradePlaceCode) AS trade_place_code,
    code_text(industryCode) AS industry_code,
    clean(tendererName) AS tenderer_name,
    code_text(tendererCode) AS tenderer_uscc,
    clean(agencyName) AS agency_name,
    code_text(agencyCode) AS agency_uscc,
    CASE tenderMode WHEN '1' THEN 'open' WHEN '2' THEN 'invited' ELSE clean(tenderMode) END
        AS tender_mode,
    CASE organizeForm WHEN '1' THEN 'agency' WHEN '2' THEN 'self' ELSE clean(organizeForm) END
        AS organize_form,
    CASE isMandatory WHEN '1' THEN 'true' WHEN '0' THEN 'false' ELSE clean(isMandatory) END
        AS is_mandatory,
    to_yuan(estPrice, unit) AS est_price,
    reported(estPrice) AS est_price_reported,
    to_yuan(controlPrice, unit) AS control_price,
    reported(controlPrice) AS control_price_reported,
    coalesce(unit, clean(priceUnit)) AS unit_reported,
    clean(fundSource) AS fund_source,
    document_number(approvalNo) AS approval_no,
    clean(approvalOrg) AS approval_org,
    to_date(approvalDate) AS approval_date,
    clean(superviseDept) AS supervise_dept,
    clean(roundNo) AS round_no,
    to_date(registerDate) AS registered_date,
    clean(contactName) AS contact_name,
    clean(contactPhone) AS contact_phone,
    _file,
    _part,
    _line
FROM units
