"""Backbones as a person chooses them, networks in memory, and clips read for them.

In: names of backbones, weights and layers; the spec of an embedding set; clips with the files of their videos.

Out: what can be chosen, in words (`backbone_choices`); a network that all sessions share, with the lock that is held
while it runs (`shared_backbones`, `set_backbone`); frames (T, H, W, 3) uint8, read ahead in decoder processes
(`clip_reader`).

`embedding`, `inside` and `search` call these modules, and screens for the lists. torch loads when a network does.
"""
