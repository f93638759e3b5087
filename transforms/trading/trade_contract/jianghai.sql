-- A row: one contract. Amounts are in yuan (priceUnit 0) or in ten thousand yuan (1); where the
-- price is no amount (priceForm 2, 3, 9), `price` holds its words. The parties of a consortium are
-- joined by semicolons, its leader first.
WITH units AS (
    SELECT
        *,
        CASE priceUnit WHEN '1' THEN '万元' WHEN '0' THEN '元' END AS unit,
        coalesce(priceForm IN ('2', '3', '9'), false) AS in_words
    FROM delivery
)
SELECT
    code_text(contractNo) AS contract_no,
    clean(contractName) AS contract_name,
    code_text(sectionCode) AS bid_section_code,
    clean(sectionName) AS section_name,
    code_text(regionCode) AS region_code,
    clean(tendererName) AS tenderer_name,
    code_text(tendererCode) AS tenderer_uscc,
    clean(split_part(contractorName, ';', 1)) AS contractor_name,
    code_text(split_part(contractorCode, ';', 1)) AS contractor_uscc,
    CASE WHEN contains(contractorName, ';') THEN clean(contractorName) END AS consortium,
    CASE WHEN contains(contractorCode, ';') THEN code_text(contractorCode) END AS consortium_codes,
    clean(priceForm) AS price_form,
    CASE WHEN in_words THEN clean(price) END AS price_text,
    CASE WHEN NOT in_words THEN to_yuan(price, unit) END AS amount,
    CASE WHEN NOT in_words THEN reported(price) END AS amount_reported,
    to_yuan(settlePrice, unit) AS settle_amount,
    reported(settlePrice) AS settle_amount_reported,
    coalesce(unit, clean(priceUnit)) AS unit_reported,
    to_date(signDate) AS sign_date,
    to_date(startDate) AS start_date,
    to_date(endDate) AS end_date,
    to_date(actualFinishDate) AS actual_finish,
    clean(changeLog) AS change_log,
    clean(mainContent) AS main_content,
    clean(contactName) AS contact_name,
    clean(contactPhone) AS contact_phone,
    _file,
    _part,
    _line
FROM units
