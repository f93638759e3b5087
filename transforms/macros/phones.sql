-- Telephone numbers. NULL in, NULL out; no text raises.

-- A mobile number: 11 digits.
CREATE OR REPLACE MACRO is_mobile(value) AS regexp_full_match(value, '1[3-9]\d{9}');

-- A landline with its area code (010, 02x, 0xxx), perhaps with an extension.
CREATE OR REPLACE MACRO is_landline(value) AS
    regexp_full_match(value, '0(10|2\d|[3-9]\d{2})-?[2-9]\d{6,7}(-\d{1,6})?');

-- A number that a citizen may call: a mobile or a landline, a hotline of the government (12345,
-- 12315, …), a 400 number.
CREATE OR REPLACE MACRO is_phone(value) AS
    is_mobile(value)
    OR is_landline(value)
    OR regexp_full_match(value, '123\d{2}|400-?\d{3}-?\d{4}');

-- A telephone number in one form: 13912345678, 0513-81234567, 0513-81234567-801, 400-123-4567;
-- without +86, blanks and brackets.
CREATE OR REPLACE MACRO phone(value) AS
    CASE
        WHEN regexp_full_match(clean(value), '(\+?(00)?86)?[\s-]*1[3-9]([\s-]*\d){9}')
            THEN right(regexp_replace(clean(value), '[^\d]', '', 'g'), 11)
        WHEN regexp_full_match(clean(value), '400[\s-]*\d([\s-]*\d){6}') THEN regexp_replace(
            regexp_replace(clean(value), '[^\d]', '', 'g'), '(\d{3})(\d{3})(\d{4})', '\1-\2-\3'
        )
        -- a landline without an extension is left with a hyphen at its end
        ELSE regexp_replace(
            regexp_replace(
                clean(value),
                '^(?:[(（]?\+?(?:00)?86[)）]?[\s-]*[(（]?0?[)）]?|[(（]?0)(10|2\d|[3-9]\d{2})[)）]?'
                || '[\s—-]*([2-9]\d{2,3})[\s-]?(\d{4})(?:\s*(?:转|—|-)\s*(\d{1,6}))?$',
                '0\1-\2\3-\4'
            ),
            '^(0\d{2,3}-\d{7,8})-$',
            '\1'
        )
    END;
