-- What is odd in the wording of a document. Every macro takes a text and gives the odd place, to be
-- quoted; nothing where there is none.

-- A sentence that a page break cut: a line that ends in no sign that could end one.
CREATE OR REPLACE MACRO cut_sentence(value) AS
    nullif(regexp_extract(value, '[^\n]{0,12}[^。；：！？\s]\n[^\n]{0,12}'), '');

-- An English word that joins Chinese ones.
CREATE OR REPLACE MACRO foreign_word(value) AS
    nullif(regexp_extract(value, '\p{Han}{1,6}\s*\b(?:and|or|of|the)\b\s*\p{Han}{1,6}'), '');

-- Slips that were met in published documents: 民生实(事)项目, 案列 for 案例, 专列 for 专栏, 责任渠道 for
-- 责任主体、监督渠道, 笫 for 第.
CREATE OR REPLACE MACRO slip_of_the_pen(value) AS
    nullif(
        regexp_extract(value, '民生实项目|典型案列|(?:网站|政策|栏目).{0,6}专列|责任渠道|笫'), ''
    );

-- A phrase of six characters or more that stands twice in one text.
CREATE OR REPLACE MACRO repeated_phrase(value) AS
    list_filter(
        regexp_split_to_array(value, '[、，。；,;]'),
        (phrase, place) -> length(phrase) >= 6
            AND list_contains(regexp_split_to_array(value, '[、，。；,;]')[: place - 1], phrase)
    )[1];

-- Whether a list of organisations names a class of them (各镇, 有关部门), not those that it means.
CREATE OR REPLACE MACRO names_a_class(value) AS
    regexp_matches(value, '(^|、)(.{0,2}各|.{0,2}有关部门)');

-- Characters of nobody's, or what a decoder puts for bytes that it does not know: the text is lost
-- there.
CREATE OR REPLACE MACRO lost_text(value) AS
    nullif(regexp_extract(value, '.{0,4}[\x{E000}-\x{F8FF}\x{FFFD}].{0,4}'), '');
