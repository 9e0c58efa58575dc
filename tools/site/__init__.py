"""The website: the lessons as they ran, the scoreboard, and what ``helpers`` offers.

``python -m tools.site FOLDER`` builds it from the stored outputs; nothing is run, fetched or
typed twice.

=============  ===================================================================================
module         its one idea
=============  ===================================================================================
``lessons``    what the front page tells of a lesson, read from its notebook
``board``      the scoreboards of all lessons as one, a table for each task
``words``      what the pages themselves say, in each language
``modules``    the modules of ``helpers`` that have something to offer, read without importing them
``pages``      the pages that are not lessons, written in Markdown for Sphinx
``notebooks``  for Sphinx: descriptions of pictures, and what only makes sense in Jupyter
``docstrings`` for Sphinx: docstrings as pages show them
``formulas``   for Sphinx: formulas that a browser draws without a script
``freshness``  for Sphinx: when and with what the lessons last ran, below each page
``language``   for Sphinx: two languages side by side, a switch between them, search in Korean
``quiz``       for Sphinx: the five questions of a lesson as choices that answer on the page
``book``       the same lessons as a book: an EPUB, and one page to print
``build``      copy, write, build, and put in place only what is whole
=============  ===================================================================================
"""
