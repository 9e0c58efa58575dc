"""The Korean edition: made of the English lessons and a catalogue for each, and kept in step.

==============  ==================================================================================
module          its one idea
==============  ==================================================================================
``literals``    the comments and the strings of a code cell, found and replaced
``texts``       the texts of a notebook, each with a name, and a notebook with other texts
``outputs``     what a cell has shown in an English run, retold with its Korean words
``catalogue``   one PO file a lesson: English, Korean, and what has become stale
``glossary``    the glossary, and the terms that a text renders otherwise
``checks``      what differs between a text and its Korean: numbers, formulas, links, code, ...
``pages``       a page of Markdown: its paragraphs by name, and the page with others
``readme``      the Korean README, made of the English one and its catalogue
``make``        the Korean notebooks, made of English ones and catalogues
==============  ==================================================================================

``python -m tools.translate`` has the commands; CONTRIBUTING.md says how a translator works.
"""
