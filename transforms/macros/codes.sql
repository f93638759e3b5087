-- Codes of organisations, persons, schools and land. NULL in, NULL out; no text raises. A check
-- digit is a sum of single characters, written out: twice as fast as a loop over a list.

-- A code that a spreadsheet took for a number: 1.13205E+17.
CREATE OR REPLACE MACRO is_scientific(value) AS
    regexp_full_match(value, '[+-]?\d(\.\d+)?[Ee]\+?\d+');

-- What the character at a place counts in 统一社会信用代码: its place in
-- 0123456789ABCDEFGHJKLMNPQRTUWXY, from 0.
CREATE OR REPLACE MACRO uscc_digit(value, place) AS
    [
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
        10, 11, 12, 13, 14, 15, 16, 17, NULL, 18, 19, 20, 21, 22, NULL, 23, 24, 25, NULL, 26, 27,
        NULL, 28, 29, 30
    ][ord(substr(value, place, 1)) - 47];

-- 统一社会信用代码, GB 32100-2015: 18 characters without I, O, S, V, Z; the last is a check
-- digit, modulo 31 with the weights 3^(i-1).
CREATE OR REPLACE MACRO is_uscc(value) AS
    CASE
        WHEN NOT regexp_full_match(value, '[0-9ABCDEFGHJKLMNPQRTUWXY]{18}') THEN false
        ELSE (
            uscc_digit(value, 1)
            + uscc_digit(value, 2) * 3
            + uscc_digit(value, 3) * 9
            + uscc_digit(value, 4) * 27
            + uscc_digit(value, 5) * 19
            + uscc_digit(value, 6) * 26
            + uscc_digit(value, 7) * 16
            + uscc_digit(value, 8) * 17
            + uscc_digit(value, 9) * 20
            + uscc_digit(value, 10) * 29
            + uscc_digit(value, 11) * 25
            + uscc_digit(value, 12) * 13
            + uscc_digit(value, 13) * 8
            + uscc_digit(value, 14) * 24
            + uscc_digit(value, 15) * 10
            + uscc_digit(value, 16) * 30
            + uscc_digit(value, 17) * 28
            + uscc_digit(value, 18)
        ) % 31 = 0
    END;

-- What the character at a place counts where A is 10 and Z is 35; * is 36.
CREATE OR REPLACE MACRO letter_digit(value, place) AS
    [
        36, NULL, NULL, NULL, NULL, NULL, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, NULL, NULL, NULL, NULL,
        NULL, NULL, NULL, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27,
        28, 29, 30, 31, 32, 33, 34, 35
    ][ord(substr(value, place, 1)) - 41];

-- Whether eight characters have the check digit that stands at a place, modulo 11 (X is 10).
CREATE OR REPLACE MACRO has_organisation_check(value, first, last) AS
    (
        letter_digit(value, first) * 3
        + letter_digit(value, first + 1) * 7
        + letter_digit(value, first + 2) * 9
        + letter_digit(value, first + 3) * 10
        + letter_digit(value, first + 4) * 5
        + letter_digit(value, first + 5) * 8
        + letter_digit(value, first + 6) * 4
        + letter_digit(value, first + 7) * 2
        + CASE substr(value, last, 1) WHEN 'X' THEN 10 ELSE letter_digit(value, last) END
    ) % 11 = 0;

-- 组织机构代码, GB 11714: eight characters and a check digit, with or without a hyphen.
CREATE OR REPLACE MACRO is_organisation_code(value) AS
    CASE
        WHEN NOT regexp_full_match(value, '[0-9A-Z]{8}-?[0-9X]') THEN false
        ELSE has_organisation_check(value, 1, length(value))
    END;

-- Whether places 9 to 17 of a 统一社会信用代码 are an organisation code. Organisations that never
-- had one, and some registries, fill these places without it: a remark, not an error.
CREATE OR REPLACE MACRO uscc_inner_holds(value) AS
    CASE
        WHEN NOT regexp_full_match(value, '[0-9A-Z]{16}[0-9X][0-9A-Z]') THEN false
        ELSE has_organisation_check(value, 9, 17)
    END;

-- The digit of a number that stands at a power of ten.
CREATE OR REPLACE MACRO digit_at(number, power) AS number // power % 10;

