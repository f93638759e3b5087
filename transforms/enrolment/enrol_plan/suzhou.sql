-- A row: the catchment of one school (campus and stage): its communities, and what the list adds.
-- No numbers are published there, so plan and class size stay empty. The list is of 2025; a school
-- whose notice ended before that keeps the notice’s last year.
SELECT
    least(list_last(regexp_extract_all(schoolYear, '\d{4}')), '2025') AS year,
    'local:suzhou/' || id AS school_code,
    clean(school) AS school_name,
    CASE type WHEN 'primary' THEN 'primary' WHEN 'middle' THEN 'junior' ELSE clean(type) END
        AS stage,
    nullif(
        concat_ws(
            '；', array_to_string(from_json(communities, '["VARCHAR"]'), '、'), clean(notes)
        ),
        ''
    ) AS zone_text,
    json_extract_string(sources, '$[0].url') AS source_url,
    _file,
    _part,
    _line
FROM delivery
