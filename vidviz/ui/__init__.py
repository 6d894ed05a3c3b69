"""What pages are made of: Streamlit, and components of our own in plain JavaScript. One folder a page.

In: what a person did: widgets, the URL, events of components, all of them read with care.

Out: what is drawn. Nothing is computed here that a notebook might want: that is a service's or a measure's.

`main` draws the frame and runs the page that the URL names; `sitemap` knows the pages; `state` is what a session
looks at, kept in the session and shown in the URL; `messages` says what is missing and the one way on. Pages
(`pages/*.py`) put the parts of their folder together. `components` lies lowest and knows no page; `page_frame` stands
around every page. Screens call services and `render`, never a stage; `make contracts` checks that.
"""