-- 居民身份证, GB 11643: 17 digits with a date of birth, and a check digit modulo 11.
CREATE OR REPLACE MACRO is_resident_id(value) AS
    CASE
        WHEN value IS NULL THEN NULL
        WHEN NOT regexp_full_match(value, '[1-9]\d{5}(18|19|20)\d{9}[\dXx]') THEN false
        WHEN try_strptime(substr(value, 7, 8), '%Y%m%d') IS NULL THEN false
        -- the number in a list of one: it is read once, and all digits are taken from it
        ELSE substr(
            '10X98765432',
            list_transform(
                [substr(value, 1, 17)::BIGINT],
                lambda number: digit_at(number, 10000000000000000) * 7
                    + digit_at(number, 1000000000000000) * 9
                    + digit_at(number, 100000000000000) * 10
                    + digit_at(number, 10000000000000) * 5
                    + digit_at(number, 1000000000000) * 8
                    + digit_at(number, 100000000000) * 4
                    + digit_at(number, 10000000000) * 2
                    + digit_at(number, 1000000000)
                    + digit_at(number, 100000000) * 6
                    + digit_at(number, 10000000) * 3
                    + digit_at(number, 1000000) * 7
                    + digit_at(number, 100000) * 9
                    + digit_at(number, 10000) * 10
                    + digit_at(number, 1000) * 5
                    + digit_at(number, 100) * 8
                    + digit_at(number, 10) * 4
                    + digit_at(number, 1) * 2
            )[1] % 11 + 1,
            1
        ) = upper(substr(value, 18, 1))
    END;

-- What two digits count in Luhn's sum, modulo 10: the left one is doubled, and a doubled digit
-- above 9 counts one more (18 is 1 + 8, as 8 + 1).
CREATE OR REPLACE MACRO luhn_pair(number, power) AS
    number // power % 10
    + number // (power::UBIGINT * 10) % 10 * 2
    + number // (power::UBIGINT * 50) % 2;

-- A bank card, ISO/IEC 7812: 16 to 19 digits with Luhn's check digit. Accounts of organisations
-- often have none: not being a card says nothing about an account.
CREATE OR REPLACE MACRO is_bank_card(value) AS
    CASE
        WHEN NOT regexp_full_match(value, '[1-9]\d{15,18}') THEN false
        ELSE list_transform(
            [value::UBIGINT],
            lambda number: luhn_pair(number, 1)
                + luhn_pair(number, 100)
                + luhn_pair(number, 10000)
                + luhn_pair(number, 1000000)
                + luhn_pair(number, 100000000)
                + luhn_pair(number, 10000000000)
                + luhn_pair(number, 1000000000000)
                + luhn_pair(number, 100000000000000)
                + luhn_pair(number, 10000000000000000)
                + number // 1000000000000000000
        )[1] % 10 = 0
    END;

-- 学校(机构)标识码: kind of school, province, six digits; those of a university are 0 and its
-- national code of five digits. 66 is 新疆生产建设兵团.
CREATE OR REPLACE MACRO is_school_code(value) AS
    regexp_full_match(
        value,
        '((11|2[12]|3[1-7]|51|9[1-3])(1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-6]|71|8[12])\d'
        || '|4[12](1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-6]|71|8[12])0)\d{5}'
    );

-- A school code of one province, given as 32 or as any division's code that begins so.
CREATE OR REPLACE MACRO is_school_code_of(value, province) AS
    CASE
        WHEN value IS NOT NULL AND province IS NOT NULL THEN
            is_school_code(value) AND substr(value, 3, 2) = substr(province, 1, 2)
    END;

-- 宗地代码, GB/T 37346-2019: county, cadastral area and sub-area, ownership and use, serial.
CREATE OR REPLACE MACRO is_parcel_code(value) AS
    regexp_full_match(value, '\d{12}[GJZ][A-Z]\d{5}');

-- 不动产单元代码, GB/T 37346-2019: a parcel and what stands on it (W: nothing).
CREATE OR REPLACE MACRO is_real_estate_unit(value) AS
    regexp_full_match(value, '\d{12}[GJZ][A-Z]\d{5}[FLQW]\d{8}');

-- A bond's code on a market: six digits at an exchange, seven between banks. It has no check.
CREATE OR REPLACE MACRO is_bond_code(value) AS regexp_full_match(value, '\d{6,7}');
