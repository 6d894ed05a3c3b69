"""The engine panel: what answers searches, what it holds, and how to check, rebuild, drop or move it."""

from __future__ import annotations

from functools import partial

import streamlit as st

from vidviz.errors import VidvizError
from vidviz.index_design import IndexDesign
from vidviz.log.told_errors import sentence_of
from vidviz.numbers.metrics import SearchMetric
from vidviz.records import EmbeddingSet
from vidviz.services.index import background_build, engine, set_index
from vidviz.services.index.engine import Collection, EngineReport
from vidviz.ui import messages
from vidviz.ui.plain_text import plain
from vidviz.workspace_folder import WorkspaceFolder

SAID = "engine said"


def draw_engine(folder: WorkspaceFolder, chosen: EmbeddingSet) -> None:
    """The engine in a few lines, its collections as a table, and what can be done."""
    with messages.telling_errors():
        report = engine.examine_engine(folder)
        _draw_report(report)
        if report.note:
            st.warning(plain(report.note))
        else:
            _draw_collections(report.collections)
        _draw_actions(folder, chosen, report)
        _draw_moving(report)
    if outcome := st.session_state.pop(SAID, ""):
        st.success(outcome)


def _draw_report(report: EngineReport) -> None:
    kind = "Milvus Lite, a folder of this machine" if report.lite else "Milvus server"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.badge(kind, color="blue")
        st.text(report.address)
        if report.version:
            st.caption(report.version)
    if report.advice:
        st.warning(report.advice)


def _draw_collections(collections: tuple[Collection, ...]) -> None:
    if not collections:
        st.info("There is no collection yet; the first search builds one.")
        return
    rows = [
        {
            "set": one.title,
            "collection": one.found.name,
            "rows": one.found.rows,
            "vectors stored": one.stored,
            "state": _say_state(one),
            "D": one.found.dimension,
            "index": one.found.kind,
            "metric": one.found.metric,
            "MB": round(one.found.bytes_on_disk / 1e6, 1) if one.found.bytes_on_disk else None,
        }
        for one in collections
    ]
    st.dataframe(rows, hide_index=True)
    st.caption("Vectors by cosine are stored at unit length and compared by inner product (IP), which is the same.")


def _say_state(one: Collection) -> str:
    if one.trial:
        return "of the index lab: goes with its trial, or with the next of this set where that was broken off"
    if one.stored is None:
        return "of another workspace"
    return "in line" if one.stored == one.found.rows else f"{one.stored - one.found.rows:+d} rows to bring in line"


def _draw_actions(folder: WorkspaceFolder, chosen: EmbeddingSet, report: EngineReport) -> None:
    st.caption(f"For {chosen.spec.title}")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if st.button("Check", help="Hold the collection against the stored vectors."):
            _say(partial(_check, folder, chosen.key))
        design = None if report.lite else _choose_design()
        if st.button("Rebuild", help="Drop the collection and build it from the stored vectors, in the background."):
            background_build.begin_rebuild(folder, chosen.key, design)
        with st.popover("Drop a collection"):
            _draw_drop(folder, report)
    draw_building(folder, chosen.key)


def draw_building(folder: WorkspaceFolder, set_key: str, metric: SearchMetric = "COSINE") -> None:
    """How far the collection of a set is, while it is built in the background; why, where that failed."""
    building = background_build.find_building(folder, set_key, metric)
    if building is None:
        return
    if building.active:
        _draw_progress(folder, set_key, metric)
    elif building.error:
        st.error(plain(building.error))


@st.fragment(run_every=1.0)
def _draw_progress(folder: WorkspaceFolder, set_key: str, metric: SearchMetric) -> None:
    building = background_build.find_building(folder, set_key, metric)
    if building is None or not building.active:
        st.rerun()  # the whole page: the engine answers now
    st.progress(building.share, f"Building the index: {building.done:,} of {building.total:,} clips")


def _draw_drop(folder: WorkspaceFolder, report: EngineReport) -> None:
    names = [one.found.name for one in report.collections]
    if not names:
        st.caption("There is none.")
        return
    name = st.selectbox("Collection", names, key="drop collection")
    sure = st.checkbox("Yes, drop it. It is built again when it is next needed.", key=f"sure to drop {name}")
    if st.button("Drop", disabled=not sure) and sure:
        _say(partial(_drop, folder, name))


def _choose_design() -> IndexDesign | None:
    with st.popover("Index"):
        kind = st.segmented_control(
            "Kind",
            ["HNSW", "IVF_FLAT", "FLAT"],
            default="HNSW",
            required=True,
            key="design kind",
            help="HNSW walks a graph; IVF_FLAT looks into the nearest cells; FLAT compares all and misses nothing.",
        )
        if kind == "HNSW":
            m = st.number_input("M: links a clip", 2, 64, 16, key="design m")
            construction = st.number_input("efConstruction", 8, 1024, 200, key="design construction")
            return IndexDesign(kind="HNSW", m=int(m), ef_construction=int(construction))
        if kind == "IVF_FLAT":
            return IndexDesign(kind="IVF_FLAT", nlist=int(st.number_input("nlist: cells", 1, 4096, 128, key="nlist")))
        return IndexDesign(kind="FLAT")


def _say(act: partial[str]) -> None:
    try:
        with st.spinner("Working"):
            outcome = act()
    except VidvizError as error:
        st.error(plain(sentence_of(error)))
        return
    st.session_state[SAID] = outcome
    st.rerun()


def _check(folder: WorkspaceFolder, set_key: str) -> str:
    found = set_index.summarise_check(folder, set_key)
    if not found["missing"] and not found["extra"]:
        return f"The collection is in line with the {found['stored']:,} vectors stored."
    set_index.doubt_set(folder, set_key)
    missing, extra = found["missing"], found["extra"]
    return f"{missing:,} vectors are missing and {extra:,} should not be there; the next search mends it."


def _drop(folder: WorkspaceFolder, name: str) -> str:
    engine.drop(folder, name)
    return f"Dropped {name}."


def _draw_moving(report: EngineReport) -> None:
    if not report.lite:
        return
    with st.expander("Move to a Milvus server"):
        st.markdown(
            f"Milvus Lite is one file that one process may open, good to about {engine.LITE_CLIPS:,} clips. A server "
            f"takes more, and several dashboards. Start one with the [compose file of Milvus]({engine.COMPOSE_PAGE}), "
            "then move the workspace (again, should it be interrupted; it goes on where it stopped) and look there:"
        )
        st.code(
            "vidviz index push --uri http://127.0.0.1:19530\nVIDVIZ_MILVUS_URI=http://127.0.0.1:19530 vidviz serve",
            language="bash",
        )
