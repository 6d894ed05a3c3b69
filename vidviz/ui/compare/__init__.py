"""The parts of the Compare page: two maps side by side, one clip between two networks, and numbers.

In: the embedding set at hand (A) and the one that is chosen beside it (B).

Out: a drawn page; a lasso on either map selects on both, a click makes a clip the one at hand.

`set_choice` says what is compared and what counts as near; `map_pair`, `face_off` and `agreement_numbers` draw.
`pages/compare.py` calls these modules.
"""
