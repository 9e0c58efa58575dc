# Two commands matter: `make lab` (learn) and `make test` (check). Each sets up what it needs first.

ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
else
BIN := .venv/bin
endif
READY := .venv/.ready
COLAB_READY := .venv-colab/.ready

# The first Python on this machine that is new enough; `make lab PYTHON=python3.12` chooses another.
CANDIDATES := python3 python3.13 python3.12 python3.11 python
PYTHON ?= $(firstword $(foreach p,$(CANDIDATES),$(shell $(p) -c "import sys; sys.exit(sys.version_info < (3, 11))" >/dev/null 2>&1 && echo $(p))))
# JupyterLab refuses to run as root (as in most containers) unless it is told to.
ROOT_FLAG = $(if $(filter 0,$(shell id -u 2>/dev/null)),--allow-root)

# Colab's; a version that uv finds, or the path of a Python.
COLAB_PYTHON ?= 3.13

.PHONY: help lab test test-units test-real test-practice test-variant test-quick test-browser \
	test-ko test-colab check attack container picture notebooks spread gpu gpu-pack wheel colab kaggle handout colab-env \
	colab-versions publish site book ran ko ko-run ko-status refresh lint clean

help:
	@echo "make lab        set up everything and open JupyterLab on the lessons"
	@echo "make test       set up everything and run all tests"
	@echo "make test-units, test-real, test-practice, test-ko, test-browser, test-colab: one part of them"
	@echo "make check      style, types and the quick tests of helpers; AT=training: of one room, AT=.: all quick ones"
	@echo "make test-variant VARIANT=avx2  run the lessons as another processor would compute them"
	@echo "make attack     attack the grading of submissions in every way that was thought of"
	@echo "make container  build a container for grading submissions, see README"
	@echo "make notebooks  run the lessons again and store what they print"
	@echo "make spread     measure how far figures are off on other processors; WRITE=1 records it"
	@echo "make gpu        measure this machine's GPU, for ten minutes; GPU=--small tries it without one"
	@echo "make gpu-pack   pack a folder to carry to a machine with a GPU and no network"
	@echo "make ko         make the Korean lessons of the English ones and translations/ko"
	@echo "make ko-run     run the Korean lessons and store what they show; NN=01 for one"
	@echo "make ko-status  say what of the Korean edition is translated, stale and missing"
	@echo "make wheel      build the helpers as one file, to take along to Colab"
	@echo "make colab      build lessons that need no other file, to upload to Colab"
	@echo "make kaggle     make a folder to upload as a Kaggle data set; DATA=1 with the images"
	@echo "make handout    write the lessons without their solutions, for a class; KO=1: in Korean"
	@echo "make colab-env  set up Colab's versions beside, so that make test tries them (6 GB)"
	@echo "make colab-versions  fetch the list of Colab's versions of today"
	@echo "make publish REPO=owner/name  write the address of your fork into lessons and README"
	@echo "make picture    take the README's picture again, in a browser"
	@echo "make site       build a website of the lessons as they ran: build/site/index.html"
	@echo "make book       make a book of them: build/book, an EPUB and one page to print"
	@echo "make ran        take what the last test-real showed into README and site"
	@echo "make messages   bring the table of what is said in Korean up to date"
	@echo "make refresh    renew versions, test with them, and say what has changed"
	@echo "make lint       check style and types of the code"
	@echo "make clean      remove the environments that the commands above made"

lab: $(READY)
	$(BIN)/jupyter lab $(ROOT_FLAG) $(LAB) notebooks

# All tests, in six parts that may run side by side (.ci/run does), the longest first. Those of the
# browser and of Colab skip, and say why, where there is none.
test: test-units test-real test-browser test-colab test-practice test-ko

# Where Python may not keep what it has compiled, each process of the tests rewrites and compiles them
# and hypothesis anew, for seconds.
export PYTHONDONTWRITEBYTECODE :=

