"""The errors of ``helpers.data``."""


class DataError(RuntimeError):
    """Images cannot be had, or are not what they should be; the message says what to do."""


class Unreachable(DataError):
    """Every source was tried, and none gave a whole set."""


class Unwritable(DataError):
    """No folder can take the images."""
