"""What the lessons have built, kept where later lessons can use it: one module an idea.

Importing this package is quick and silent; import the module that you need, for example
``from helpers.data import load``.
"""

__version__ = "0.1.0"
