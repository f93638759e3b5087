-- Units. A value that is no number is given back as it stands; a number in a unit that nobody
-- knows is given back with that unit, so that it is never taken for a converted one.

-- How many yuan one unit is.
CREATE OR REPLACE MACRO unit_size(unit) AS
    CASE unit WHEN '元' THEN 1 WHEN '万元' THEN 10000 WHEN '亿元' THEN 100000000 END;

-- What stands where no conversion was possible.
CREATE OR REPLACE MACRO unconverted(value, unit, known) AS
    CASE
        WHEN known THEN clean(value)
        ELSE clean(value) || ' ' || coalesce(clean(unit), '单位不明')
    END;

-- Yuan to the fen: ten digits of 亿元 are that.
CREATE OR REPLACE MACRO to_yuan(value, unit) AS
    coalesce(
        try_cast(
            round(
                exact_number(value) * unit_size(unit)::DECIMAL(10, 0), 2
            ) AS DECIMAL(28, 2)
        )::VARCHAR,
        unconverted(value, unit, unit_size(unit) IS NOT NULL)
    );

-- Square metres to the square centimetre; 1 公顷 = 15 亩 = 10 000 ㎡.
CREATE OR REPLACE MACRO to_square_metres(value, unit) AS
    coalesce(
        try_cast(
            CASE unit
                WHEN '平方米' THEN exact_number(value)
                WHEN '公顷' THEN exact_number(value) * 10000
                WHEN '亩' THEN round(exact_number(value) * 10000 / 15, 2)
            END AS DECIMAL(18, 2)
        )::VARCHAR,
        unconverted(value, unit, coalesce(unit, '') IN ('平方米', '公顷', '亩'))
    );
