-- Lines of the forms in which departments publish their budgets and final accounts. A form prints
-- totals and sources of income by name, without a code.

-- A printed name without its numeral (一、 1. （一）) and without the blanks of its layout.
CREATE OR REPLACE MACRO line_name(value) AS
    nullif(
        regexp_replace(
            regexp_replace(clean(value), '\s+', '', 'g'),
            '^([一二三四五六七八九十]+、|\d+[.．、]|[（(][一二三四五六七八九十\d]+[）)]|其中[:：])', ''
        ),
        ''
    );

-- A line of income: a total, or where the money comes from. Nothing where the name is none of them.
CREATE OR REPLACE MACRO income_item(name) AS
    CASE
        WHEN name IN ('收入总计', '总计', '合计') THEN 'revenue_total'
        WHEN name IN ('本年收入合计', '本年收入小计') THEN 'revenue_of_year'
        WHEN name IN ('财政拨款收入', '财政拨款') THEN 'appropriation'
        WHEN regexp_matches(name, '^一般公共预算(资金|(财政)?拨款(收入)?)?$') THEN 'general'
        WHEN regexp_matches(name, '^政府性基金(预算)?((财政)?拨款(收入)?)?$') THEN 'fund'
        WHEN regexp_matches(name, '^国有资本经营预算((财政)?拨款(收入)?)?$') THEN 'capital'
        WHEN regexp_matches(name, '^财政专户管理资金(收入)?$') THEN 'special_account'
        WHEN name IN ('上级补助收入') THEN 'superior_subsidy'
        WHEN name IN ('事业收入') THEN 'institution'
        WHEN regexp_matches(name, '^(事业单位)?经营收入$') THEN 'operating'
        WHEN regexp_matches(name, '^附属单位上缴收入$') THEN 'subsidiaries'
        WHEN name IN ('其他收入') THEN 'other_revenue'
        WHEN starts_with(name, '使用非财政拨款结余') THEN 'reserves_used'
        WHEN regexp_matches(name, '^(年初|上年)(财政拨款)?结转(和|与)?(结余)?$') THEN 'carried_over'
    END;

-- A line of expenditure that is no subject: a total, or what is left.
CREATE OR REPLACE MACRO outlay_item(name) AS
    CASE
        WHEN name IN ('支出总计', '总计', '合计') THEN 'expenditure_total'
        WHEN name IN ('本年支出合计', '本年支出小计') THEN 'expenditure_of_year'
        WHEN name = '人员经费合计' THEN 'personnel_total'
        WHEN name = '公用经费合计' THEN 'public_total'
        WHEN name = '结余分配' THEN 'surplus_distributed'
        WHEN regexp_matches(name, '^((年末|年终)(财政拨款)?结转(和|与)?(结余)?|结转下年(支出)?)$')
            THEN 'carried_forward'
    END;

-- Figures of which some are blank, as one; where one is no number, all of them as they stand.
CREATE OR REPLACE MACRO figures_together(figures) AS
    CASE
        WHEN list_bool_and(
            list_transform(
                figures,
                lambda figure: clean(figure) IS NULL OR exact_number(figure) IS NOT NULL
            )
        ) THEN list_sum(list_transform(figures, lambda figure: exact_number(figure)))::VARCHAR
        ELSE array_to_string(figures, ' + ')
    END;
