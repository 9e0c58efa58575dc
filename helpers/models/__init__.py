"""Models, from the pixel-similarity baseline to a network for a few seconds."""
