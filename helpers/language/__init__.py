"""What learners read, in their language: English is in the code, Korean in a table."""

from helpers.language.words import everywhere, marked, of_file, say, speaking, spoken
