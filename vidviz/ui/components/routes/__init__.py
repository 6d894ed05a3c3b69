"""What the server answers beside Streamlit's own: pictures and films by id, and uploads on their way to the disk.

In: requests of a browser, each of which `route_guard` checks before anything else; `served_names` knows which names
this server answers to, and what may be read under them.

Out: files by id, in ranges (`media_routes`); files received whole or not at all (`upload_routes`).

The launcher puts the routes into the server; components name the addresses.
"""
