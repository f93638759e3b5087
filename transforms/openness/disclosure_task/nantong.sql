-- A row: one task of the table. What is no number of a task stays as it stands, for the check.
SELECT
    coalesce(
        document_number(regexp_replace(_doc_no, '\s+', '', 'g')),
        'local:' || regexp_replace(_title, '\s+', '', 'g')
    ) AS doc_no,
    clean(seq) AS seq,
    _year AS year,
    regexp_replace(_title, '\s+', '', 'g') AS doc_title,
    clean(_issuer) AS issuer,
    clean(task_group) AS task_group,
    clean(content) AS content,
    names_text(lead) AS lead_orgs,
    names_text(duty) AS duty_orgs,
    clean(deadline) AS deadline,
    lost_text(content) AS damaged_at,
    _file,
    _part,
    _line
FROM delivery
