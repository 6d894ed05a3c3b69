"""Library: videos come in here, are cut into clips and embedded; every file with its state and reason."""

import streamlit as st

from vidviz.services.library import contents, workspaces
from vidviz.ui import messages, state
from vidviz.ui.library import embed_panel, library_view, removal_panel, upload_panel

folder = state.open_workspace()
num_videos, num_clips = contents.count_library(folder)
if not workspaces.is_writable(folder):
    st.warning(library_view.READ_ONLY)
if num_videos == 0:
    st.markdown("### Drop in videos, or start with the samples")

with st.container(horizontal=True):
    recipe = library_view.choose_recipe()
    table = library_view.choose_table()
    library_view.offer_samples(folder, recipe, first=num_videos == 0)
upload, server = st.columns(2, gap="medium")
with messages.telling_errors():
    with upload:
        upload_panel.offer_upload(folder, recipe, table)
    with server:
        library_view.offer_folder(folder, recipe, table)

st.markdown("#### Videos")
with messages.telling_errors():
    library_view.draw_videos(folder)
    removal_panel.draw_removed(folder)

if num_clips:
    st.markdown("#### Embed")
    with messages.telling_errors():
        embed_panel.offer_embedding(folder)
    st.markdown("#### Embedding sets")
    library_view.draw_sets(folder)

embed_panel.draw_backbones()
