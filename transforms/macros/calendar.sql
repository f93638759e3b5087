-- Working days by the State Council's yearly calendar. NULL in, NULL out.
--
-- The table `calendar` (schemas/calendar.csv) names the days off and the make-up days of the years
-- it knows. In other years Monday to Friday are working days; before 1950 and after 2099 nothing
-- is known. The answers are lists in a table of one row, indexed by day: read once per query, 25 ns
-- a value. The same list as a constant in the query is copied for every 2048 rows, and takes 68.

-- One row: for every day since 1950 whether it is a working day and how many there were up to and
-- with it, and all working days in order.
CREATE OR REPLACE TABLE working_days AS
WITH days AS (
    SELECT
        day::DATE AS day,
        CASE kind WHEN 'holiday' THEN false WHEN 'workday' THEN true ELSE isodow(day) <= 5 END
            AS working
    FROM range(DATE '1950-01-01', DATE '2100-01-01', INTERVAL 1 DAY) AS every(day)
    LEFT JOIN calendar USING (day)
),
counted AS (
    SELECT day, working, sum(working::INTEGER) OVER (ORDER BY day)::BIGINT AS number
    FROM days
)
SELECT
    list(working ORDER BY day) AS working,
    list(number ORDER BY day) AS numbers,
    list(day ORDER BY day) FILTER (working) AS days
FROM counted;

-- A day's place in the lists; 0, where nothing is, for a day before them.
CREATE OR REPLACE MACRO calendar_place(day) AS
    greatest(try_cast(day AS DATE) - DATE '1949-12-31', 0);

CREATE OR REPLACE MACRO is_working_day(day) AS
    (SELECT working FROM working_days)[calendar_place(day)];

-- Working days since 1950 up to and with the day; 14088 of them were before 2004.
CREATE OR REPLACE MACRO working_days_since_1950(day) AS
    (SELECT numbers FROM working_days)[calendar_place(day)];

-- Working days since 1 January 2004 up to and with the day; negative before.
CREATE OR REPLACE MACRO working_day_number(day) AS working_days_since_1950(day) - 14088;

-- Working days after the first day, up to and with the second; negative where it comes first.
CREATE OR REPLACE MACRO working_days_between(first_day, second_day) AS
    working_days_since_1950(second_day) - working_days_since_1950(first_day);

CREATE OR REPLACE MACRO calendar_days_between(first_day, second_day) AS
    datediff('day', try_cast(first_day AS DATE), try_cast(second_day AS DATE));

-- The n-th working day after the day, or before it where n is negative; for 0 the day itself.
CREATE OR REPLACE MACRO add_working_days(day, n) AS
    CASE
        WHEN n = 0 THEN try_cast(day AS DATE)
        WHEN n > 0 THEN
            (SELECT days FROM working_days)[greatest(working_days_since_1950(day) + n, 0)]
        ELSE
            (SELECT days FROM working_days)[
                greatest(working_days_since_1950(try_cast(day AS DATE) - 1) + n + 1, 0)
            ]
    END;
