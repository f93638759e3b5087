"""The workbook that a province's finance department fills for the national platform of local
government bonds: each sheet a form of 财预〔2018〕209号, with the template's hidden lines."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.real.taking_in import TakenIn, needs_real_files, take_in

pytestmark = needs_real_files

WORKBOOK = "debt/celma_44_guangdong_2022.xlsx"
YI = 100_000_000


def yuan(printed: str) -> Decimal:
    """What the workbook shows in 亿元."""
    return Decimal(printed) * YI


@pytest.fixture(scope="module")
def limits(tmp_path_factory: pytest.TempPathFactory) -> TakenIn:
    folder = tmp_path_factory.mktemp("limits")
    return take_in(folder, "gov_debt_limit_balance", "celma_workbook", WORKBOOK)


@pytest.fixture(scope="module")
def moves(tmp_path_factory: pytest.TempPathFactory) -> TakenIn:
    return take_in(
        tmp_path_factory.mktemp("moves"), "gov_debt_rollforward", "celma_workbook", WORKBOOK
    )


def test_every_region_is_accepted_under_its_national_code(limits: TakenIn) -> None:
    report = limits.report
    # 166 lines of the sheet less the template's lines, titles, header, formulas and two notes
    assert (report["text_rows"], report["rows_in"]) == (155, 155)
    assert (report["accepted"], report["quarantined"]) == (155, 0)
    counted = limits.ask(
        "SELECT scope, count(*), count(DISTINCT region_code), any_value(fiscal_year) "
        "FROM lake.finance.gov_debt_limit_balance GROUP BY scope ORDER BY scope"
    )
    # the province and 20 cities; 深圳, whose limit the centre sets apart, has a workbook of its own
    assert counted == [("own", 21, 21, 2022), ("whole", 134, 134, 2022)]


@pytest.mark.parametrize(
    ("code", "scope", "limit", "balance"),
    [
        ("440000", "whole", "24031.883738", "22988.236813"),
        # its code in the platform is still that of the county-level city it was, 440183
        ("440118", "whole", "423.797101", "407.290803"),
        # printed as 城区, of which there are three in the country
        ("441502", "whole", "28.397105", "27.912811"),
        ("440600", "own", "379.934201", "249.932344"),
    ],
)
def test_what_is_printed_is_what_is_kept(
    limits: TakenIn, code: str, scope: str, limit: str, balance: str
) -> None:
    [kept] = limits.ask(
        "SELECT total_limit, total_balance, phase, unit_reported "
        "FROM lake.finance.gov_debt_limit_balance "
        f"WHERE region_code = '{code}' AND scope = '{scope}'"
    )
    assert kept == (yuan(limit), yuan(balance), "final", "亿元")


def test_the_limits_of_cities_add_up_to_the_province_and_their_balances_do_not(
    limits: TakenIn,
) -> None:
    [(cities, limit, balance)] = limits.ask(
        "SELECT count(*), sum(total_limit), sum(total_balance) "
        "FROM lake.finance.gov_debt_limit_balance "
        "WHERE region_code LIKE '44__00' AND ((region_code <> '440000' AND scope = 'whole') "
        "OR (region_code = '440000' AND scope = 'own'))"
    )
    assert cities == 21
    assert abs(limit - yuan("24031.883738")) <= 21 * Decimal(100)
    # printed without the counties that settle with the province
    assert balance < yuan("22988.236813") - yuan("1000")


def test_a_city_whose_balance_leaves_counties_out_is_held_for_a_steward(limits: TakenIn) -> None:
    verdict = {judged["rule"]: judged for judged in limits.report["verdict"]}
    broken = verdict["city_is_own_level_plus_counties"]
    assert not broken["holds"] and broken["weight"] == "suspicion"
    # 韶关: 338.95 亿元 printed, 242.05 its own level, 370.09 its counties
    assert "region_code 440200" in broken["examples"][0]
    assert (
        "whole 33895262700.00, own_level 24205297800.00, counties 37008654900.00"
        in (broken["examples"][0])
    )


def test_every_item_of_issue_and_repayment_is_accepted_for_both_scopes(moves: TakenIn) -> None:
    report = moves.report
    assert (report["text_rows"], report["rows_in"]) == (26, 52)
    assert (report["accepted"], report["quarantined"]) == (52, 0)


@pytest.mark.parametrize(
    ("item", "debt", "whole", "own"),
    [
        ("issue_new", "special", "3723.0", "188.58"),
        ("prior_limit", "total", "20018.8837383003", "2646.6890584244"),
        ("interest", "general", "240.38704517490007", "50.911016776400004"),
    ],
)
def test_an_item_is_kept_to_the_fen(
    moves: TakenIn, item: str, debt: str, whole: str, own: str
) -> None:
    kept = moves.ask(
        "SELECT amount FROM lake.finance.gov_debt_rollforward "
        f"WHERE item_code = '{item}' AND debt_type = '{debt}' AND region_code = '440000' "
        "AND fiscal_year = 2022 ORDER BY scope DESC"
    )
    cent = Decimal("0.01")
    assert kept == [(yuan(whole).quantize(cent),), (yuan(own).quantize(cent),)]


def test_what_was_issued_is_the_sum_of_its_parts(moves: TakenIn) -> None:
    sums = moves.ask(
        "SELECT scope, sum(amount) FILTER (item_code LIKE 'issue\\__%' ESCAPE '\\') "
        "- sum(amount) FILTER (item_code = 'issue') "
        "FROM lake.finance.gov_debt_rollforward GROUP BY scope"
    )
    assert [abs(difference) < 1 for _, difference in sums] == [True, True]


def test_balances_that_do_not_roll_forward_are_marked(moves: TakenIn) -> None:
    # 231 227 773.76 yuan for the province, 115 998 884.46 for its own level: no line explains it
    assert moves.findings() == [("warning", "difference_is_explained", "difference", 2)]
    verdict = {judged["rule"]: judged["holds"] for judged in moves.report["verdict"]}
    assert not verdict["balance_rolls_forward"]
    assert verdict["total_is_general_plus_special"]


@pytest.fixture(scope="module")
def uses(tmp_path_factory: pytest.TempPathFactory) -> TakenIn:
    return take_in(tmp_path_factory.mktemp("uses"), "gov_bond_project", "celma_workbook", WORKBOOK)


def test_every_use_of_a_bond_is_judged(uses: TakenIn) -> None:
    report = uses.report
    # 5905 lines less seven above the table and the note below it
    assert (report["text_rows"], report["rows_in"]) == (5897, 5897)
    assert (report["accepted"], report["quarantined"]) == (5442, 455)
    assert uses.findings() == [
        # divisions under codes that they gave up: the platform's 440183 is 440118 since 2014
        ("error", "codelist", "region_code", 292),
        # two projects whose number does not name a division
        ("error", "required", "region_code", 2),
        ("error", "required", "supervisor", 161),
    ]


@pytest.mark.parametrize(
    ("project", "month", "kind", "size", "region"),
    [
        ("P21441300-0027", "2022-05", "其他领域专项债券", "193.3795", "441300"),
        ("P18445100-0066", "2022-06", "一般债券", "53.9181", "445100"),
        ("P204400-0104", "2022-03", "其他领域专项债券", "145.0462", "440000"),
    ],
)
def test_a_project_is_kept_with_the_bond_and_without_an_amount_that_is_not_its_own(
    uses: TakenIn, project: str, month: str, kind: str, size: str, region: str
) -> None:
    [kept] = uses.ask(
        "SELECT bond_kind, bond_size, region_code, arranged_amount, report_year "
        "FROM lake.finance.gov_bond_project "
        f"WHERE project_code = 'local:{project}' AND issue_month = '{month}' "
        f"AND bond_size_reported = {size}"
    )
    assert kept == (kind, yuan(size), region, None, 2022)


def test_the_bonds_of_the_year_add_up_to_what_was_issued(uses: TakenIn, moves: TakenIn) -> None:
    bonds = uses.ask(
        "SELECT bond_kind = '一般债券', sum(bond_size) FROM "
        "(SELECT DISTINCT bond_code, bond_kind, bond_size FROM lake.finance.gov_bond_project "
        "WHERE issue_month LIKE '2022-%') GROUP BY 1 ORDER BY 1"
    )
    issued = moves.ask(
        "SELECT debt_type = 'general', amount FROM lake.finance.gov_debt_rollforward "
        "WHERE item_code = 'issue_new' AND scope = 'whole' ORDER BY 1"
    )
    assert bonds == issued == [(False, yuan("3723.0")), (True, yuan("355.6381"))]
