"""A page with nothing but a map of `?n=` points; says what the polygon was and which points the server found inside."""

import hashlib
import json
import sys
import time
from pathlib import Path

import numpy as np
import streamlit as st

from vidviz.render.point_colours import group_by_label
from vidviz.ui.components.map_component import MapLooks, MapMarks, clip_map
from vidviz.ui.components.map_points import MapPoints

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from parts.many_points import scatter_points

NUM_LABELS = 12


@st.cache_resource
def make_points(count: int) -> MapPoints:
    """Points in groups, with a name and a label each."""
    starts = np.arange(count) % 20 * 2.0
    return MapPoints(
        ids=np.arange(count, dtype=np.int64),
        coordinates=scatter_points(count),
        spans=np.stack([starts, starts + 2], 1),
        titles=[f"video {row // 20}.mp4" for row in range(count)],
        labels=[f"label {row // 20 % NUM_LABELS}" for row in range(count)],
    )


st.set_page_config(layout="wide", page_title="many points")
points = make_points(int(st.query_params.get("n", 1_000_000)))
colours = st.cache_resource(lambda _count: group_by_label(points.labels))(len(points))
ready = time.time()
selected = st.session_state.get("selected")
looks = MapLooks(colours=colours, height_px=700, view_key="scatter")
event = clip_map(points, key="map", marks=MapMarks(selected_ids=selected), looks=looks)
if event.polygon is not None:
    inside = event.polygon.points_inside(points.coordinates)
    st.session_state.selected = points.ids[inside]
    st.session_state.told = {
        "corners": event.polygon.corners.tolist(),
        "count": int(inside.sum()),
        "digest": hashlib.sha256(np.packbits(inside).tobytes()).hexdigest(),
    }
    st.rerun()
st.code(json.dumps({"ready": ready} | st.session_state.get("told", {"count": 0})))
