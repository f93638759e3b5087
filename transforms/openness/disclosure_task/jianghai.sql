-- A row: one task of one document.
SELECT
    document_number(文号) AS doc_no,
    number_text(序号) AS seq,
    number_text(年度) AS year,
    clean(标题) AS doc_title,
    clean(发文单位) AS issuer,
    to_date(印发日期) AS issued_on,
    clean(分组) AS task_group,
    clean(任务) AS task,
    clean(主要内容) AS content,
    names_text(牵头单位) AS lead_orgs,
    names_text(责任单位) AS duty_orgs,
    clean(时限) AS deadline,
    to_date(最迟日期) AS due_date,
    coalesce(states.code, clean(状态)) AS status,
    to_date(截至日期) AS status_date,
    clean(佐证链接) AS evidence_url,
    lost_text(主要内容) AS damaged_at,
    clean(填报人) AS handler_name,
    clean(电话) AS handler_phone,
    _file,
    _part,
    _line
FROM delivery
LEFT JOIN codes_task_status AS states ON states.label_zh = clean(状态)
