"""The commands behind ``make colab``, ``make publish`` and ``make colab-versions``."""
