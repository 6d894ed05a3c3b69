"""Two embedding sets of the same clips held against each other.

In: the keys of two sets of one recipe, a filter, how many nearest count.

Out: the clips that both hold (`set_pairs`); neighbours in common, linear CKA, one clip's nearest by both, and one map
laid over the other (`set_agreement`).

All numbers are exact or say the sample that they are from. Only the Compare page calls these modules.
"""
