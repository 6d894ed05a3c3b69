"""A page with every component on it; `?show=` chooses which."""

import json
import os
from pathlib import Path

import numpy as np
import streamlit as st

from vidviz.introspect.fields.step_moments import even_centres
from vidviz.render.point_colours import Values, group_by_label
from vidviz.render.sheets import SheetLayout
from vidviz.ui.components.film import feature_film
from vidviz.ui.components.film_data import FilmClip, FilmLane, FilmLayer, Picked, Place
from vidviz.ui.components.gallery_and_player import ShownClip, clip_gallery, clip_player
from vidviz.ui.components.map_component import MapLooks, MapMarks, MapPath, clip_map
from vidviz.ui.components.map_points import MapPoints
from vidviz.ui.components.timeline import Slot, timeline

MEDIA = Path(os.environ["VIDVIZ_TEST_MEDIA"])


def make_points(num_clips: int, layout: str, dimensions: int) -> MapPoints:
    rng = np.random.default_rng(7)
    group = np.arange(num_clips) % 5
    centres = rng.normal(size=(5, 3)) * 4
    places = (centres[group] + rng.normal(size=(num_clips, 3)))[:, :dimensions]
    if layout == "turned":
        places = places[:, ::-1] * 2
    names = ["slide left", "slide right", "turn clockwise", "<b>bold</b> <img src=x onerror=alert(1)>", ""]
    starts = (np.arange(num_clips) % 3) * 0.5
    return MapPoints(
        ids=np.arange(num_clips, dtype=np.int64) + 9_007_199_254_700_000,
        coordinates=places,
        spans=np.stack([starts, starts + 0.5], 1),
        titles=[f"<i>video</i> {i // 5}.mp4" for i in range(num_clips)],
        labels=[names[i] for i in group],
        scores=rng.random(num_clips),
    )


def show_map() -> None:
    """`?n=` points; `limit=0` draws them by WebGL, `more=` turns on ribbons, posters, hidden clips, a part in view."""
    ask = st.query_params
    num_clips, more = int(ask.get("n", 300)), ask.get("more", "").split(",")
    controls = st.columns(4)
    colour = controls[0].segmented_control("Colour", ["label", "time"], default="label", key="colour")
    layout = controls[1].segmented_control("Layout", ["plain", "turned"], default="plain", key="layout")
    dimensions = controls[2].segmented_control("Dimensions", [2, 3], default=2, key="dimensions")
    hiding = controls[3].segmented_control("Hide", ["none", "half"], default="none", key="hide")
    points = make_points(num_clips, layout or "plain", dimensions or 2)
    selected = st.session_state.get("selected", np.zeros(num_clips, bool))
    by = Values(points.spans[:, 0], "start (s)") if colour == "time" else group_by_label(points.labels)
    current = st.session_state.get("current")
    ids = points.ids
    window = tuple(float(number) for number in ask["window"].split(",")) if "window" in ask else None
    event = clip_map(
        points,
        key="map",
        marks=MapMarks(
            selected_ids=ids[selected] if selected.any() else None,
            left_out=np.arange(num_clips) % 2 == 1 if hiding == "half" else None,
            current=current,
            lines=[] if current is None else [(current, int(ids[row])) for row in (10, 20, 30)],
            paths=make_paths(ids) if "paths" in more else (),
        ),
        looks=MapLooks(
            colours=by,
            height_px=460,
            thumbnails="posters" in more,
            others="hidden",
            window=window,
            most_plotly_points=int(ask.get("limit", 20_000)),
        ),
    )
    if event.window is not None:
        st.session_state.window = [round(number, 4) for number in event.window]
        st.session_state.windows = st.session_state.get("windows", 0) + 1
    if event.polygon is not None:
        st.session_state.selected = event.polygon.apply(selected, points.coordinates)
        st.session_state.polygon = event.polygon.mode
        st.session_state.polygons = st.session_state.get("polygons", 0) + 1
        st.rerun()
    if event.clicked is not None:
        st.session_state.current = event.clicked
        st.rerun()
    runs = st.session_state.get("runs", 0) + 1
    st.session_state.runs = runs
    st.button("rerun")
    report(
        current=current,
        selected=int(selected.sum()),
        mode=st.session_state.get("polygon"),
        polygons=st.session_state.get("polygons", 0),
        window=st.session_state.get("window"),
        windows=st.session_state.get("windows", 0),
        runs=runs,
    )


