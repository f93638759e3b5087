-- Text as departments write it. Every macro takes text and gives text; what it does not
-- understand it gives back unchanged, so that the check can quote it.

-- Trimmed (ideographic spaces too), full-width digits and letters as ASCII, empty as NULL. Most
-- text needs none of it, and to see that is ten times faster than to do it.
CREATE OR REPLACE MACRO clean(value) AS
    nullif(
        CASE
            WHEN regexp_matches(
                value,
                '[０-９Ａ-Ｚ．－％　]|^[ \t\r\n\x{A0}\x{FEFF}]|[ \t\r\n\x{A0}\x{FEFF}]$'
            ) THEN trim(
                translate(
                    value,
                    '０１２３４５６７８９ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ．－％　',
                    '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ.-% '
                ),
                e' \t\r\n' || chr(160) || chr(65279)
            )
            ELSE value
        END,
        ''
    );

-- A number without grouping commas.
CREATE OR REPLACE MACRO number_text(value) AS
    replace(replace(clean(value), ',', ''), '，', '');

-- The number that a text stands for, exactly, to ten decimals; nothing where it is none.
-- DuckDB casts text to a decimal of more than 18 digits 200 times slower than to one of 18: the
-- wide cast is left to what does not fit the narrow one.
CREATE OR REPLACE MACRO exact_number(value) AS
    coalesce(
        try_cast(
            CASE WHEN length(split_part(number_text(value), '.', 2)) <= 8 THEN number_text(value) END
            AS DECIMAL(18, 8)
        )::DECIMAL(28, 10),
        try_cast(number_text(value) AS DECIMAL(28, 10))
    );

-- The number as it was reported, to stand beside the canonical value; nothing where it is none.
CREATE OR REPLACE MACRO reported(value) AS
    try_cast(exact_number(value) AS DECIMAL(22, 6))::VARCHAR;

-- A code in capitals without inner blanks.
CREATE OR REPLACE MACRO code_text(value) AS
    upper(regexp_replace(clean(value), '\s+', '', 'g'));

-- A document number in the official form (GB/T 9704): brackets 〔〕, a serial without 第 and without
-- leading zeros.
CREATE OR REPLACE MACRO document_number(value) AS
    regexp_replace(
        translate(clean(value), '[]【】()（）［］', '〔〕〔〕〔〕〔〕〔〕'),
        '〕第?0*([1-9])', '〕\1'
    );

-- 文号 in the official form: who issued it, a year, a serial.
CREATE OR REPLACE MACRO is_document_number(value) AS
    regexp_full_match(value, '\p{Han}{2,30}〔(19|20)\d{2}〕[1-9]\d*号');

-- Several names in one cell, however a clerk parts them, with 、 between them.
CREATE OR REPLACE MACRO names_text(value) AS
    regexp_replace(clean(value), '[\s、，,；;]+', '、', 'g');
