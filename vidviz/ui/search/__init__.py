"""The parts of the Search page: what is asked with, the answer, and three further views.

In: the embedding set and clip at hand; the query and the options, as the session and the URL keep them.

Out: a drawn page; votes on hits and stretches drawn on a timeline change the query.

`query_state` is the query at hand, `ask_controls` and `example_tray` change it, `search_options` say how to answer,
`answer_view` draws the hits. `whole_library`, `engine_panel` and `lab_view` are the other views.
`pages/search.py` calls these modules.
"""
