# One environment, .venv, holds the bot, the demo and the tools; requirements/environment.py keeps it equal to the lock.
PYTHON := .venv/bin/python
ARGS ?=
.DEFAULT_GOAL := help
.PHONY: help demo run test lint format bench faults docs pictures lock environment

# The tests start Python some two hundred times: compiled once is enough, whatever this shell says.
test faults: export PYTHONDONTWRITEBYTECODE :=

help: ## say what make can do
	@sed -n 's/^\([a-z]*\):.*## /  make \1|/p' Makefile | awk -F'|' '{ printf "%-18s %s\n", $$1, $$2 }'
	@echo 'ARGS="…" is passed on, for example: make demo ARGS="--no-open --port 8771"'

demo: environment ## start the bot on a simulated Discord server in the browser; needs no token
	@exec $(PYTHON) -m bot demo $(ARGS)

run: environment ## start the bot on Discord, Slack or both; needs their tokens
	@exec $(PYTHON) -m bot run $(ARGS)

test: lint ## every check and every test, as CI runs them
	$(PYTHON) -m pytest --numprocesses=auto --dist=worksteal $(ARGS)

lint: environment ## format check, lint, types, import contracts
	$(PYTHON) -m ruff format --check
	$(PYTHON) -m ruff check
	$(PYTHON) -m mypy
	.venv/bin/lint-imports --no-cache --no-logo

format: environment ## format, and mend what can be mended by itself
	$(PYTHON) -m ruff check --fix-only --quiet
	$(PYTHON) -m ruff format

bench: environment ## measure what must be fast against the floor in the same run
	@exec $(PYTHON) -m benchmarks $(ARGS)

faults: environment ## kill the bot and break Discord hundreds of times, and count (under 20 minutes)
	@exec $(PYTHON) -m tests.faults $(ARGS)

pictures: environment ## make the README's pictures from the running demo; needs Chromium
	$(PYTHON) -m tests.pictures.showcase
	$(PYTHON) -m tests.browser.pictures

docs: environment ## write docs/commands.md from the commands themselves
	@exec $(PYTHON) -m bot.docs $(ARGS)

LOCKED := $(PYTHON) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --no-annotate

lock: environment ## write requirements/*.txt anew from pyproject.toml (ARGS=--upgrade for newer versions)
	$(LOCKED) pyproject.toml --all-extras --output-file requirements/all.txt $(ARGS)
	$(LOCKED) pyproject.toml --extra postgres --extra pictures --extra slack --constraints requirements/all.txt --output-file requirements/run.txt
	echo hatchling | $(LOCKED) - --constraints requirements/all.txt --output-file requirements/build.txt

# The environment's own Python checks it without network; only a missing, older or broken one is made anew.
environment:
	@.venv/bin/python -I requirements/environment.py check 2>/dev/null && exit 0; \
	for python in python3.13 python3.12 python3.11 python3; do \
	  if $$python -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    exec $$python -I requirements/environment.py build; \
	  fi; \
	done; \
	echo 'Roadmate needs Python 3.11 or newer with venv. On Debian or Ubuntu: sudo apt install python3 python3-venv' >&2; \
	exit 1
