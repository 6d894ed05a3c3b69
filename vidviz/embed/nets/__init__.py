"""Network architectures of our own: plain PyTorch, one file each; they know nothing of the rest."""
