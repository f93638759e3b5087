-- A row: one numbered task of the text.
SELECT
    coalesce(
        document_number(regexp_replace(_doc_no, '\s+', '', 'g')),
        'local:' || regexp_replace(_title, '\s+', '', 'g')
    ) AS doc_no,
    clean(seq) AS seq,
    _year AS year,
    regexp_replace(_title, '\s+', '', 'g') AS doc_title,
    clean(_issuer) AS issuer,
    to_date(regexp_replace(_issued, '\s+', '', 'g')) AS issued_on,
    clean(heading) AS task_group,
    clean(task) AS task,
    clean(content) AS content,
    damaged AS damaged_at,
    mended,
    _file,
    _part,
    _line
FROM delivery
