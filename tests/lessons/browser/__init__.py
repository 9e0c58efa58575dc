"""JupyterLab in a real browser, driven as a learner would.

============  ====================================================================================
module        its one idea
============  ====================================================================================
``chromium``  the browser of this machine, or why there is none
``server``    a JupyterLab of its own: other settings, home and port than those of the user
``lesson``    one notebook in one tab: run it, move its slider, draw on it, answer its exercise
============  ====================================================================================
"""
