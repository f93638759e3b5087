-- A row: one bid section of one notice. The sections of a notice are joined by semicolons; a
-- notice that names none keeps one row, so that its want is seen.
WITH sections AS (
    SELECT
        *,
        unnest(
            CASE WHEN sectionCodes IS NULL THEN [NULL]
                ELSE string_split(translate(sectionCodes, '；', ';'), ';') END
        ) AS section
    FROM delivery
)
SELECT
    clean(noticeId) AS notice_id,
    code_text(section) AS bid_section_code,
    CASE noticeType
        WHEN '1' THEN 'tender'
        WHEN '2' THEN 'prequalification'
        WHEN '3' THEN 'change'
        WHEN '4' THEN 'termination'
        WHEN '5' THEN 'clarification'
        ELSE clean(noticeType)
    END AS notice_type,
    CASE noticeNature
        WHEN '1' THEN 'normal'
        WHEN '2' THEN 'correction'
        WHEN '3' THEN 'other'
        ELSE clean(noticeNature)
    END AS notice_nature,
    clean(title) AS title,
    code_text(regionCode) AS region_code,
    CASE isMandatory WHEN '1' THEN 'true' WHEN '0' THEN 'false' ELSE clean(isMandatory) END
        AS is_mandatory,
    to_moment(publishTime) AS publish_time,
    to_moment(docGetStart) AS doc_get_start,
    to_moment(docGetEnd) AS doc_get_end,
    to_moment(bidDeadline) AS bid_deadline,
    to_moment(openTime) AS open_time,
    CASE isRemoteOpening WHEN '1' THEN 'true' WHEN '0' THEN 'false' ELSE clean(isRemoteOpening) END
        AS is_remote_opening,
    CASE isPostponed WHEN '1' THEN 'true' WHEN '0' THEN 'false' ELSE clean(isPostponed) END
        AS is_postponed,
    to_moment(postponedOpenTime) AS postponed_open_time,
    clean(media) AS media,
    clean(url) AS url,
    clean(publisher) AS publisher,
    clean(contactName) AS contact_name,
    clean(contactPhone) AS contact_phone,
    _file,
    _part,
    _line
FROM sections
