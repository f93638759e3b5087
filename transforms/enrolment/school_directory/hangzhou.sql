-- A row: one campus. Its stage is what its name says, or that of its group where it is named after
-- a place; a campus of which neither is said stays without, for the check.
SELECT
    'local:hangzhou/' || clean(id) AS school_code,
    CASE
        WHEN regexp_matches(clean(school_name), '^(附属|.{2,6}校区)') THEN clean(group_name)
            || clean(school_name)
        ELSE clean(school_name)
    END AS school_name,
    CASE
        WHEN contains(school_name, '小学') THEN 'primary'
        WHEN contains(school_name, '中学') THEN 'junior'
        WHEN contains(school_name, '校区') AND contains(group_name, '小学') THEN 'primary'
        WHEN contains(school_name, '校区') AND contains(group_name, '中学') THEN 'junior'
    END AS stage,
    coalesce(kinds.code, clean(nature)) AS ownership,
    '拱墅区' AS region_name,
    clean(phone) AS office_phone,
    clean(longitude) AS longitude,
    clean(latitude) AS latitude,
    regexp_extract(_file, '20\d{2}') AS as_of,
    _file,
    _part,
    _line
FROM delivery
LEFT JOIN codes_ownership AS kinds ON kinds.label_zh = clean(nature)
