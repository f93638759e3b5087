-- A row: what one acquisition owes to one village's collective and has paid. Money comes in yuan or
-- in ten thousand yuan, as the row says.
SELECT
    document_number(拟征告号) AS acq_no,
    clean(收款单位) AS payee_collective,
    code_text(行政区划代码) AS region_code,
    clean(乡镇) AS town,
    code_text(收款单位代码) AS payee_uscc,
    to_yuan(应付金额, clean(金额单位)) AS payable,
    to_yuan(已付金额, clean(金额单位)) AS paid,
    to_date(支付日期) AS paid_date,
    number_text(被征地农民人数) AS persons,
    number_text(纳入社保人数) AS social_security_persons,
    to_date(统计截止日期) AS as_of,
    reported(应付金额) AS payable_reported,
    reported(已付金额) AS paid_reported,
    clean(金额单位) AS unit_reported,
    code_text(收款账号) AS payee_account,
    clean(联系人) AS contact_name,
    clean(联系电话) AS contact_phone,
    _file,
    _part,
    _line
FROM delivery
