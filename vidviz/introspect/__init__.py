"""A network from the inside: layer tree, activations, feature films, receptive fields, saliency, attention.

In: any `torch.nn.Module`, and clips as tensors (N, C, T, H, W); or what such functions gave.

Out: activations by layer, films (C, T, H, W), fields, heat, attention. Hooks live in context managers and are gone
afterwards, whatever happens.

Knows nothing of the rest of vidviz; torch loads when a function needs it. `services.inside` calls these modules;
notebooks may.
"""
