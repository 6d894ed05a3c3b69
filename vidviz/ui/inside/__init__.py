"""The parts of the Inside page: the film of a network, and the panels that look closer.

In: the clip at hand, and the choice of network, weights, layers and channels (`inside_request`).

Out: a drawn page; a channel or unit that is clicked in the film is what the panels speak of.

`film_view` runs the network and draws the film; `closer_panels` lets a person open one panel at a time, and only an
open panel computes. Each panel is one function of a `PanelContext`. `pages/inside.py` calls these modules.
"""
