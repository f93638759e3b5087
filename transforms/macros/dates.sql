-- Dates as departments write them: 2024-03-05, 2024/3/5, 2024.3.5, 20240305, 2024年3月5日,
-- 二〇二四年三月五日.
-- What is no date of the calendar, or has a year of two digits, is given back as it stands.

-- The text, where it begins with a year of four digits.
CREATE OR REPLACE MACRO with_year(value) AS
    CASE WHEN regexp_matches(clean(value), '^\d{4}') THEN clean(value) END;

-- A date in Chinese characters with digits, 二〇一九年六月二十八日 as 2019年6月28日; nothing where it
-- is none.
CREATE OR REPLACE MACRO written_date(value) AS
    CASE
        WHEN regexp_full_match(
            value,
            '[〇○零一二三四五六七八九]{4}年(十[一二]?|[一二三四五六七八九])月'
            || '([二三]?十[一二三四五六七八九]?|[一二三四五六七八九])日'
        ) THEN translate(
            regexp_replace(
                -- 十 is 1 before its ones, 10 alone, nothing between two figures, 0 after the tens
                regexp_replace(
                    translate(value, '〇○零一二三四五六七八九', '000123456789'),
                    '(年|月)十',
                    '\11十',
                    'g'
                ),
                '十([月日])',
                '0\1',
                'g'
            ),
            '十',
            ''
        )
    END;

-- A format that does not fit costs six times one that does: each is tried where it can fit.
CREATE OR REPLACE MACRO to_date(value) AS
    coalesce(
        CASE substr(with_year(value), 5, 1)
            WHEN '-' THEN try_strptime(clean(value), ['%Y-%m-%d', '%Y-%m-%d %H:%M:%S'])
            WHEN '/' THEN try_strptime(clean(value), '%Y/%m/%d')
            WHEN '.' THEN try_strptime(clean(value), '%Y.%m.%d')
            WHEN '年' THEN try_strptime(clean(value), '%Y年%m月%d日')
            ELSE coalesce(
                try_strptime(with_year(value), '%Y%m%d'),
                try_strptime(written_date(clean(value)), '%Y年%m月%d日')
            )
        END::DATE::VARCHAR,
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
