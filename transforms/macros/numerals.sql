-- Numbers in Chinese characters, ordinary and banker's. What is no number is given back as it
-- stands, and so is what could be two: 一百五 is 150 to a speaker, 105 to a careless writer.

-- Figures as digits, units in one form, 十 with its figure: 一千零一十五, 壹仟零拾伍 → 1千01十5.
CREATE OR REPLACE MACRO figures(value) AS
    regexp_replace(
        translate(
            clean(value),
            '〇○零一二三四五六七八九壹贰貳叁參肆伍陆陸柒捌玖两兩拾佰仟萬億',
            '00012345678912233456678922十百千万亿'
        ),
        '(^|[^1-9])十',
        '\11十',
        'g'
    );

-- The figure that a pattern finds, as a number; 0 where there is none.
CREATE OR REPLACE MACRO figure(part, pattern) AS
    coalesce(try_cast(regexp_extract(part, pattern, 1) AS BIGINT), 0);

CREATE OR REPLACE MACRO below_ten_thousand(part) AS
    figure(part, '(\d)千') * 1000
    + figure(part, '(\d)百') * 100
    + figure(part, '(\d)十') * 10
    + figure(part, '(\d)$');

CREATE OR REPLACE MACRO below_hundred_million(part) AS
    below_ten_thousand(regexp_extract(part, '^(.*)万', 1)) * 10000
    + below_ten_thousand(regexp_extract(part, '[^万]*$'));

-- How numbers of two to four figures are written: a unit that is passed over leaves a 零.
CREATE OR REPLACE MACRO written_tens() AS '[1-9]十[1-9]?';

CREATE OR REPLACE MACRO written_hundreds() AS
    '[1-9]百(?:0?' || written_tens() || '|0[1-9])?';

CREATE OR REPLACE MACRO written_below_ten_thousand() AS
    '(?:[1-9]千(?:' || written_hundreds() || '|0' || written_tens() || '|0[1-9])?|'
    || written_hundreds() || '|' || written_tens() || ')';

-- Of two to eight figures: one figure alone after 万 has a 零 before it.
CREATE OR REPLACE MACRO written_below_hundred_million() AS
    '(?:(?:' || written_below_ten_thousand() || '|[1-9])万(?:0?' || written_below_ten_thousand()
    || '|0[1-9])?|' || written_below_ten_thousand() || ')';

CREATE OR REPLACE MACRO written_number() AS
    '(?:' || written_below_hundred_million() || '|[1-9])亿(?:0?'
    || written_below_hundred_million() || '|0[1-9])?|' || written_below_hundred_million();

-- The number in digits: 二〇一九 → 2019, 一千二百三十四 → 1234, 叁万伍仟 → 35000.
CREATE OR REPLACE MACRO chinese_number(value) AS
    CASE
        WHEN NOT regexp_full_match(
            clean(value), '[0-9〇○零一二三四五六七八九十百千万亿壹贰貳叁參肆伍陆陸柒捌玖拾佰仟萬億两兩]+'
        ) THEN clean(value)
        WHEN regexp_full_match(figures(value), '\d+') THEN figures(value)
        WHEN regexp_full_match(figures(value), written_number()) THEN (
            below_hundred_million(regexp_extract(figures(value), '^(.*)亿', 1)) * 100000000
            + below_hundred_million(regexp_extract(figures(value), '[^亿]*$'))
        )::VARCHAR
        ELSE clean(value)
    END;
