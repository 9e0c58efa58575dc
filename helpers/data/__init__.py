"""Images: get a set by its name, hand it out in batches, change what an image looks like."""

from helpers.data.loaders import images_and_labels  # lesson 03
from helpers.data.loaders import DigitDataset  # lesson 05
from helpers.data.augment import shift, shift_all_ways  # lesson 07
from helpers.data.augment import random_flip, random_shift  # lesson 08
from helpers.data.loaders import ResidentBatches  # lesson 08
from helpers.data.fetch.catalogue import names
from helpers.data.fetch.home import data_home
from helpers.data.fetch.served import practice_in_use
from helpers.data.images import ImageSet, Split
from helpers.data.loaders import Batches, TrainingBatches
from helpers.data.sets import folder, is_practice, load, state
