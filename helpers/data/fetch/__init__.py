"""How images get here: found on this machine, fetched, drawn, checked and repaired.

Nothing to learn for a lesson; ``helpers.data`` hands out what these modules provide.
"""
