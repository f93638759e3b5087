-- A row: one task of the table. What is no number of a task stays as it stands, for the check.
SELECT
    document_number(_doc_no) AS doc_no,
    clean(seq) AS seq,
    _year AS year,
    clean(_title) AS doc_title,
    clean(_issuer) AS issuer,
    clean(task_group) AS task_group,
    clean(content) AS content,
    names_text(lead) AS lead_orgs,
    names_text(duty) AS duty_orgs,
    clean(deadline) AS deadline,
    _file,
    _part,
    _line
FROM delivery
