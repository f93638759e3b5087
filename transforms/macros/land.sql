-- The words of the national land market (中国土地市场网) and of its lists of results.

-- How a parcel was supplied; what is none of the five ways is given back.
CREATE OR REPLACE MACRO land_supply_mode(name) AS
    CASE clean(name)
        WHEN '招标出让' THEN 'tender'
        WHEN '拍卖出让' THEN 'auction'
        WHEN '挂牌出让' THEN 'listing'
        WHEN '协议出让' THEN 'agreement'
        WHEN '划拨' THEN 'allocation'
        ELSE clean(name)
    END;

-- Which of the five uses with a longest term a class of GB/T 21010 (2007 and 2017) belongs to; what
-- is no such class is given back.
CREATE OR REPLACE MACRO land_use_of_class(name) AS
    CASE
        WHEN regexp_matches(clean(name), '住房|住宅|宅基地') THEN 'residential'
        WHEN regexp_matches(clean(name), '工业|仓储|采矿|盐田') THEN 'industrial'
        WHEN regexp_matches(
            clean(name), '商服|商业|批发|零售|商务|金融|餐饮|住宿|旅馆|娱乐用地'
        ) AND NOT regexp_matches(clean(name), '文体') THEN 'commercial'
        WHEN regexp_matches(
            clean(name), '科教|教育|科研|医卫|医疗|卫生|慈善|社会福利|文体|文化|体育|新闻出版'
        ) THEN 'public_service'
        WHEN regexp_matches(
            clean(name),
            '公共设施|公用设施|公共管理|公共服务|公园|绿地|机关团体|风景名胜|宗教|殡葬|监教|军事|使领馆'
            || '|特殊用地|公路|道路|街巷|铁路|轨道|机场|港口|码头|管道|交通|水库|水工|水面|沟渠|滩涂'
            || '|空闲地|设施农用地'
        ) THEN 'mixed'
        ELSE clean(name)
    END;

-- The term of a parcel, in years. Where each use has one of its own
-- (其他普通商品住房用地70年; 其他商服用地40年;), it is that of the parcel's own use; 0 is none.
CREATE OR REPLACE MACRO land_term(term, land_use) AS
    CASE
        WHEN try_cast(clean(term) AS DECIMAL(10, 4)) = 0 THEN NULL
        ELSE coalesce(
            nullif(
                regexp_extract(
                    list_filter(
                        regexp_split_to_array(clean(term), '[;；，,] *'),
                        lambda part: starts_with(part, clean(land_use))
                    )[1],
                    '(\d+)年$',
                    1
                ),
                ''
            ),
            regexp_replace(clean(term), '^(\d+)年$', '\1')
        )
    END;

-- Whether each of the names in a cell is that of an organisation, by its last word. A list of
-- results does not say; whoever may be a person is taken for one, and not named.
CREATE OR REPLACE MACRO names_organisations(names) AS
    list_bool_and(
        list_transform(
            string_split(names_text(names), '、'),
            lambda name: length(name) >= 4 AND regexp_matches(
                name,
                '(公司|集团|厂|局|委|委员会|政府|院|校|学|所|站|中心|银行|行|合作社|社|联社|协会|商会'
                || '|研究会|基金会|教会|总会|办|办公室|指挥部|部|队|馆|公园|幼儿园|园区|产业园|工业园'
                || '|宾馆|酒店|饭店|商店|村|小组|寺|庙|社区|库|处|矿|农场|林场|市场|商场|公寓|企业|商行'
                || '|经营部)([（(][^（）()]*[）)])?$'
            )
        )
    );

-- A date of the land market: 1900-01-01 stands for none there.
CREATE OR REPLACE MACRO land_market_date(value) AS
    nullif(to_date(value), '1900-01-01');
