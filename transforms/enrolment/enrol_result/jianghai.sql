-- A row: the result of one school and channel for the stage that its sheet is called after.
SELECT
    _year AS year,
    code_text(学校标识码) AS school_code,
    clean(学校名称) AS school_name,
    CASE _part WHEN '小学' THEN 'primary' WHEN '初中' THEN 'junior' ELSE _part END AS stage,
    CASE clean(录取渠道)
        WHEN '施教区' THEN 'catchment' WHEN '统筹调剂' THEN 'transfer'
        WHEN '随迁子女' THEN 'migrant' WHEN '民办摇号' THEN 'lottery'
        ELSE clean(录取渠道)
    END AS channel,
    CASE clean(办学性质) WHEN '公办' THEN 'public' WHEN '民办' THEN 'private'
        ELSE clean(办学性质) END AS ownership,
    number_text(报名人数) AS applicants,
    number_text(录取人数) AS admitted,
    number_text(增加人数) AS added_places,
    document_number(批准文号) AS addition_doc_no,
    CASE clean(是否派位) WHEN '是' THEN 'true' WHEN '否' THEN 'false' ELSE clean(是否派位) END
        AS lottery,
    clean(公证书编号) AS notary_no,
    to_date(确定日期) AS result_date,
    to_date(公布日期) AS publish_date,
    phone(咨询监督电话) AS enquiry_phone,
    clean(公告地址) AS source_url,
    clean(经办人) AS handler_name,
    phone(经办人手机) AS handler_mobile,
    _file,
    _part,
    _line
FROM delivery
