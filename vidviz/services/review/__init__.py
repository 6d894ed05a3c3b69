"""Clips worth a second look: outliers, near-duplicates, and labels that may be wrong.

In: a workspace folder, the key of a set, thresholds.

Out: clips with what makes them so, the most remarkable first; retrieval measured by label.

Works on the exact neighbours of a set (`services.maps.set_neighbours`); changes nothing.
The panels under the map and "Whole library" on the Search page call these modules.
"""
