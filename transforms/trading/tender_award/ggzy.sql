-- A row: one candidate, or the winner, of a tender as the text of a notice of the national platform
-- prints it. Every city words its notice in its own way: a notice in which no bidder is found is a
-- row without one, and goes back. Credit codes are those that are printed; where there is none, and
-- for the sections, which have no national number, the keys are surrogates. Persons are not read.
WITH worded AS (
    SELECT
        *,
        regexp_replace(content_text, '[ \t\r\x{A0}　]*\n[ \t\r\n\x{A0}　]*', e'\n', 'g') AS words
    FROM delivery
),

-- a ranked candidate: rank, name, and the first line below them that is a figure
ranked AS (
    SELECT
        record_id,
        unnest(
            regexp_extract_all(
                words, '第[一二三]名\n[^\n]+\n(?:[^\n]*\n){0,2}?[\d,.]+\n'
            )
        ) AS lines
    FROM worded
    WHERE title NOT LIKE '%结果%'
),

candidates AS (
    SELECT
        record_id,
        false AS is_winner,
        translate(substr(lines, 2, 1), '一二三', '123') AS rank,
        split_part(lines, e'\n', 2) AS bidder,
        '' AS code,
        split_part(lines, e'\n', -2) AS figure,
        '元' AS unit,
        '' AS form
    FROM ranked
),

winners AS (
    SELECT
        record_id,
        true AS is_winner,
        NULL AS rank,
        who.name AS bidder,
        who.code AS code,
        -- below the header of a table, the first figure is the number of a line
        coalesce(nullif(listed.figure, ''), nullif(price.figure, '')) AS figure,
        coalesce(nullif(listed.unit, ''), nullif(price.head, ''), nullif(price.unit, '')) AS unit,
        price.per AS form
    FROM (
        SELECT
            record_id,
            regexp_extract(
                words,
                '(?:中标人\s*[:：]\s*|中标单位\n|中标人信息\n单位名称\n|中标人名称\n(?:联合体成员单位\n中标价\(元\)\n\d+\n第1名\n)?)([^\n]+)(?:\n社会信用代码\n([0-9A-Z]{18})\n)?',
                ['name', 'code']
            ) AS who,
            regexp_extract(
                words,
                '(?:中标价格|中标金额|中标价)(?:[（(](万元|元)[^（）()\n]*[)）]|（费率、单价等）)?\s*[:：]?\s*\n?[:：]?\s*([\d,.]+)\s*(万元|元)?(/[^\n]+)?',
                ['head', 'figure', 'unit', 'per']
            ) AS price,
            -- the figure at the end of the only line of a table
            regexp_extract(
                words, '中标价\((元|万元)\)\n\d+\n第1名\n[^\n]+\n[^\n]+\n([\d.]+)', ['unit', 'figure']
            ) AS listed
        FROM worded
        WHERE NOT regexp_matches(
            title || regexp_extract(words, '^\n?[^\n]+'), '候选人公示|评标结果公示'
        )
    )
    WHERE who.name <> ''
),

found AS (
    FROM candidates
    UNION ALL
    FROM winners
)

SELECT
    'local:' || notice.record_id || '/' || coalesce(code_text(notice.project_code), '')
        AS bid_section_code,
    clean(notice.title) AS section_name,
    (
        SELECT any_value(division.code)
        FROM codes_divisions AS division
        WHERE division.code LIKE '%0000' AND division.successor IS NULL
            AND starts_with(division.label_zh, clean(notice.region))
    ) AS region_code,
    clean(
        coalesce(
            nullif(
                regexp_extract(
                    notice.words,
                    '(?:招标人信息\n单位名称\n|招 ?标 ?人[:：]\n?|\n招标人\n|招标文件的规定，\n)([^\n（]+)',
                    1
                ),
                ''
            ),
            nullif(regexp_extract(notice.words, '受([^\n]+?)的委托', 1), ''),
            notice.issuer
        )
    ) AS tenderer_name,
    nullif(
        regexp_extract(notice.words, '招标人信息\n单位名称\n[^\n]+\n社会信用代码\n([0-9A-Z]{18})', 1),
        ''
    ) AS tenderer_uscc,
    clean(notice.agency) AS agency_name,
    found.rank,
    clean(found.bidder) AS bidder_name,
    coalesce(nullif(found.code, ''), 'local:' || clean(found.bidder)) AS bidder_uscc,
    CASE WHEN found.form = '' THEN to_yuan(found.figure, found.unit) END AS bid_price,
    CASE WHEN found.form = '' THEN reported(found.figure) END AS bid_price_reported,
    CASE WHEN found.form <> '' THEN '3' WHEN found.figure <> '' THEN '1' ELSE '9' END
        AS price_form,
    CASE WHEN found.form <> '' THEN found.figure || found.unit || found.form END AS price_text,
    coalesce(found.is_winner, false) AS is_winner,
    CASE WHEN found.is_winner AND found.form = '' THEN to_yuan(found.figure, found.unit) END
        AS win_amount,
    CASE WHEN found.is_winner AND found.form = '' THEN reported(found.figure) END
        AS win_amount_reported,
    to_yuan(
        nullif(
            regexp_extract(
                notice.words, '(?:最高限价|招标控制价)(?:（元）)?[:：]?\n?([\d,.]+)(?:元|\n)', 1
            ),
            ''
        ),
        '元'
    ) AS control_price,
    found.unit AS unit_reported,
    CASE WHEN found.is_winner THEN to_moment(notice.publish_date) END AS result_publish_time,
    clean(notice.detail_url) AS notice_url,
    notice._file,
    notice._part,
    notice._line
FROM worded AS notice
LEFT JOIN found ON found.record_id = notice.record_id
