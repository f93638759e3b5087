-- A row: one bond. The bureau writes terms with and without 年, rates with and without %.
SELECT
    code_text(zqdm) AS bond_code,
    CASE clean(jycs)
        WHEN '银行间' THEN 'interbank' WHEN '上交所' THEN 'sse' WHEN '深交所' THEN 'szse'
        WHEN '北交所' THEN 'bse' WHEN '柜台' THEN 'counter'
        ELSE clean(jycs)
    END AS market,
    clean(zqqc) AS bond_name,
    clean(zqjc) AS bond_abbr,
    code_text(fxdq) AS issuer_region_code,
    fxnf AS issue_year,
    pc AS batch,
    CASE clean(zqlx)
        WHEN '一般债券' THEN 'general' WHEN '专项债券' THEN 'special'
        ELSE clean(zqlx)
    END AS bond_type,
    CASE clean(ytlx)
        WHEN '新增债券' THEN 'new' WHEN '再融资债券' THEN 'refinance' WHEN '置换债券' THEN 'swap'
        ELSE clean(ytlx)
    END AS purpose,
    regexp_replace(number_text(qx), '年$', '') AS term_years,
    regexp_replace(number_text(pmll), '%$', '') AS coupon_rate,
    to_date(fxrq) AS issue_date,
    to_date(qxrq) AS value_date,
    to_date(dqrq) AS maturity_date,
    CASE clean(fxfs)
        WHEN '按年' THEN 'annual' WHEN '按半年' THEN 'semiannual'
        WHEN '到期一次还本付息' THEN 'at_maturity'
        ELSE clean(fxfs)
    END AS interest_method,
    clean(shjg) AS redemption,
    code_text(zddq) AS onlent_region_code,
    to_yuan(fxje, dw) AS issue_amount,
    to_yuan(xzje, dw) AS new_amount,
    to_yuan(zhje, dw) AS swap_amount,
    to_yuan(zrzje, dw) AS refinance_amount,
    to_yuan(zdje, dw) AS onlent_amount,
    reported(fxje) AS issue_amount_reported,
    reported(xzje) AS new_amount_reported,
    reported(zhje) AS swap_amount_reported,
    reported(zrzje) AS refinance_amount_reported,
    reported(zdje) AS onlent_amount_reported,
    clean(dw) AS unit_reported,
    clean(plwz) AS disclosure_url,
    clean(txr) AS reporter_name,
    clean(txrdh) AS reporter_phone,
    _file,
    _part,
    _line
FROM delivery
