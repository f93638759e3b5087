-- A row: one school (campus and stage) of the list, which has numbers of its own and no national
-- school codes. Longitude and latitude are as the list gives them.
SELECT
    'local:suzhou/' || id AS school_code,
    clean(school) AS school_name,
    CASE type WHEN 'primary' THEN 'primary' WHEN 'middle' THEN 'junior' ELSE clean(type) END
        AS stage,
    CASE clean(nature) WHEN '公办' THEN 'public' WHEN '公办集团校' THEN 'public' WHEN '民办' THEN 'private'
        ELSE clean(nature) END AS ownership,
    clean(district) AS region_name,
    clean(lng) AS longitude,
    clean(lat) AS latitude,
    least(list_last(regexp_extract_all(schoolYear, '\d{4}')), '2025') AS as_of,
    _file,
    _part,
    _line
FROM delivery
