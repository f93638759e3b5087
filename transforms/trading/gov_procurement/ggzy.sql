-- A row: one package of a procurement as a notice, or the result, is printed on the national
-- platform. The notice is text: what is taken out of it stands beside a label that the form of the
-- notice has (财办库〔2020〕50号). Bodies have no code there, so theirs are surrogates; the
-- category of the catalogue is not said. Experts and contacts are not read.
WITH worded AS (
    SELECT
        *,
        info_type = '中标公告' AS is_result,
        regexp_replace(content_text, '[\s\x{A0}　]+', ' ', 'g') AS words
    FROM delivery
),

found AS (
    SELECT
        *,
        regexp_replace(words, ' ', '', 'g') AS joined,
        regexp_extract(
            words,
            '预算金额 ?(?:[（(](元|万元)[)）])? ?[:：] ?(?:本项目预算金额为)? ?([\d,.]+) ?[（(]?(万元|元)?',
            ['head', 'figure', 'unit']
        ) AS budgeted,
        -- a table of packages with one line: its letter, its budget and its ceiling
        regexp_extract(
            words,
            '预算金额\(万元\) 最高限价\(万元\) ([A-Z]) ([\d.]+) ([\d.]+) 采购需求',
            ['letter', 'figure', 'ceiling']
        ) AS package,
        regexp_extract(
            words,
            '最高限价 ?(?:[（(](元|万元|如有)[)）])? ?[:：] ?([\d,.]+) ?[（(]?(万元|元)?',
            ['head', 'figure', 'unit']
        ) AS ceiling,
        regexp_extract(
            regexp_replace(words, ' ', '', 'g'),
            '(?:截止时间(?:、开标时间(?:和地点)?)?(?:及地点1\.时间)?[:：]?(?:时间[:：]|投标截止时间、开标时间[:：])?)(\d{4})[-年](\d{1,2})[-月](\d{1,2})日?(\d{1,2})[:：时点](\d{2})',
            ['y', 'm', 'd', 'h', 'n']
        ) AS due,
        regexp_extract(
            words,
            '(?:总中标成交金额[:：] ?|中标（成交）金额[:：] ?|报价：|合计（总价）：)([\d,.]+) ?(?:（?(万元|元))?',
            ['figure', 'unit']
        ) AS deal,
        -- the only line of a table of suppliers: name, address, amount; or item, amount, name
        regexp_extract(
            words,
            '(?:评审(?:总得分|报价|价格) (?:1 )?|中标金额\(元\) 1 )([^ ]+) [^ ]+ (?:报价：)?([\d,.]+)（?(万元|元)?',
            ['name', 'figure', 'unit']
        ) AS listed,
        regexp_extract(
            words,
            '中标（成交）金额（(元|万元)） [^\d]* 1 [^ ]+ ([\d,.]+) ([^ ]+) [^ ]+ (?:([0-9A-Z]{18}) )?',
            ['unit', 'figure', 'name', 'code']
        ) AS itemised,
        regexp_extract(
            words, '(?:招标|采购)公告发布日期[:：] ?(\d{4})年(\d{2})月(\d{2})日', ['y', 'm', 'd']
        ) AS announced
    FROM worded
),

amounts AS (
    SELECT
        *,
        coalesce(nullif(budgeted.figure, ''), nullif(package.figure, '')) AS budget_figure,
        CASE
            WHEN budgeted.figure <> ''
                THEN coalesce(nullif(budgeted.unit, ''), nullif(budgeted.head, ''))
            WHEN package.figure <> '' THEN '万元'
        END AS budget_unit,
        coalesce(nullif(ceiling.figure, ''), nullif(package.ceiling, '')) AS ceiling_figure,
        CASE
            WHEN ceiling.figure <> ''
                THEN coalesce(nullif(ceiling.unit, ''), nullif(ceiling.head, '如有'))
            WHEN package.ceiling <> '' THEN '万元'
        END AS ceiling_unit,
        regexp_extract(title, '第?([一二三四五六七八九十]+)(?:包|标段)', 1) AS numeral,
        coalesce(
            nullif(regexp_extract(words, '供应商名称[:：] ?([^ ]+)', 1), ''),
            nullif(itemised.name, ''),
            nullif(listed.name, '')
        ) AS supplier,
        coalesce(
            nullif(deal.figure, ''), nullif(itemised.figure, ''), nullif(listed.figure, '')
        ) AS deal_figure,
        CASE
            WHEN deal.figure <> '' THEN nullif(deal.unit, '')
            WHEN itemised.figure <> '' THEN nullif(itemised.unit, '')
            WHEN listed.figure <> ''
                THEN coalesce(
                    nullif(listed.unit, ''), CASE WHEN words LIKE '%中标金额(元)%' THEN '元' END
                )
        END AS deal_unit,
        coalesce(
            clean(issuer),
            nullif(
                regexp_extract(
                    joined, '采购人信息(?:单位)?(?:名称|采购人)[:：]([^:：]+?)(?:单位)?地址', 1
                ),
                ''
            )
        ) AS purchaser
    FROM found
)

