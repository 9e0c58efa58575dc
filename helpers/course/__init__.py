"""The course around the lessons: notebooks, exercises, doctor, grading. Nothing to learn here."""
