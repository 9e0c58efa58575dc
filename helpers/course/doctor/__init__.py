"""``python -m helpers``: what works on this machine, and what to do about what does not.

Each module looks at one thing and yields findings (``finding``); ``report`` prints them. Nothing
here needs torch, or anything else that may be missing, until the line about it is made.
"""
