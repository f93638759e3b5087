-- A row: the final account of the department that the table is of. A blank beside a figure is the
-- form's nought; the budget printed beside it may be an adjusted one, and is not taken.
SELECT
    _year AS fiscal_year,
    'local:' || line_name(_unit_name) AS unit_code,
    line_name(_unit_name) AS unit_name,
    'final' AS phase,
    to_yuan(coalesce(clean(出国费), '0'), _unit) AS overseas,
    to_yuan(coalesce(clean(购置费), '0'), _unit) AS vehicle_purchase,
    to_yuan(coalesce(clean(运行费), '0'), _unit) AS vehicle_operation,
    to_yuan(coalesce(clean(用车小计), '0'), _unit) AS vehicle_total,
    to_yuan(coalesce(clean(接待费), '0'), _unit) AS reception,
    to_yuan(coalesce(clean(合计), '0'), _unit) AS total,
    reported(出国费) AS overseas_reported,
    reported(购置费) AS vehicle_purchase_reported,
    reported(运行费) AS vehicle_operation_reported,
    reported(用车小计) AS vehicle_total_reported,
    reported(接待费) AS reception_reported,
    reported(合计) AS total_reported,
    _unit AS unit_reported,
    _file,
    _part,
    _line
FROM delivery
