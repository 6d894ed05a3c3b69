"""A network from the inside: layer tree, activations, feature films, receptive fields.

Works on any `torch.nn.Module`; knows nothing of the rest of vidviz. torch loads when a function needs it.
"""
