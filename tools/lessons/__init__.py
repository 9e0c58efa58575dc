"""What makes a lesson's notebook trustworthy, as tests.

==================  ==============================================================================
module              its one idea
==================  ==============================================================================
``notebook``        what a cell says about itself: its tags and its ``metadata.lesson``
``tokens``          where the numbers are in a text
``compare``         stored against new output: numbers within a tolerance, the rest exactly
``live``            displays that change while a cell runs, as a page shows them
``kernel``          a kernel that every run, test or not, starts in the same way
``plugin``          all this in ``pytest --nbval``
``summary``         how much of each notebook was compared, and where the time went
``ran``             when, with what and where the lessons last ran: ``python -m tools.lessons.ran``
``hygiene``         stored outputs from one clean run, which tell nothing of the machine
``standard``        the parts of a lesson and their order
``prose``           a number in the text is one that an output shows
``pictures``        a picture has words for those who cannot see it
``exercises``       an exercise has a stub, a check and a solution that the check accepts
``variants``        other processors, imitated on this one
``turns``           which lessons are solved in which language, when a commit chooses
``spread``          how far a lesson's numbers are off there: ``python -m tools.lessons.spread``
``kept``            what a lesson has built is what ``helpers`` keeps
``execute``         run notebooks and store their outputs: ``python -m tools.lessons.execute``
``sample``          a small good lesson, for the tests of all these
==================  ==============================================================================

The checks of a notebook are functions from a notebook to a list of problems, each a sentence
that names the cell and says what to do. No problems is an empty list.

A cell says what it needs in its metadata (in JupyterLab: the property inspector):

- the tag ``nbval-ignore-output`` with ``lesson.reason``, a sentence: the output is not compared.
- ``lesson.tolerance`` and ``lesson.absolute``: how far its numbers may be off, integers too. A
  figure that is printed with its own tolerance (``± 0.006``) is compared by that.
- ``lesson.one_seed``: why its numbers are those of one seed, so that other seeds are not tried.
- ``lesson.spread``: how far they were off on other processors, written by ``spread``.
- ``lesson.depends = "data"``: the output is compared on the real data only.
- the tags ``exercise`` and ``check``: an exercise's stub, and the cell that judges it.
- the tag ``raises-exception``: the cell shows an error on purpose.
- ``lesson.digest`` is the executor's: which code an output that is not compared was made by.
- ``lesson.ran`` is of ``tools.translate``: what an output of a Korean run was made of.

A notebook names the data sets it uses: ``metadata.lesson.data``, a list that may be empty.
A Korean one, made by ``tools.translate``, says so: ``metadata.lesson.lang = "ko"``.
The executor notes with which version of helpers it ran: ``metadata.lesson.helpers``.
"""
