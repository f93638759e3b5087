-- A row: one notice or clarification of a construction tender as the national platform prints it.
-- It gives the number of the tender, not of the section: a surrogate. Whether the tender is one
-- that the law asks for is not said. Names and telephones of persons are not read.
WITH printed AS (
    SELECT
        *,
        regexp_replace(content_text, '\s+', '', 'g') AS words
    FROM delivery
),

dated AS (
    SELECT
        *,
        regexp_extract(
            words,
            '(?:截止时间|截止时间为|截止时间，下同）为)[:：]?(\d{4})[-年](\d{1,2})[-月](\d{1,2})日?(\d{1,2})[:：时点](\d{2})',
            ['y', 'm', 'd', 'h', 'n']
        ) AS due
    FROM (
        SELECT
            * EXCLUDE (words),
            -- the end of handing out the documents is no deadline of bids
            regexp_replace(words, '(获取|领取)[^。:：]{0,12}截止时间', '', 'g') AS words
        FROM printed
    )
)

SELECT
    record_id || '/' || info_type AS notice_id,
    'local:' || code_text(project_code) AS bid_section_code,
    CASE
        WHEN info_type LIKE '%澄清%' THEN 'clarification'
        WHEN title LIKE '%资格预审%' THEN 'prequalification'
        ELSE 'tender'
    END AS notice_type,
    CASE WHEN info_type LIKE '%澄清%' THEN 'correction' ELSE 'normal' END AS notice_nature,
    clean(title) AS title,
    (
        SELECT any_value(division.code)
        FROM codes_divisions AS division
        WHERE division.code LIKE '%0000' AND division.successor IS NULL
            AND starts_with(division.label_zh, clean(region))
    ) AS region_code,
    to_moment(publish_date) AS publish_time,
    CASE
        WHEN due.y <> ''
            THEN to_moment(
                due.y || '-' || lpad(due.m, 2, '0') || '-' || lpad(due.d, 2, '0') || ' '
                || lpad(due.h, 2, '0') || ':' || due.n
            )
    END AS bid_deadline,
    clean(detail_url) AS url,
    _file,
    _part,
    _line
FROM dated
