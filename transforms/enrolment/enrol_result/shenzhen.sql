-- A row: the score line of one school, stage, year and channel. The list has no school codes: a
-- school of both stages has one name for each.
SELECT
    year,
    'local:shenzhen/' || clean(stage) || '/' || clean(school_key) || '/' || clean(school_type)
        AS school_code,
    clean(school_name) AS school_name,
    CASE clean(stage) WHEN '小一' THEN 'primary' WHEN '初一' THEN 'junior' ELSE clean(stage) END
        AS stage,
    CASE clean(admission_type)
        WHEN '录取分数线' THEN 'points'
        WHEN '民办直升' THEN 'direct'
        ELSE clean(admission_type)
    END AS channel,
    coalesce(kinds.code, clean(school_type)) AS ownership,
    clean(score_value) AS score_line,
    clean(score_text) AS score_line_reported,
    _file,
    _part,
    _line
FROM delivery
LEFT JOIN codes_ownership AS kinds ON kinds.label_zh = clean(school_type)
