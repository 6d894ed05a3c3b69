"""The engine panel shows what other programs and files are called as text."""

from __future__ import annotations

from vidviz.errors import IndexLockedError
from vidviz.services.index import background_build, engine
from vidviz.services.index.background_build import Building
from vidviz.services.library import embedding_sets
from vidviz.ui.plain_text import plain

HOSTILE = "open in process 7 (player <b>*a*</b> [x](http://y) $z$)"


def test_who_holds_the_file_and_why_a_build_failed_are_no_markdown(prepared, show, monkeypatch):
    prepared.fill()

    def refuse(*_args):
        raise IndexLockedError(HOSTILE)

    key = embedding_sets.find_set(prepared.folder).key
    monkeypatch.setattr(engine, "open_milvus", refuse)
    place = (str(prepared.folder.path), key, "COSINE")
    monkeypatch.setitem(background_build._builds, place, Building(active=False, error=HOSTILE))
    page = show("search", {"search view": "Engine"})
    assert [said.value for said in page.app.warning] == [plain(HOSTILE)]
    assert [said.value for said in page.app.error] == [plain(HOSTILE)]
