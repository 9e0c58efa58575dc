"""``python -m helpers progress``: which exercises pass in the notebooks on disk.

With ``--submissions`` it judges the notebooks of a class and writes a table.

- ``command`` does what is asked by its ``arguments``, and ``shown`` is what it prints.
- ``jobs`` judges submissions side by side, and ``stopping`` ends all in good order.
- ``submissions`` finds what a class has handed in, ``packed`` looks into a .zip, and ``table`` is
  the CSV file of all results.
- ``results`` is what each learner has achieved, and ``formats`` writes that for other systems.
- ``record`` is a page that says what somebody has solved, and that can be checked again.
- ``marking`` judges one notebook: ``isolate`` has its answers run in a process of their own, and
  ``verdict`` holds what they gave against what is right.
- ``child`` runs in that process, with the code of the notebook that an answer needs
  (``cells``). What it gave comes back as plain values (``wire``).
- ``sandbox`` builds walls around the process by bubblewrap or ``unshare``, ``inside`` is what has
  to be done within, ``warm`` spares it the import of torch, and ``limits`` are those of memory and
  number.
"""
