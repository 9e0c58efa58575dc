# Two commands matter: `make lab` (learn) and `make test` (check). Each sets up what it needs first.

ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
else
BIN := .venv/bin
endif
READY := .venv/.ready

# The first Python on this machine that is new enough; `make lab PYTHON=python3.12` chooses another.
CANDIDATES := python3 python3.13 python3.12 python3.11 python
PYTHON ?= $(firstword $(foreach p,$(CANDIDATES),$(shell $(p) -c "import sys; sys.exit(sys.version_info < (3, 11))" >/dev/null 2>&1 && echo $(p))))
# JupyterLab refuses to run as root (as in most containers) unless it is told to.
ROOT_FLAG = $(if $(filter 0,$(shell id -u 2>/dev/null)),--allow-root)

.PHONY: help lab test notebooks wheel lint clean

help:
	@echo "make lab        set up everything and open JupyterLab on the lessons"
	@echo "make test       set up everything and run all tests"
	@echo "make notebooks  run the lessons again and store what they print"
	@echo "make wheel      build the helpers as one file, to take along to Colab"
	@echo "make lint       check the style of the code"
	@echo "make clean      remove the environment that the commands above made"

lab: $(READY)
	$(BIN)/jupyter lab $(ROOT_FLAG) $(LAB) notebooks

# All tests, on the real images where they can be had; then the lessons once more on the practice
# data, which every learner without network depends on.
test: $(READY)
	$(BIN)/python -m pytest --nbval
	LESSONS_DATA=practice $(BIN)/python -m pytest --nbval notebooks

notebooks: $(READY)
	$(BIN)/python -m tests.nbcheck.execute $(NB)

wheel: $(READY)
	rm -rf dist
	$(BIN)/uv build --quiet --wheel --out-dir dist
	@ls dist/*.whl

lint: $(READY)
	$(BIN)/ruff check .

# An environment of the checkout's own. uv installs the locked versions; the stamp is written last,
# so an interrupted set-up starts over and a finished one costs nothing.
$(READY): pyproject.toml uv.lock
	$(if $(PYTHON),,$(error No Python 3.11 or newer found. Install one from python.org, or name yours: make $@ PYTHON=/path/to/python))
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv>=0.5"
	$(BIN)/uv sync --locked --all-extras --inexact
	@touch $(READY)

clean:
	rm -rf .venv
