-- Dates as departments write them: 2024-03-05, 2024/3/5, 2024.3.5, 20240305, 2024年3月5日.
-- What is no date of the calendar, or has a year of two digits, is given back as it stands.

-- The text, where it begins with a year of four digits.
CREATE OR REPLACE MACRO with_year(value) AS
    CASE WHEN regexp_matches(clean(value), '^\d{4}') THEN clean(value) END;

CREATE OR REPLACE MACRO to_date(value) AS
    coalesce(
        try_strptime(
            with_year(value),
            ['%Y-%m-%d', '%Y/%m/%d', '%Y.%m.%d', '%Y年%m月%d日', '%Y%m%d', '%Y-%m-%d %H:%M:%S']
        )::DATE::VARCHAR,
        clean(value)
    );

-- A moment: yyyyMMddHHmmss, or as ISO 8601 writes it; a day alone is its first moment.
CREATE OR REPLACE MACRO to_moment(value) AS
    coalesce(
        try_strptime(
            with_year(value),
            [
                '%Y%m%d%H%M%S',
                '%Y-%m-%d %H:%M:%S',
                '%Y-%m-%dT%H:%M:%S',
                '%Y-%m-%d %H:%M',
                '%Y%m%d',
                '%Y-%m-%d',
                '%Y年%m月%d日'
            ]
        )::TIMESTAMP::VARCHAR,
        clean(value)
    );
