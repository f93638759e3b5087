-- A row: one published item of a project. The class is its number, items are given by their names;
-- a project without a code of the platform has no place here.
SELECT
    project_code(projectCode) AS invest_project_code,
    clean(projectName) AS project_name,
    clean(infoClass) AS info_class,
    coalesce(items.code, clean(itemType)) AS item_type,
    document_number(docNo) AS doc_no,
    clean(itemName) AS item_name,
    coalesce(results.code, clean(result)) AS result,
    to_date(decisionDate) AS decision_date,
    clean(decisionOrg) AS decision_org,
    to_date(publishDate) AS publish_date,
    CASE clean(isBackfill) WHEN '是' THEN 'true' WHEN '否' THEN 'false' ELSE clean(isBackfill) END
        AS is_backfill,
    to_date(backfillDate) AS backfill_date,
    clean(url) AS source_url,
    clean(contractorName) AS contractor_name,
    code_text(contractorCode) AS contractor_uscc,
    clean(supervisorName) AS supervisor_name,
    code_text(supervisorCode) AS supervisor_uscc,
    clean(leaderName) AS project_leader,
    clean(leaderCertificate) AS leader_certificate,
    phone(leaderPhone) AS leader_phone,
    clean(handler) AS handler_name,
    _file,
    _part,
    _line
FROM delivery
LEFT JOIN codes_project_item_type AS items ON items.label_zh = clean(itemType)
LEFT JOIN codes_event_result AS results ON results.label_zh = clean(result)
