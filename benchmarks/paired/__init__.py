"""Is a part of lesson 10's recipe worth having? ``python -m benchmarks.paired``.

One run proves nothing: another seed moves it by as much as most parts are worth. Here two recipes
that differ in one part are trained on *paired seeds*: the same initial weights, the same order of
the images, the same shifts and flips wherever both have them. What chance does to both alike falls
out of the difference.

1. ``questions.toml`` holds each question *before* it is asked: what is expected, the two recipes,
   how many seeds at which scale, and the smallest gain that matters. It must be committed first;
   a question that is changed after its first trial needs another name.
2. ``python -m benchmarks.paired run`` goes through the questions and appends each trial to a
   ``paired*.jsonl`` in ``benchmarks/results`` as one line of JSON. It can be stopped at any time
   and goes on where it was. A trial that two questions share is made once. Each kind of machine
   has a file of its own, as it draws and rounds otherwise. A GPU gets ``--device cuda --jobs 8``
   (``python -m benchmarks.gpu paired`` does that, too).
3. ``python -m benchmarks.paired table`` prints what follows from them, and
   ``python -m benchmarks.paired write`` puts the table into ``benchmarks/results/README.md``, and
   two small ones into ``helpers/course`` where lessons read them, also in Colab
   (``helpers.course.trials``; ``write --check`` only compares). Nothing there is typed.

Trials go by steps, not by the clock, so they can run beside other work. Their seconds are stored,
with the load of the machine, and whether they may be compared.

Recipes are chosen by the 5,000 validation images of lessons 08 and 09; nothing here looks at the
test images.
"""
