# What an assignment sets; `run_autograder` reads it.

# Its exercises count, one point each. Give the assignment as many points.
LESSON=2

# For all answers of a submission together; starting Python is not in it.
SECONDS_IN_ALL=60

# yes: grade where no walls can be built. A submission can then do what this script can, also write
# its own points: README.md says what to think of before.
UNPROTECTED=no
