-- A row: what was found at one unit. The bureau writes 是 and 否.
SELECT
    _year AS fiscal_year,
    code_text(区划代码) AS region_code,
    clean(地区) AS region_name,
    code_text(信用代码) AS unit_code,
    clean(单位名称) AS unit_name,
    CASE clean(应公开) WHEN '是' THEN 'true' WHEN '否' THEN 'false' ELSE clean(应公开) END
        AS should_publish,
    CASE clean(已公开) WHEN '是' THEN 'true' WHEN '否' THEN 'false' ELSE clean(已公开) END
        AS published,
    to_date(批复日期) AS approved_date,
    to_date(公开日期) AS published_date,
    number_text(超期天数) AS days_late,
    CASE clean(按期公开) WHEN '是' THEN 'true' WHEN '否' THEN 'false' ELSE clean(按期公开) END
        AS on_time,
    CASE clean(内容完整) WHEN '是' THEN 'true' WHEN '否' THEN 'false' ELSE clean(内容完整) END
        AS complete,
    CASE clean(细化到项) WHEN '是' THEN 'true' WHEN '否' THEN 'false' ELSE clean(细化到项) END
        AS detailed_to_item,
    CASE clean(方式合规) WHEN '是' THEN 'true' WHEN '否' THEN 'false' ELSE clean(方式合规) END
        AS channel_ok,
    CASE clean(空表合规) WHEN '是' THEN 'true' WHEN '否' THEN 'false' ELSE clean(空表合规) END
        AS empty_tables_ok,
    number_text(问题数) AS problems_found,
    number_text(整改数) AS rectified,
    to_date(整改日期) AS rectified_date,
    clean(检查人) AS inspector_name,
    clean(联系电话) AS contact_phone,
    _file,
    _part,
    _line
FROM delivery
