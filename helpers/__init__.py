"""What the lessons have built, kept where later lessons can use it, room by room.

==============  ====================================================================================
``device``      where sums are done: GPU or processor, precision, memory, speed
``data``        images: sets, loaders, augmentation; ``data.fetch`` is how images get here
``models``      from the pixel-similarity baseline to a network that learns in seconds
``training``    loops and optimisers, by hand and with PyTorch, checkpoints, schedules
``pictures``    everything that is drawn
``course``      around the lessons: notebooks, exercises, doctor, grading; nothing to learn there
``language``    what is said to learners, in English or Korean
==============  ====================================================================================

Beside the rooms: ``metrics`` (how good predictions are), ``checks`` and ``diagnosis`` (what went
wrong, in plain words) and ``settings`` (what the environment says). Each room's ``__init__`` is its
index, where what a lesson builds stands with it. Import from the room, as in
``from helpers.data import load``.
"""

__version__ = "0.1.0"