PYTEST := $(BIN)/python -m pytest
LESSONS := --ignore=notebooks/ko notebooks
NO_BROWSER := --ignore=tests/lessons/test_browser.py --ignore=tests/lessons/test_colab.py
UNITS := tests $(NO_BROWSER)

test-units: $(READY)
	$(PYTEST) $(UNITS)

# The lessons on the real images, where they can be had.
test-real: $(READY)
	$(PYTEST) --nbval -m "not solved" $(LESSONS)

# The lessons with their exercises solved, on the practice data, which every learner without network
# depends on. LESSONS_TURN=DIGEST leaves some to test-ko, and some of the browser's to test-colab.
test-practice: $(READY)
	$(PYTEST) --nbval -m solved $$($(BIN)/python -m tools.lessons.turns en)

# The Korean lessons, likewise: their words are those that a Korean run prints.
test-ko: $(READY)
	$(PYTEST) --nbval -m solved $$($(BIN)/python -m tools.lessons.turns ko)

# As test-real, but computed as another processor would: VARIANT=NAME, or a commit's digest, which
# chooses one. With a data folder of its own, because a training that a lesson keeps there is one of
# a processor. `python -m tools.lessons.variants` shows them all. LESSONS_TURN leaves two thirds
# of the lessons to other commits.
test-variant: $(READY)
	FASTAI_HOME="$(CURDIR)/build/variant" $(BIN)/python -m tools.lessons.variants $(VARIANT) -- \
		$(PYTEST) --nbval -m "not solved" $$($(BIN)/python -m tools.lessons.turns en 3)

# Style and types beside the quick tests of helpers and of the house's order, those in as many processes
# as there are processors. AT=training: only the tests of that room; AT=. all quick ones.
HELPERS := tests --ignore=tests/lessons --ignore=tests/translations --ignore-glob='*/repo/test_[!h]*'
check: $(READY)
	$(MAKE) --no-print-directory -j2 lint test-quick

test-quick: $(READY)
	OMP_NUM_THREADS=1 $(PYTEST) -q -n logical --maxprocesses=4 --dist loadfile -m "not slow and not attack" \
		$(if $(AT),tests/$(AT) $(NO_BROWSER),$(HELPERS)) $(CHECK)

# Minutes; it counts what was tried and what came through, with each kind of walls and without.
attack: $(READY)
	$(PYTEST) -q -m attack tests/course/grading/test_attack.py $(ATTACK)

# DOCKER=podman builds it, too.
DOCKER ?= docker
container:
	$(DOCKER) build --tag grading .

test-browser: $(READY)
	$(PYTEST) -rs --durations=0 tests/lessons/test_browser.py

# COLAB=1 sets up Colab's versions first; else it is skipped where they are not there.
test-colab: $(READY) $(if $(COLAB),colab-env)
	$(PYTEST) -rs --durations=0 tests/lessons/test_colab.py

# The README's picture, as a browser shows it.
picture: $(READY)
	$(PYTEST) tests/lessons/test_browser.py -k "02_gradients and not ko"
	cp artifacts/02_gradients_and_sgd-play.png .github/lesson02.png

notebooks: $(READY)
	$(BIN)/python -m tools.lessons.execute $(NB)

# How far the figures of the lessons are off as other processors compute them; NB=file for one.
spread: $(READY)
	$(BIN)/python -m tools.lessons.spread $(NB) $(if $(WRITE),--write)

# As many stages as end in ten minutes; GPU="fast duel" for single ones. airbench, against which it measures, is no
# dependency of the lessons; where it cannot be had, the rest is measured.
gpu: $(READY)
	-$(if $(findstring --small,$(GPU)),,$(BIN)/uv pip install --quiet --no-deps --python .venv $(shell grep ^airbench benchmarks/gpu/wheels.txt))
	$(BIN)/python -m benchmarks.gpu $(GPU)

# The folder .gpu, with one command to run there; PACK="--python 3.13" for another Python.
gpu-pack: $(READY)
	$(BIN)/python -m benchmarks.gpu.pack $(PACK)

