"""Training: by hand, with PyTorch, with models that know their steps, and against the clock."""
