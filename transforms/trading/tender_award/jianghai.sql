-- A row: one candidate of one bid section. The centre writes amounts in yuan (priceUnit 0) or in
-- ten thousand yuan (1), times as yyyyMMddHHmmss, truth as 1 and 0.
WITH units AS (
    SELECT *, CASE priceUnit WHEN '1' THEN '万元' WHEN '0' THEN '元' END AS unit FROM delivery
)
SELECT
    code_text(sectionCode) AS bid_section_code,
    clean(sectionName) AS section_name,
    clean(projectName) AS project_name,
    code_text(regionCode) AS region_code,
    clean("tenderer.name") AS tenderer_name,
    code_text("tenderer.uscc") AS tenderer_uscc,
    clean("agency.name") AS agency_name,
    code_text("agency.uscc") AS agency_uscc,
    "candidates.rank" AS rank,
    clean("candidates.name") AS bidder_name,
    -- the codes of a joint bid are joined by semicolons, its leader first
    code_text(split_part("candidates.code", ';', 1)) AS bidder_uscc,
    CASE WHEN "candidates.priceForm" IN ('2', '3', '9') THEN NULL
        ELSE to_yuan("candidates.price", unit) END AS bid_price,
    "candidates.priceForm" AS price_form,
    CASE WHEN "candidates.priceForm" IN ('2', '3', '9') THEN clean("candidates.price") END
        AS price_text,
    CASE "candidates.isWinner" WHEN '1' THEN 'true' WHEN '0' THEN 'false'
        ELSE clean("candidates.isWinner") END AS is_winner,
    to_yuan("candidates.winAmount", unit) AS win_amount,
    to_yuan(controlPrice, unit) AS control_price,
    to_moment(publicityStart) AS publicity_start,
    to_moment(publicityEnd) AS publicity_end,
    to_moment(resultPublishTime) AS result_publish_time,
    clean(noticeUrl) AS notice_url,
    clean("candidates.leader") AS project_leader,
    clean("contact.name") AS contact_name,
    clean("contact.phone") AS contact_phone,
    _file,
    _part,
    _line
FROM units
