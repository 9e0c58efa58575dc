"""Exercises that answer at once: ``check("1.2", answer)`` says what is right or what went wrong."""

from helpers.course.exercises.framework import RIGHT, UNTRIED, WRONG, Exercise, Mistake, check, find

__all__ = ["RIGHT", "UNTRIED", "WRONG", "Exercise", "Mistake", "check", "find"]
