"""Everything that is to be measured on a GPU, ten minutes at a time: ``python -m benchmarks.gpu``.

A GPU is at hand rarely and briefly, so one command measures all: a list of stages, each in a
process of its own with a limit of seconds (``command``). A stage is a module with a function
``run(stage)`` that puts figures (``stage``); they go into one JSON file at once (``results``), so
that nothing is lost when a stage or the whole run is stopped, and are shown as a table at the end
(``summary``). ``--small`` runs the same code on a processor in tiny sizes, on practice images; its
figures mean nothing. ``pack`` makes a folder to carry to a machine without network.
"""
