-- Codes with a check of their own. NULL in, NULL out.

-- A code that a spreadsheet took for a number: 1.13205E+17.
CREATE OR REPLACE MACRO is_scientific(value) AS
    regexp_full_match(value, '[+-]?\d(\.\d+)?[Ee]\+?\d+');

-- 统一社会信用代码, GB 32100-2015: 18 characters without I, O, S, V, Z; the last is a check
-- digit, modulo 31 with the weights 3^(i-1).
CREATE OR REPLACE MACRO is_uscc(value) AS
    CASE
        WHEN NOT regexp_full_match(value, '[0-9ABCDEFGHJKLMNPQRTUWXY]{18}') THEN false
        ELSE (
            31 - list_sum(
                list_transform(
                    [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28],
                    (weight, place) -> weight * (
                        strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(value, place, 1)) - 1
                    )
                )
            ) % 31
        ) % 31 = strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(value, 18, 1)) - 1
    END;

-- 居民身份证, GB 11643: 17 digits with a date of birth, and a check digit modulo 11.
CREATE OR REPLACE MACRO is_resident_id(value) AS
    CASE
        WHEN value IS NULL THEN NULL
        WHEN NOT regexp_full_match(value, '[1-9]\d{5}(18|19|20)\d{9}[\dXx]') THEN false
        WHEN try_strptime(substr(value, 7, 8), '%Y%m%d') IS NULL THEN false
        ELSE substr(
            '10X98765432',
            list_sum(
                list_transform(
                    [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2],
                    (weight, place) -> weight * substr(value, place, 1)::INTEGER
                )
            )::INTEGER % 11 + 1,
            1
        ) = upper(substr(value, 18, 1))
    END;
