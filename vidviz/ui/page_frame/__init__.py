"""What stands around every page: the bar on top with workspace, set and filter; the sidebar with clip and jobs.

In: the state of the session (`vidviz.ui.state`) and the workspace.

Out: a changed state; the page itself learns of it from there.

`vidviz.ui.main` draws the frame before each page. Pages call `page_parts` for what the frame shares with them, such
as the line under results of a network that was never trained.
"""
