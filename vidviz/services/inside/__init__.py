"""A network from the inside, while it looks at one clip.

In: a `ClipInput`: workspace, clip, backbone, weights, sampling, view, forwards or backwards; and layers, a class, a
unit, a channel.

Out: films of layers (C, T, H, W), class scores, heat in space and time, attention, receptive fields, kernels, the
clips that excite a channel most; files to take away.

`fed_view` says which frames of a clip are fed, `clip_input` puts them before a network, and all others start from it;
`layer_films` is the usual look, `layer_moments` says where the steps of a layer stand in time. Networks are
shared between sessions and hold a lock while they run or are hooked.
The Inside page, `vidviz inspect` and `Workspace.inspect` call these modules. They know of no embedding set.
"""
