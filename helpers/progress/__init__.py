"""``python -m helpers progress``: which exercises pass in the notebooks on disk.

With ``--submissions`` it judges the notebooks of a class and writes a table. An answer runs in a
process of its own (``isolate``, ``child``, ``guard``), with the code of its notebook that it needs
(``notebook``). What it gave comes back as plain values (``wire``) and is judged here (``judge``):
``marks`` for one notebook, ``submissions`` for many, ``command`` for the command line.
"""