def make_paths(ids: np.ndarray) -> list[MapPath]:
    """Two ribbons, one of them with a hostile name."""
    return [
        MapPath(ids[0:100:5].tolist(), "a film.mp4", "#0072B2"),
        MapPath(ids[3:60:5].tolist(), "<b>another</b>", "#D55E00"),
    ]


def show_gallery() -> None:
    clips = [
        ShownClip(
            clip_id=i,
            video_id=("b" if i == 3 else "a") * 64,
            start_seconds=0.5 * (i % 3),
            end_seconds=0.5 * (i % 3) + 0.5,
            title=f"a long name of a video, number {i}.mp4",
            label=["slide left", "a label that is far too long for the card it is on"][i % 2],
            colour=["#E69F00", "#56B4E9"][i % 2],
            score=f"{1 - i / 40:.3f}",
            note="near duplicate" if i % 4 == 0 else None,
        )
        for i in range(18)
    ]
    clicked = clip_gallery(clips, key="gallery", columns=6, current=st.session_state.get("card", 2))
    if clicked is not None:
        st.session_state.card = clicked
        st.rerun()
    report(card=st.session_state.get("card"))


def show_player() -> None:
    broken = st.toggle("broken", key="broken")
    clip = ShownClip(1, ("b" if broken else "a") * 64, 0.5, 1.0, "a video.mp4", "slide left", "#E69F00")
    left, _right = st.columns([2, 1])
    with left:
        clip_player(clip, key="player", aspect_ratio=4 / 3, frame_rate=20)


def show_film() -> None:
    """`?choosing=` is what the clip says of a click on it."""
    st.button("rerun")
    told = json.loads((MEDIA / "film.json").read_text())
    layout, choosing = SheetLayout(**told["clip"]["layout"]), st.query_params.get("choosing", "")
    times = [2.0 * i / layout.num_frames for i in range(layout.num_frames)]
    clip = FilmClip("clip of a video.mp4", told["clip"]["token"], layout, 2.0, choosing=choosing, times=times)
    layers = [
        FilmLayer(
            name=f"layer{i}.conv",
            title=f"layer {i}",
            shape=" × ".join(map(str, layer["shape"])),
            token=layer["token"],
            layout=SheetLayout(**layer["layout"]),
            channels=list(range(layer["layout"]["num_channels"])),
            ranges=[(-0.5, 2.0)] * layer["layout"]["num_channels"],
            centres=even_centres(layer["layout"]["num_frames"], layout.num_frames),
            step=2,
            peak=min(2, layer["layout"]["num_frames"] - 1),
            energy=[1.0 + t % 3 for t in range(layer["layout"]["num_frames"])],
        )
        for i, layer in enumerate(told["layers"])
    ]
    picked = feature_film([FilmLane(clip, layers)], key="film")
    if isinstance(picked, Picked):
        st.session_state.picked = [picked.layer, picked.channel]
        st.session_state.unit = picked.unit
    if isinstance(picked, Place):
        st.session_state.place = [picked.y, picked.x]
    report(**{name: st.session_state.get(name) for name in ("picked", "unit", "place")})


def show_timeline() -> None:
    """`?from=` and `?to=` are the ends of the stretch that is shown first, of twelve seconds."""
    begun = tuple(float(st.query_params.get(name, usual)) for name, usual in (("from", 4), ("to", 6)))
    stretch = st.session_state.get("stretch", begun)
    slots = [Slot(number, 2.0 * number, 2.0 * number + 2) for number in range(6)]
    event = timeline(12.0, slots, key="timeline", stretch=stretch, draws_stretch=True)
    if event.stretch is not None and event.stretch != stretch:
        st.session_state.stretch = event.stretch
        st.session_state.stretches = st.session_state.get("stretches", 0) + 1
        st.rerun()
    report(stretch=list(stretch), stretches=st.session_state.get("stretches", 0), clicked=event.clip_id)


def report(**values: object) -> None:
    st.code(json.dumps(values), language="json")


st.set_page_config(layout="wide", page_title="components")
st.html("<style>.stMainBlockContainer{padding:4.5rem 2rem 2rem}</style>")
pages = {"map": show_map, "gallery": show_gallery, "player": show_player, "film": show_film, "timeline": show_timeline}
pages[st.query_params.get("show", "map")]()
