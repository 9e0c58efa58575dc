"""pytest, for the whole project: notebooks are compared with what they store (``--nbval``)."""

pytest_plugins = ["tools.lessons.plugin"]
