"""Parts that Streamlit does not have, each as one typed call: gallery, player, map, timeline, film.

In: frozen dataclasses and arrays: clips as cards, points with colours, sheets of pictures.

Out: what a person did, as frozen dataclasses; what the browser sends is read as if a stranger had written it.

Scripts and styles lie in `assets/` and are served as they are: there is no build step. Large things do not travel
through Streamlit: they stand on a `shelf` or lie in the workspace, and the browser fetches them by id from
`routes`, which check the host name of each request. All pages call these modules; they call no page.
"""
