# make demo: one sentence, spoken by the portrait that ships here. make test: the test suite. make check: lint, format, types.
# Needs Python 3.10 or newer and make; everything else goes into .venv.
PYTHON ?= python3
VENV ?= .venv
RUN := $(VENV)/bin/python

.PHONY: demo test check clean

demo: $(VENV)/installed
	@mkdir -p output
	@start=$$(date +%s); \
	$(RUN) -m jamflow_core speak "Hello! I am a picture, and this is my own voice." --out output/hello.mp4 && \
	echo "Wrote output/hello.mp4 in $$(($$(date +%s) - start)) s."

test: $(VENV)/tests-installed
	$(RUN) -m pytest -q

check: $(VENV)/tests-installed
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy

$(VENV)/installed: requirements.txt
	$(PYTHON) -m venv $(VENV)
	$(RUN) -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/tests-installed: requirements-test.txt requirements-eval.txt $(VENV)/installed
	$(RUN) -m pip install --quiet --disable-pip-version-check -r requirements-test.txt
	@# Its own requirements name a package that Python 3 must not have.
	$(RUN) -m pip install --quiet --disable-pip-version-check --no-deps resemblyzer
	@touch $@

clean:
	rm -rf $(VENV) output
