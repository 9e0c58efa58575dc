"""Images: get a data set by its name, hand it out in batches, change what an image looks like."""

from helpers.data.fetch.catalogue import names
from helpers.data.fetch.faults import DataError
from helpers.data.fetch.home import data_home
from helpers.data.fetch.served import practice_in_use
from helpers.data.images import ImageSet, Split
from helpers.data.sets import folder, is_practice, load, state

__all__ = [
    "DataError",
    "ImageSet",
    "Split",
    "data_home",
    "folder",
    "is_practice",
    "load",
    "names",
    "practice_in_use",
    "state",
]
