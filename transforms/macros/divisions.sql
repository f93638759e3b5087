-- Whether a division is what a table calls so: by its name, or an autonomous one by its short name
-- (大理州 for 大理白族自治州, 玉龙县 for 玉龙纳西族自治县).
CREATE OR REPLACE MACRO is_called(division, printed) AS
    division = printed
    OR (
        regexp_matches(division, '自治[州县旗]$')
        AND length(printed) > 2
        AND starts_with(division, left(printed, -1))
        AND right(division, 1) = right(printed, 1)
    );
