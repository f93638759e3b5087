"""The macro for what tables call a division."""

from __future__ import annotations

import duckdb
import pytest

from gongkai.lake import load_macros


@pytest.mark.parametrize(
    ("division", "printed", "same"),
    [
        ("丽江市", "丽江市", True),
        ("大理白族自治州", "大理白族自治州", True),
        ("大理白族自治州", "大理州", True),
        ("玉龙纳西族自治县", "玉龙县", True),
        ("莫力达瓦达斡尔族自治旗", "莫力达瓦旗", True),
        # a county of no autonomy, a city of the name of a prefecture, one character
        ("宁蒗彝族自治县", "宁县", False),
        ("大理白族自治州", "大理市", False),
        ("玉龙纳西族自治县", "玉溪市", False),
    ],
)
def test_an_autonomous_division_is_called_by_its_short_name(
    division: str, printed: str, same: bool
) -> None:
    with duckdb.connect() as database:
        load_macros(database)
        found = database.execute("SELECT is_called(?, ?)", [division, printed]).fetchone()
    assert found == (same,)
