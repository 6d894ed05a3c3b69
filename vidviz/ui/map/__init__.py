"""The parts of the Map page: controls, picture, the clip beside it, and what lies under it.

In: the embedding set at hand, and what the URL says of projection, colours, selection and part in view.

Out: a drawn page. A lasso or click changes the selection or the clip at hand in the session's state.

`map_scene` gathers all that the page shows at a time; `map_canvas` draws the map and reacts to what is done on it;
`lower_panels` draws one of the panels below (gallery, clusters, trajectories, outliers, near-duplicates).
`pages/map.py` calls these modules; the Compare page borrows the map's controls.
"""
