-- A row: one task of the table. The table does not number them: they count in the order in which
-- they stand.
SELECT
    coalesce(
        document_number(regexp_replace(_doc_no, '\s+', '', 'g')),
        'local:' || regexp_replace(_title, '\s+', '', 'g')
    ) AS doc_no,
    row_number() OVER (PARTITION BY _file ORDER BY _line) AS seq,
    _year AS year,
    regexp_replace(_title, '\s+', '', 'g') AS doc_title,
    clean(_issuer) AS issuer,
    to_date(regexp_replace(_issued, '\s+', '', 'g')) AS issued_on,
    clean(aim) AS task_group,
    clean(task) AS task,
    clean(content) AS content,
    names_text(lead) AS lead_orgs,
    names_text(duty) AS duty_orgs,
    clean(deadline) AS deadline,
    lost_text(content) AS damaged_at,
    _file,
    _part,
    _line
FROM delivery
