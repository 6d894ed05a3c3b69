"""The panel Why: where a class score comes from, or the likeness of two clips."""

from __future__ import annotations

import streamlit as st

from vidviz.render.heat import overlay_heat
from vidviz.services.backbones import backbone_choices
from vidviz.services.inside import class_scores, gradients, occlusion, score_heat
from vidviz.services.inside.clip_input import ClipInput
from vidviz.services.inside.score_heat import Why
from vidviz.services.library import contents
from vidviz.ui.components.heat_films import colour_lane, play_side_by_side
from vidviz.ui.inside.closer_panels import PanelContext
from vidviz.ui.inside.film_comparison import choose_clip, clip_title
from vidviz.ui.sitemap import WHY_LINK

METHODS = {"LayerCAM": "layer-cam", "Grad-CAM": "grad-cam"}
METHOD_HELP = (
    "LayerCAM weighs each place by its own positive gradient (Jiang et al., 2021), which keeps moments apart; Grad-CAM "
    "each channel by its mean gradient (Selvaraju et al., 2017), which suits heads that pool over all places."
)
CLASS, SIMILARITY = "a class score", "the similarity to another clip"
LAST = "the last with a picture"
ASKED, OTHER = "inside why", "inside why other"


def draw_why(context: PanelContext) -> None:
    """Heat over the clip, in space and time."""
    _follow_link(context)
    request = context.request
    with st.container(horizontal=True, vertical_alignment="bottom"):
        asked = st.segmented_control("Why", [CLASS, SIMILARITY], default=CLASS, key=ASKED)
        method = st.segmented_control(
            "Method", list(METHODS), default="LayerCAM", key="inside method", help=METHOD_HELP
        )
        shown = [layer.name for layer in context.inspection.layers]
        layer = st.selectbox("By the maps of", [LAST, *shown], key=f"inside why layer {request.backbone}", width=220)
    chosen = "" if layer == LAST else str(layer)
    draw = _draw_similarity if asked == SIMILARITY else _draw_class
    draw(context, chosen, METHODS[method or "LayerCAM"])


def _follow_link(context: PanelContext) -> None:
    """Open on what a link asks about, once; from then on the controls decide."""
    linked = st.query_params.get(WHY_LINK, "")
    if not linked or linked == st.session_state.get(WHY_LINK):
        return
    st.session_state[WHY_LINK] = linked
    others = contents.clip_table(context.folder, context.clip.recipe_key)["clip_id"]
    found = next((number for number in others.tolist() if str(number) == linked), context.clip.clip_id)
    if found != context.clip.clip_id:
        st.session_state[ASKED], st.session_state[OTHER] = SIMILARITY, found


def _draw_class(context: PanelContext, layer: str, method: str) -> None:
    with st.spinner("Scoring the clip", show_time=True):
        scores = class_scores.score_classes(context.clip_input)
    titles = {
        index: f"{name} ({share:.0%})"
        for index, name, share in zip(scores.classes, scores.names, scores.probabilities, strict=True)
    }
    index = int(
        st.selectbox(
            "Class",
            list(titles),
            format_func=titles.__getitem__,
            key=f"inside class {context.request.backbone} {context.clip.clip_id}",
            width=320,
            help="Best first; in brackets the softmax of the scores, which adds up to 100 % whatever the clip shows: "
            "it says which class fits best, not whether any does.",
        )
    )
    if knows := backbone_choices.say_knows(context.request.backbone):
        st.caption(f"{knows} Of any other clip, the percentage says nothing.")
    with st.spinner("Letting the score flow back", show_time=True):
        why = score_heat.explain_class(context.clip_input, index, layer=layer, method=method)
    note = f"score {why.score:.3g}, by {_say_layer(why)}"
    lanes = [
        colour_lane(why.frames, "The clip", why.clock),
        colour_lane(overlay_heat(why.frames, why.heat), f"Why {titles[index]}", why.clock, note),
    ]
    play_side_by_side(lanes, key="inside why film", title="Where the class score comes from")
    _say_limits(why)
    _mark_random(context)
    _draw_check(context.clip_input, index, why)


def _draw_check(clip_input: ClipInput, index: int, why: Why) -> None:
    """Covering the hottest part should cost more than covering another."""
    if not st.button("Check by covering", key="inside covering", help="Ten forward passes with a part covered."):
        return
    with st.spinner("Covering parts of the clip", show_time=True):
        check = occlusion.check_by_covering(clip_input, index, why)
    verdict = "so the heat is right about it" if check.agrees else "so the heat does not tell the whole of it"
    st.caption(
        f"Score {check.score:.3g}; with the hottest part covered {check.hottest_covered:.3g}, with random parts of "
        f"that size covered {check.random_covered:.3g} on average: {verdict}."
    )


def _draw_similarity(context: PanelContext, layer: str, method: str) -> None:
    other = choose_clip(context.folder, context.clip, key=OTHER)
    if other is None:
        return
    request = context.request
    at, pooling = gradients.embedding_of(request.backbone, context.chosen)
    theirs = ClipInput(context.folder.path, other.clip_id, request.backbone, request.weights, sampling=request.sampling)
    with st.spinner("Letting the similarity flow back", show_time=True):
        ours, other_why = score_heat.explain_similarity(
            context.clip_input, theirs, at=at, pooling=pooling, layer=layer, method=method
        )
    note = f"cosine {ours.score:.3f} at {at}, by {_say_layer(ours)}"
    lanes = [
        colour_lane(overlay_heat(why.frames, why.heat), title, why.clock, note)
        for why, title in ((ours, clip_title(context.clip)), (other_why, clip_title(other)))
    ]
    play_side_by_side(lanes, key="inside similarity film", title="What makes the two clips alike")
    st.caption("Bright is what raises the cosine similarity of the two embeddings, the other clip's held fixed.")
    _say_limits(ours, other_why)
    _mark_random(context)


def _say_layer(why: Why) -> str:
    return f"{why.layer}, which sees the whole clip" if why.moments.sees_whole else why.layer


def _say_limits(*whys: Why) -> None:
    """What the heat does not tell: when, where a layer has few steps; anything, where it is cold."""
    for caution in dict.fromkeys(why.caution for why in whys if why.caution):
        st.caption(caution)
    if not all(why.heat.any() for why in whys):
        st.caption("Where all is grey, nothing raises the score by these maps: try the other method or another layer.")


def _mark_random(context: PanelContext) -> None:
    if context.inspection.weights == "random":
        st.caption(":orange[Random weights: this is what an untrained network would say, and means nothing.]")
