-- Units. A value that is no number is given back as it stands.

-- How many yuan one unit is.
CREATE OR REPLACE MACRO unit_size(unit) AS
    CASE unit WHEN '元' THEN 1 WHEN '万元' THEN 10000 WHEN '亿元' THEN 100000000 END;

-- Yuan to the fen.
CREATE OR REPLACE MACRO to_yuan(value, unit) AS
    coalesce(
        round(
            try_cast(number_text(value) AS DECIMAL(28, 8)) * unit_size(unit)::DECIMAL(10, 0), 2
        )::DECIMAL(28, 2)::VARCHAR,
        clean(value)
    );

-- Square metres to the square centimetre; 1 公顷 = 15 亩 = 10 000 ㎡.
CREATE OR REPLACE MACRO to_square_metres(value, unit) AS
    coalesce(
        CASE unit
            WHEN '平方米' THEN try_cast(number_text(value) AS DECIMAL(28, 4))
            WHEN '公顷' THEN try_cast(number_text(value) AS DECIMAL(24, 8)) * 10000
            WHEN '亩' THEN round(try_cast(number_text(value) AS DECIMAL(20, 6)) * 10000 / 15, 2)
        END::DECIMAL(18, 2)::VARCHAR,
        clean(value)
    );
