-- A row: one candidate of one bid section. The centre writes amounts in yuan (priceUnit 0) or in
-- ten thousand yuan (1), times as yyyyMMddHHmmss, truth as 1 and 0.
WITH units AS (
    SELECT
        *,
        CASE priceUnit WHEN '1' THEN '万元' WHEN '0' THEN '元' END AS unit,
        coalesce("candidates.priceForm" IN ('2', '3', '9'), false) AS in_words
    FROM delivery
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
    -- the parties of a joint bid are joined by semicolons, its leader first
    clean(split_part("candidates.name", ';', 1)) AS bidder_name,
    code_text(split_part("candidates.code", ';', 1)) AS bidder_uscc,
    CASE WHEN contains("candidates.name", ';') THEN clean("candidates.name") END AS consortium,
    CASE WHEN contains("candidates.code", ';') THEN code_text("candidates.code") END
        AS consortium_codes,
    CASE WHEN NOT in_words THEN to_yuan("candidates.price", unit) END AS bid_price,
    CASE WHEN NOT in_words THEN reported("candidates.price") END AS bid_price_reported,
    "candidates.priceForm" AS price_form,
    CASE WHEN in_words THEN clean("candidates.price") END AS price_text,
    CASE "candidates.isWinner" WHEN '1' THEN 'true' WHEN '0' THEN 'false'
        ELSE clean("candidates.isWinner") END AS is_winner,
    to_yuan("candidates.winAmount", unit) AS win_amount,
    reported("candidates.winAmount") AS win_amount_reported,
    to_yuan(controlPrice, unit) AS control_price,
    reported(controlPrice) AS control_price_reported,
    coalesce(unit, clean(priceUnit)) AS unit_reported,
    to_moment(evaluationReportTime) AS evaluation_report_time,
    to_moment(publicityStart) AS publicity_start,
    to_moment(publicityEnd) AS publicity_end,
    to_moment(resultPublishTime) AS result_publish_time,
    clean(objectionChannel) AS objection_channel,
    clean(noticeUrl) AS notice_url,
    clean("candidates.leader") AS project_leader,
    clean("contact.name") AS contact_name,
    clean("contact.phone") AS contact_phone,
    _file,
    _part,
    _line
FROM units