SELECT
    code_text(project_code) AS project_no,
    CASE
        WHEN package.letter <> '' THEN (ascii(package.letter) - 64)::VARCHAR
        WHEN numeral <> '' THEN chinese_number(numeral)::VARCHAR
        ELSE coalesce(
            nullif(regexp_extract(title, '采购包(\d+)', 1), ''),
            nullif(regexp_extract(title, '(\d+)包', 1), ''),
            '1'
        )
    END AS package_no,
    clean(title) AS project_name,
    (
        SELECT any_value(division.code)
        FROM codes_divisions AS division
        WHERE division.code LIKE '%0000' AND division.successor IS NULL
            AND starts_with(division.label_zh, clean(region))
    ) AS region_code,
    purchaser AS purchaser_name,
    'local:' || purchaser AS purchaser_uscc,
    clean(agency) AS agency_name,
    CASE
        coalesce(
            nullif(
                regexp_extract(
                    title, '公开招标|邀请招标|竞争性谈判|竞争性磋商|询价|单一来源|框架协议', 0
                ),
                ''
            ),
            regexp_extract(
                joined,
                '(?:采购|招标)方式[:：](公开招标|邀请招标|竞争性谈判|竞争性磋商|询价|单一来源|框架协议)',
                1
            )
        )
        WHEN '公开招标' THEN 'open'
        WHEN '邀请招标' THEN 'selective'
        WHEN '竞争性谈判' THEN 'competitive_negotiation'
        WHEN '竞争性磋商' THEN 'competitive_consultation'
        WHEN '询价' THEN 'inquiry'
        WHEN '单一来源' THEN 'single_source'
        WHEN '框架协议' THEN 'framework'
    END AS method,
    to_yuan(budget_figure, budget_unit) AS budget_amount,
    reported(budget_figure) AS budget_amount_reported,
    to_yuan(ceiling_figure, ceiling_unit) AS ceiling_price,
    reported(ceiling_figure) AS ceiling_price_reported,
    CASE WHEN is_result THEN to_yuan(deal_figure, deal_unit) END AS deal_amount,
    CASE WHEN is_result THEN reported(deal_figure) END AS deal_amount_reported,
    coalesce(budget_unit, CASE WHEN is_result THEN deal_unit END) AS unit_reported,
    CASE
        WHEN NOT is_result THEN to_moment(publish_date)
        WHEN announced.y <> ''
            THEN to_moment(announced.y || '-' || announced.m || '-' || announced.d)
    END AS notice_publish,
    CASE
        WHEN due.y <> ''
            THEN to_moment(
                due.y || '-' || lpad(due.m, 2, '0') || '-' || lpad(due.d, 2, '0') || ' '
                || lpad(due.h, 2, '0') || ':' || due.n
            )
    END AS bid_deadline,
    is_result AND NOT regexp_matches(words, '本项目流标|本项目废标') AS is_awarded,
    CASE WHEN is_result THEN to_moment(publish_date) END AS result_publish,
    CASE WHEN is_result THEN supplier END AS supplier_name,
    CASE WHEN is_result THEN nullif(itemised.code, '') END AS supplier_uscc,
    clean(detail_url) AS notice_url,
    _file,
    _part,
    _line
FROM amounts
