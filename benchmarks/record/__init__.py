"""The open CPU record in one file: ``python -m benchmarks.record [FILE]``.

Writes ``record.py``, made from the sources of ``helpers``: what ``fit_fast`` needs, and no more. It
runs in an empty folder with torch alone and a file of images; its first lines say by which rules.

``bundle`` makes one file of definitions that lie in many modules, and ``rules`` is what the file
does when it is run.
"""
