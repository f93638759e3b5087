-- A row: one campus and whom it takes in: its catchment (its group's, where that is told for all of
-- its campuses), or the primary schools that lead to it. A campus without any is one that is being
-- built; it stays without, for the check.
SELECT
    regexp_extract(_file, '20\d{2}') AS year,
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
    coalesce(clean(zone), '直升小学：' || clean(feeders), clean(group_zone)) AS zone_text,
    '随迁子女服务区：' || clean(zone_of_others) AS conditions,
    clean(phone) AS contact_phone,
    _file,
    _part,
    _line
FROM delivery
