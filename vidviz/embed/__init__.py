"""Clips -> tensors -> embeddings: the registry of backbones, weights, loading and pooling.

In: frames (N, T, H, W, 3) uint8; a backbone's name, weights, layer and pooling.

Out: embeddings (N, D) float32, not normalised.

`backbones` is the registry: descriptions (`description`) that can be listed before anything is loaded, a file a
family in `families`. `checkpoints` finds, downloads and checks weights; `load` builds a network and fills it;
`embedder` runs it up to a layer, and `pool` makes a vector of what the layer gives. `user_backbones` are those of
people's own code. `backbones` and `checkpoints.weights` are free of torch; it loads when a network is built. Services
call these modules.
"""
