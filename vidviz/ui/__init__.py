"""Streamlit parts that pages share: components, routes, controls and state."""
