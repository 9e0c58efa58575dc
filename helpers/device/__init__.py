"""Where sums are done: the device, its precision, its memory, and how fast it is."""
