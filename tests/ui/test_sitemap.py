"""The menu against the pages that there are, and against the README."""

from __future__ import annotations

import re
from itertools import chain
from pathlib import Path

from vidviz.services.dashboard import find_site
from vidviz.ui.sitemap import SECTIONS

TITLES = {name: title for pages in SECTIONS.values() for name, title in pages.items()}


def test_every_page_stands_in_one_section_of_the_menu() -> None:
    listed = list(chain.from_iterable(SECTIONS.values()))
    assert sorted(listed) == sorted(page.stem for page in Path(find_site(), "pages").glob("*.py"))


def test_every_page_has_a_title_of_its_own() -> None:
    assert all(TITLES.values())
    assert len(set(TITLES.values())) == len(TITLES)


def test_the_readme_tells_of_every_page() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    tour = readme.partition("## Five minutes")[2].partition("\n## ")[0]
    told = re.findall(r"^\d\. \*\*(\w+)\.\*\*", tour, re.MULTILINE)
    assert set(TITLES.values()) <= set(told), "each page has a point under 'Five minutes'"
