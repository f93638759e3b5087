"""The layout that the documents declare, run on the real file that it was declared for."""

from __future__ import annotations

import re
from pathlib import Path

from gongkai import pipeline
from gongkai.lake import session
from tests.real.taking_in import REAL, needs_real_files
from tests.support import PROJECT, a_home, drop_folder

DOCUMENT = PROJECT / "docs" / "a-new-layout.md"
FILE = "school/sh_middle_schools_2024.csv"

pytestmark = needs_real_files


def block(kind: str, place: int = 0) -> str:
    """A fenced block of the document."""
    found = re.findall(rf"^```{kind}\n(.*?)^```", DOCUMENT.read_text("utf-8"), re.M | re.S)
    return str(found[place])


def test_the_documented_layout_takes_the_file_in(tmp_path: Path) -> None:
    city = tmp_path / "city"
    folder = city / "school_directory"
    folder.mkdir(parents=True)
    (city / "city.yaml").write_text(block("yaml"), encoding="utf-8")
    (folder / "city_list.yaml").write_text(block("yaml", 1), encoding="utf-8")
    (folder / "city_list.sql").write_text(block("sql"), encoding="utf-8")
    (folder / Path(FILE).name).write_bytes((Path(REAL or "") / FILE).read_bytes())
    home = a_home(
        tmp_path / "home",
        sources=city,
        connections={"gongkai_education": drop_folder(city)},
    )
    outcome = pipeline.run("school_directory", home)
    assert outcome.state == "published", outcome.error
    assert outcome.staged is not None
    assert (outcome.staged.text_rows, outcome.staged.skipped) == (663, 7)
    assert (outcome.staged.rows_in, outcome.staged.quarantined) == (663, 0)
    with session(home) as database:
        rows = database.sql(
            "SELECT region_name, ownership, count(*) FROM lake.enrolment.school_directory "
            "GROUP BY ALL ORDER BY 3 DESC LIMIT 3"
        ).fetchall()
    assert rows == [("浦东区", "public", 118), ("宝山区", "public", 58), ("闵行区", "public", 54)]