# The Korean edition, made of the English lessons and translations/ko; NN=01 for one lesson.
ko: $(READY)
	$(BIN)/python -m tools.translate make $(NN)

# Run them, and store what they show, on the real images as `make notebooks`. FRESH=1 also renews
# numbers that differ within the tolerance.
ko-run: ko
	$(BIN)/python -m tools.translate run $(NN) $(if $(FRESH),--fresh)

# What is translated, stale and missing; NN=01 lists it. STRICT=1 fails unless all is there.
ko-status: $(READY)
	$(BIN)/python -m tools.translate status $(NN) $(if $(STRICT),--strict)

wheel: $(READY)
	rm -rf dist
	$(BIN)/uv build --quiet --wheel --out-dir dist
	@ls dist/*.whl

# One file a lesson: the helpers are inside.
colab: wheel
	$(BIN)/python -m tools.onefile dist dist/colab

# For Kaggle, where notebooks have no network; DATA=1 takes the images that LESSONS_MIRROR has.
kaggle: wheel
	$(BIN)/python -m tools.kaggle dist build/kaggle $(if $(DATA),--images "$(LESSONS_MIRROR)")

# For a class: without the folded solutions. KO=1: in Korean.
HANDOUT = build/handout$(if $(KO),-ko)
handout: $(READY)
	rm -rf $(HANDOUT)
	$(BIN)/python -m tools.handout $(if $(KO),--lang ko) $(HANDOUT)

# LIST=file reads a list that is already here.
colab-versions: $(READY)
	$(BIN)/python -m tools.colab_versions $(if $(LIST),"$(LIST)")

publish: $(READY)
	$(BIN)/python -m tools.publish "$(REPO)" $(if $(BRANCH),--branch "$(BRANCH)") $(if $(AT),--at "$(AT)")

# From the stored outputs, without network; only pages without a warning are put in place.
site: $(READY)
	$(BIN)/python -m tools.site build/site
	@echo "Open build/site/index.html in a browser."

# The same lessons as EPUB, and as one page to print.
book: $(READY)
	$(BIN)/python -m tools.site --book build/book
	@echo "build/book holds the EPUB, and print/index.html to print; ko the same in Korean."

# When, with what and on how many systems the lessons last ran.
ran: $(READY)
	$(BIN)/python -m tools.lessons.ran
	$(BIN)/python -m tools.translate make readme

# LOOK="notebooks/01*.ipynb" runs lessons first and takes in the words of their figures.
.PHONY: messages
messages: $(READY)
	$(BIN)/python -m tools.messages $(if $(LOOK),--look $(LOOK))

# Colab's list, the lock and the report of the lessons' last run, in one go: half an hour or more.
# LIST=file as above.
refresh: $(READY)
	$(BIN)/python -m tools.refresh "$(MAKE_COMMAND)" $(if $(LIST),"$(LIST)")

colab-env: $(COLAB_READY)

lint: $(READY)
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --quiet --check .
	$(BIN)/mypy

# An environment of the checkout's own. uv installs the locked versions and compiles them, once: where
# Python may not write what it has compiled, each start would compile torch again, for seconds. The
# stamp is written last, so an interrupted set-up starts over and a finished one costs nothing.
$(READY): pyproject.toml uv.lock
	$(if $(PYTHON),,$(error No Python 3.11 or newer found. Install one from python.org, or name yours: make $@ PYTHON=/path/to/python))
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv>=0.5"
	$(BIN)/uv sync --locked --all-extras --inexact --compile-bytecode
	@touch $(READY)

# Colab's own versions of everything that the lessons need, in an environment beside.
$(COLAB_READY): tests/lessons/colab/packages.txt | $(READY)
	$(BIN)/uv venv --quiet --clear --no-python-downloads --python $(COLAB_PYTHON) .venv-colab
	$(BIN)/uv pip install --quiet --compile-bytecode --python .venv-colab -r $<
	@touch $(COLAB_READY)

clean:
	rm -rf .venv .venv-colab
