-- The forms in which government debt is published (财预〔2018〕209号).

-- Which item a line of the form of balances is, its ordinal aside: the year that it names tells
-- this year's limit from the next one's. What is no item is given back.
CREATE OR REPLACE MACRO balance_item(line, form_year) AS
    CASE
        WHEN line LIKE '%国际金融组织和外国政府贷款%' THEN 'issue_foreign'
        WHEN line LIKE '%债券发行额' THEN 'issue_bond'
        WHEN line LIKE '%余额实际数' THEN 'opening_balance'
        WHEN line LIKE '%余额预计执行数' THEN 'closing_balance'
        WHEN line LIKE '%债务发行额' THEN 'issue'
        WHEN regexp_matches(line, '还本(额|支出)$') THEN 'repayment'
        WHEN line LIKE '%财政赤字' THEN 'next_deficit'
        WHEN line LIKE '%新增限额'
            AND try_cast(regexp_extract(line, '\d{4}') AS INTEGER) = form_year + 1
            THEN 'next_new_limit'
        WHEN line LIKE '%限额'
            THEN coalesce(
                CASE try_cast(regexp_extract(line, '\d{4}') AS INTEGER) - form_year
                    WHEN 0 THEN 'closing_limit' WHEN 1 THEN 'next_limit'
                END,
                line
            )
        ELSE line
    END;
