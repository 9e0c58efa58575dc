"""The course around the lessons. Nothing to learn here.

- ``notebook`` is what a lesson needs besides what it teaches: its start, figures, sliders, scale.
- ``exercises`` answer at once, and ``tutor`` says the same on the command line, for assistants.
- ``trials`` are the stored trials of ``benchmarks.paired``, and ``evidence`` judges what they say.
- ``doctor`` says what works on this machine: ``python -m helpers``.
- ``grading`` says which exercises pass, of one learner or a class: ``python -m helpers progress``.
"""
