"""``python -m helpers``: what works on this machine, and what to do about what does not.

``packages`` looks at Python, what is installed, and JupyterLab; ``machine`` at memory, disk and
images; ``notebooks`` at the lessons and the helpers that they will find. Each yields findings
(``finding``), ``facts`` is what the first cell of a lesson says, too, and ``report`` prints all.
Nothing here needs torch, or anything else that may be missing, until the line about it is made.
"""
