-- A row: one notice. Brackets of document numbers vary, dates come in four forms.
SELECT
    document_number(公告编号) AS notice_no,
    document_number(拟征告号) AS acq_no,
    document_number(批准文号) AS approval_no,
    CASE clean(公告类型)
        WHEN '拟征收土地预公告' THEN 'pre_notice'
        WHEN '征地补偿安置公告' THEN 'compensation_plan'
        WHEN '听证告知' THEN 'hearing'
        WHEN '补偿登记' THEN 'registration'
        WHEN '征收土地公告' THEN 'acquisition'
        ELSE clean(公告类型)
    END AS notice_type,
    clean(标题) AS title,
    code_text(行政区划代码) AS region_code,
    clean(乡镇) AS town,
    clean(村组) AS village,
    to_date(发布日期) AS publish_date,
    to_date(截止日期) AS end_date,
    to_date(批文收到日期) AS approval_received,
    clean(张贴范围) AS posting_scope,
    clean(登记方式和期限) AS registration_method,
    clean(异议反馈渠道) AS objection_channel,
    clean(网址) AS url,
    CASE clean(是否补录) WHEN '是' THEN 'true' WHEN '否' THEN 'false' ELSE clean(是否补录) END
        AS is_backfill,
    clean(联系人) AS contact_name,
    clean(联系电话) AS contact_phone,
    _file,
    _part,
    _line
FROM delivery
