-- Codes of investment projects and of public-resource trading. NULL in, NULL out; no text raises.

-- One step of ISO 7064 MOD 11,10, with the digit at a place.
CREATE OR REPLACE MACRO mod_11_10_step(before, value, place) AS
    (((before + 9) % 10 + 1) * 2 % 11 + ord(substr(value, place, 1)) - 48) % 10;

CREATE OR REPLACE MACRO mod_11_10_two(before, value, place) AS
    mod_11_10_step(mod_11_10_step(before, value, place), value, place + 1);

CREATE OR REPLACE MACRO mod_11_10_four(before, value, place) AS
    mod_11_10_two(mod_11_10_two(before, value, place), value, place + 2);

CREATE OR REPLACE MACRO mod_11_10_six(before, value, place) AS
    mod_11_10_two(mod_11_10_four(before, value, place), value, place + 4);

-- 投资项目统一代码 of the form in use since September 2020, GB/T 40058-2021: year and month,
-- division, department, type, five digits and a check digit. The standard's text is not public;
-- that the check is ISO 7064 MOD 11,10 was found from codes in use, all of which hold.
CREATE OR REPLACE MACRO is_new_project_code(value) AS
    CASE
        WHEN NOT regexp_full_match(value, '\d{2}(0[1-9]|1[0-2])-\d{6}-\d{2}-\d{2}-\d{6}') THEN false
        WHEN substr(value, 1, 4) < '2009' THEN false
        ELSE mod_11_10_six(
            mod_11_10_two(
                mod_11_10_two(mod_11_10_six(mod_11_10_four(5, value, 1), value, 6), value, 13),
                value,
                16
            ),
            value,
            19
        ) = 1
    END;

-- The earlier form: a year, and six digits without a check. 2012 is December 2020 where the
-- check digit says so, and else the year: a code to look at.
CREATE OR REPLACE MACRO project_code_is_old(value) AS
    regexp_full_match(value, '20(1[5-9]|20|12)-\d{6}-\d{2}-\d{2}-\d{6}')
    AND NOT is_new_project_code(value);

-- 投资项目统一代码, either form, with hyphens.
CREATE OR REPLACE MACRO is_project_code(value) AS
    CASE
        WHEN regexp_full_match(value, '20(1[5-9]|20|12)-\d{6}-\d{2}-\d{2}-\d{6}') THEN true
        ELSE is_new_project_code(value)
    END;

-- A project code with hyphens, where there were none or other ones.
CREATE OR REPLACE MACRO project_code(value) AS
    CASE
        WHEN regexp_full_match(clean(value), '(\d[\s_‐‑–—−-]*){20}') THEN regexp_replace(
            regexp_replace(clean(value), '[^\d]', '', 'g'),
            '(\d{4})(\d{6})(\d{2})(\d{2})(\d{6})',
            '\1-\2-\3-\4-\5'
        )
        ELSE clean(value)
    END;

-- 项目编号, 招标项目编号 and 标段(包)编号 of public-resource trading: each adds three digits to the
-- one before.
CREATE OR REPLACE MACRO is_trade_project_code(value) AS regexp_full_match(value, '[A-Z]\d{16}');

CREATE OR REPLACE MACRO is_tender_code(value) AS regexp_full_match(value, '[A-Z]\d{19}');

CREATE OR REPLACE MACRO is_section_code(value) AS regexp_full_match(value, '[A-Z]\d{22}');

-- Six characters from a place, as ISO 7064 MOD 37,2 weighs them: powers of two.
CREATE OR REPLACE MACRO mod_37_2_six(value, first) AS
    letter_digit(value, first)::BIGINT * 32
    + letter_digit(value, first + 1) * 16
    + letter_digit(value, first + 2) * 8
    + letter_digit(value, first + 3) * 4
    + letter_digit(value, first + 4) * 2
    + letter_digit(value, first + 5);

-- 统一交易标识码: type, credit code, day, serial and a check character by ISO 7064 MOD 37,2, with
-- hyphens. Platforms give out codes that do not hold: a remark, not an error.
CREATE OR REPLACE MACRO is_deal_code(value) AS
    CASE
        WHEN NOT regexp_full_match(
            value, '[A-Z]\d{2}-[0-9A-HJ-NP-RTUWXY]{18}-\d{8}-\d{6}-[0-9A-Z*]'
        ) THEN false
        WHEN value IS NOT NULL AND try_strptime(substr(value, 24, 8), '%Y%m%d') IS NULL THEN false
        -- the sum stays below 2^43: one remainder at the end will do
        ELSE (
            letter_digit(value, 1)::BIGINT * 34359738368
            + letter_digit(value, 2)::BIGINT * 17179869184
            + letter_digit(value, 3)::BIGINT * 8589934592
            + mod_37_2_six(value, 5) * 134217728
            + mod_37_2_six(value, 11) * 2097152
            + mod_37_2_six(value, 17) * 32768
            + mod_37_2_six(value, 24) * 512
            + letter_digit(value, 30) * 256
            + letter_digit(value, 31) * 128
            + mod_37_2_six(value, 33) * 2
            + letter_digit(value, 40)
        ) % 37 = 1
    END;
