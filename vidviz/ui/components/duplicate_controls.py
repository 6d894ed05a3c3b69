"""What counts as a copy, asked in the same words wherever near-duplicates are shown."""

from __future__ import annotations

import streamlit as st

from vidviz.services.review.outliers_and_duplicates import APART_SECONDS


def ask_apart(key: str) -> float:
    """How many seconds lie at least between two clips of one video that are called copies."""
    return float(
        st.number_input(
            "Apart in one video (s)",
            min_value=0.0,
            value=APART_SECONDS,
            step=1.0,
            format="%g",
            key=key,
            width=170,
            bind="query-params",
            help="Clips of one video that follow each other are alike by nature. They are listed where at "
            "least so much time lies between them.",
        )
    )
