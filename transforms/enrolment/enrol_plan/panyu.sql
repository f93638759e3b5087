-- A row: the first grade of one public primary school. The table has no school codes; its remarks
-- say how the places are given away.
SELECT
    _year AS year,
    'local:' || _region || '/' || clean(school) AS school_code,
    clean(school) AS school_name,
    'primary' AS stage,
    number_text(classes) AS plan_classes,
    clean(zone) AS zone_text,
    clean(note) AS procedure,
    _file,
    _part,
    _line
FROM delivery
