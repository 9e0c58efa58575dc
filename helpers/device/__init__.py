"""Where sums are done: the device, its precision, its memory, and how fast it is."""

from helpers.device.place import DeviceDataLoader, to_device  # lesson 08
from helpers.device.memory import explain_full_memory
from helpers.device.place import describe, get_default_device
from helpers.device.precision import fast_layout, fast_precision
from helpers.device.speed import clock_of, product_rate, training_flops
