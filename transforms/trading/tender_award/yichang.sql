-- A row: the winner of one bid section as the notice prints it. Section numbers are the centre's
-- own and bidders come without a code, so both keys are surrogates. The notice does not say which
-- of the candidates the winner was. A price in yuan is an amount; a percentage is a rate, and a
-- promise (报价承诺) is kept in its words.
WITH printed AS (
    SELECT
        *,
        string_split(regexp_replace(clean(中标人), '[（(]?联合体[）)]?$', ''), '、') AS parties
    FROM delivery
)

SELECT
    'local:' || infoid || '/' || coalesce(clean(标段编号), '') AS bid_section_code,
    coalesce(clean(标段名称), clean(title)) AS section_name,
    -- the centre codes the city's own level 420501, which is no national code
    CASE code_text(xiaqucode) WHEN '420501' THEN '420500' ELSE code_text(xiaqucode) END
        AS region_code,
    clean(招标人) AS tenderer_name,
    clean(招标机构) AS agency_name,
    parties[1] AS bidder_name,
    'local:' || parties[1] AS bidder_uscc,
    CASE WHEN len(parties) > 1 THEN array_to_string(parties, ';') END AS consortium,
    to_yuan(中标价, '元') AS bid_price,
    reported(中标价) AS bid_price_reported,
    CASE
        WHEN 中标价 IS NOT NULL THEN '1'
        WHEN 中标价费率 IS NOT NULL THEN '2'
        ELSE '9'
    END AS price_form,
    coalesce(clean(中标价费率), clean(中标价承诺)) AS price_text,
    true AS is_winner,
    to_yuan(中标价, '元') AS win_amount,
    reported(中标价) AS win_amount_reported,
    '元' AS unit_reported,
    to_moment(infodate) AS result_publish_time,
    _file,
    _part,
    _line
FROM printed
