"""Arrays and tables -> colours, Plotly figures and pictures.

In: arrays, tables and words; never a workspace.

Out: `plotly.graph_objects.Figure`, RGB frames (T, H, W, 3) uint8, sheets as WebP, SVG, PNG and HTML as text or bytes.
Pure functions.

The same colours hold on every page and in every export (`colours`, `point_colours`).
Screens and services call these modules; notebooks may.
"""
