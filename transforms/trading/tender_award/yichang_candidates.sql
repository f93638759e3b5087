-- A row: one candidate of a bid section, as the publicity of candidates prints it. Nobody has won
-- yet. Section numbers are the centre's own and bidders come without a code, so both keys are
-- surrogates. Where the notice gives no rank, the candidates have none (排名不分先后).
WITH printed AS (
    SELECT
        *,
        clean(投标报价) AS price,
        string_split(
            regexp_replace(clean(候选人), '[（(]?联合体[）)]?$', ''), '、'
        ) AS parties,
        -- the names that follow 联系方式 are bodies; further up, 招标人 may be a person who signs
        regexp_extract(页面, '联系方式[\s\S]*', 0) AS contacts,
        regexp_extract(
            页面, '公示期为\s*([^至\n]+)至\s*([^\n。]+)', ['from', 'to']
        ) AS publicity
    FROM delivery
),

priced AS (
    SELECT
        *,
        CASE
            -- the column holds yuan or per cent; nobody bids a hundred yuan for a tender
            WHEN exact_number(price) > 100 THEN price
            WHEN exact_number(price) IS NULL
                THEN nullif(regexp_extract(price, '^(?:投标总价[:：])?([\d,.]+)元', 1), '')
        END AS amount
    FROM printed
)

SELECT
    'local:' || infoid || '/' || coalesce(clean(标段编号), '') AS bid_section_code,
    regexp_replace(clean(title), '中标候选人公示.*$', '') AS section_name,
    -- the centre codes the city's own level 420501, which is no national code
    CASE code_text(xiaqucode) WHEN '420501' THEN '420500' ELSE code_text(xiaqucode) END
        AS region_code,
    clean(nullif(regexp_extract(contacts, '招标人[:：]\s*([^\n]+)', 1), '')) AS tenderer_name,
    clean(nullif(regexp_extract(contacts, '代理机构[:：]\s*([^\n]+)', 1), '')) AS agency_name,
    CASE clean(名次)
        WHEN '第一名' THEN '1' WHEN '第二名' THEN '2' WHEN '第三名' THEN '3' ELSE clean(名次)
    END AS rank,
    parties[1] AS bidder_name,
    'local:' || parties[1] AS bidder_uscc,
    CASE WHEN len(parties) > 1 THEN array_to_string(parties, ';') END AS consortium,
    to_yuan(amount, '元') AS bid_price,
    reported(amount) AS bid_price_reported,
    CASE
        WHEN amount IS NOT NULL THEN '1'
        WHEN exact_number(price) <= 100 OR regexp_matches(price, '[%％]') THEN '2'
        ELSE '9'
    END AS price_form,
    CASE WHEN amount IS NULL OR amount <> price THEN price END AS price_text,
    false AS is_winner,
    '元' AS unit_reported,
    coalesce(
        try_strptime(clean(publicity['from']), '%Y年%m月%d日 %H时%M分')::VARCHAR,
        clean(publicity['from'])
    ) AS publicity_start,
    coalesce(
        try_strptime(clean(publicity['to']), '%Y年%m月%d日 %H时%M分')::VARCHAR,
        clean(publicity['to'])
    ) AS publicity_end,
    _file,
    _part,
    _line
FROM priced
