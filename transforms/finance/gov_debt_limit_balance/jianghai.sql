-- A row: limits and balances of one region, year, scope and phase.
-- The bureau writes scope and phase in Chinese words, every amount in the unit of its row, and
-- ratios in per cent.
SELECT
    nd AS fiscal_year,
    code_text(qhdm) AS region_code,
    clean(qhmc) AS region_name,
    CASE clean(kj)
        WHEN '本地区' THEN 'whole' WHEN '本级' THEN 'own' WHEN '下级' THEN 'subordinate'
        ELSE clean(kj)
    END AS scope,
    CASE clean(sjzt)
        WHEN '预算' THEN 'budget' WHEN '调整' THEN 'adjusted'
        WHEN '预计执行' THEN 'est_exec' WHEN '决算' THEN 'final'
        ELSE clean(sjzt)
    END AS phase,
    to_yuan(ybxe, dw) AS general_limit,
    to_yuan(zxxe, dw) AS special_limit,
    to_yuan(xehj, dw) AS total_limit,
    to_yuan(ybye, dw) AS general_balance,
    to_yuan(zxye, dw) AS special_balance,
    to_yuan(yehj, dw) AS total_balance,
    to_yuan(zhcl, dw) AS fiscal_capacity,
    to_yuan(hbfx, dw) AS debt_service,
    number_text(zwl) AS debt_ratio,
    number_text(czl) AS debt_service_ratio,
    reported(ybxe) AS general_limit_reported,
    reported(zxxe) AS special_limit_reported,
    reported(xehj) AS total_limit_reported,
    reported(ybye) AS general_balance_reported,
    reported(zxye) AS special_balance_reported,
    reported(yehj) AS total_balance_reported,
    reported(zhcl) AS fiscal_capacity_reported,
    reported(hbfx) AS debt_service_reported,
    clean(dw) AS unit_reported,
    clean(txr) AS reporter_name,
    clean(txrdh) AS reporter_phone,
    _file,
    _part,
    _line
FROM delivery
