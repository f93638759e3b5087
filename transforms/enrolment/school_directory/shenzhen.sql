-- A row: one school and stage, as of the last year that the list has of it.
SELECT
    'local:shenzhen/' || clean(stage) || '/' || clean(school_key) || '/' || clean(school_type)
        AS school_code,
    clean(school_name) AS school_name,
    CASE clean(stage) WHEN '小一' THEN 'primary' WHEN '初一' THEN 'junior' ELSE clean(stage) END
        AS stage,
    coalesce(kinds.code, clean(school_type)) AS ownership,
    latest_year AS as_of,
    _file,
    _part,
    _line
FROM delivery
LEFT JOIN codes_ownership AS kinds ON kinds.label_zh = clean(school_type)
