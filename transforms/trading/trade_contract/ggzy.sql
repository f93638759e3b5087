-- A row: one contract as the national platform prints it. Contracts and sections have no number
-- there and parties no code, so the keys are surrogates; the region is the province. An amount of
-- 0 yuan stays what is printed: a rule of the contract marks it.
WITH printed AS (
    SELECT
        *,
        regexp_extract(
            "structured_fields.合同金额", '^\s*([\d,.]+)\s*(亿元|万元|元)', ['figure', 'unit']
        ) AS amount
    FROM delivery
)

SELECT
    'local:' || record_id AS contract_no,
    clean(title) AS contract_name,
    'local:' || code_text(project_code) AS bid_section_code,
    (
        SELECT any_value(division.code)
        FROM codes_divisions AS division
        WHERE division.code LIKE '%0000' AND division.successor IS NULL
            AND starts_with(division.label_zh, clean(region))
    ) AS region_code,
    clean("structured_fields.采购人名称") AS tenderer_name,
    clean("structured_fields.中标（成交）供应商名称") AS contractor_name,
    'local:' || clean("structured_fields.中标（成交）供应商名称") AS contractor_uscc,
    '1' AS price_form,
    coalesce(
        to_yuan(nullif(amount.figure, ''), amount.unit), clean("structured_fields.合同金额")
    ) AS amount,
    reported(nullif(amount.figure, '')) AS amount_reported,
    nullif(amount.unit, '') AS unit_reported,
    to_date("structured_fields.合同签署时间") AS sign_date,
    _file,
    _part,
    _line
FROM printed
