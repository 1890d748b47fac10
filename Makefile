# Everything a person types here. `make` alone lists it; a fresh computer needs Python 3.11 or newer and make.

PYTHON ?= python3.11 python3 python3.12 python3.13 python3.14
PORT ?= 8000
WORKERS ?= auto
ARGS ?=
export PORT
# What these say is meant for other programs of Python: ours is in this folder, its packages are in .venv, and each of its many
# processes would take all of them apart again without what Python keeps beside them.
unexport PYTHONHOME PYTHONPATH PYTHONSAFEPATH PYTHONDONTWRITEBYTECODE

BIN := .venv/bin
VENV := .venv/.installed
PROGRAMS := main.py app local deploy tests examples benchmarks conformance

.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: help run test lint format types imports pytest test-dates lint-api coverage migrate command verify tidy dump restore bench bench-quick bench-selling bench-years bench-scale bench-soak conformance conformance-compose lock upgrade portability clean

## Every day

help:  ## list what make can do
	@awk -F ':.*## ' '/^## / { printf "%s%s\n", sep, substr($$0, 4); sep = "\n" } \
	  /^[a-zA-Z%-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

run: $(VENV)  ## the shop on http://127.0.0.1:8000 (PORT=…), with its own database
	@$(BIN)/python -m local.run

serve-%: $(VENV)  ## the same under another server (make serve-uwsgi; docs/deploy.md names them)
	@$(BIN)/python -m local.serve $*

test: lint types imports pytest  ## lint, types, architecture, tests: what has to be green

## Checks, one by one

lint: $(VENV)  ## style and likely mistakes
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .

format: $(VENV)  ## mend what can be mended by machine
	$(BIN)/python -m ruff check --fix .
	$(BIN)/python -m ruff format .

types: $(VENV)  ## types: strict for the app, lighter for tests
	$(BIN)/python -m mypy

imports: $(VENV)  ## who may import whom
	$(BIN)/lint-imports --no-logo

pytest: $(VENV)  ## the tests alone (ARGS="tests/core -k pool", WORKERS=0 for one process)
	$(BIN)/python -m pytest -n $(WORKERS) --maxprocesses 4 $(ARGS)

test-dates: $(VENV)  ## the tests on days to come, and a demo shop that grows old (half an hour; Linux, a C compiler)
	@$(BIN)/python -m tests.dates -n $(WORKERS) --maxprocesses 4 $(ARGS)

lint-api: $(VENV)  ## the API's description, by Redocly and Spectral (needs Node's npx)
	@$(BIN)/python -m local.lint_api

coverage: $(VENV)  ## the tests, and the lines that they do not reach
	$(BIN)/python -m pytest -n $(WORKERS) --maxprocesses 4 --cov --cov-report=term $(ARGS)

## The shop that `make run` keeps in .data (or the one in OGS_DATABASE__URL)

migrate: $(VENV)  ## bring its tables to the newest version
	@$(BIN)/python -m local.command migrate

command: $(VENV)  ## any command of the shop's on it (ARGS="import products goods.xlsx --from de --dry-run")
	@$(BIN)/python -m local.command $(ARGS)

verify: $(VENV)  ## prove that its stock and money add up
	@$(BIN)/python -m local.command verify

tidy: $(VENV)  ## cancel what nobody paid, drop old carts and sessions
	@$(BIN)/python -m local.command tidy

dump: $(VENV)  ## all of it into one file, also while it sells (FILE=…; else .data/dumps)
	@$(BIN)/python -m local.dump "$(FILE)"

restore: $(VENV)  ## the shop from such a file, into an empty database (FILE=…; ANEW=1 drops what it has)
	@$(BIN)/python -m local.restore $(if $(ANEW),--anew) "$(FILE)"

## Measuring

bench: $(VENV)  ## the shop against four peers, its limits, its growth, and docs/performance.md of it (an hour)
	@$(BIN)/python -m benchmarks all

bench-quick: $(VENV)  ## how many times the requests/s of three peers, for product, list and checkout (3 minutes)
	@$(BIN)/python -m benchmarks quick

bench-selling: $(VENV)  ## requests/s of a checkout for a slot with a coupon and promotions, beside a peer's (1 minute)
	@$(BIN)/python -m benchmarks selling

bench-years: $(VENV)  ## every list, every report and the upkeep of a shop with 900,000 purchases behind it (an hour, 25 GB)
	@$(BIN)/python -m benchmarks years

bench-scale: $(VENV)  ## the cost of a request from 1,000 to 1,000,000 products and purchases
	@$(BIN)/python -m benchmarks scale

bench-soak: $(VENV)  ## twenty minutes of mixed load: does anything grow? (ARGS="--minutes 5")
	@$(BIN)/python -m benchmarks soak $(ARGS)

## Every server

conformance: $(VENV)  ## the same suite against each server that this computer can run (ARGS="uwsgi granian" for some, ARGS=--write for the page)
	@$(BIN)/python -m conformance $(ARGS)

conformance-compose: $(VENV)  ## the containers: up, sell, kill, down, up (needs Docker; COMPOSE="docker compose" for another command)
	@COMPOSE="$(COMPOSE)" $(BIN)/python -m conformance.compose

## Now and then

lock: $(BIN)/uv  ## pin what the *.in files ask for, keeping the versions that still fit
	@$(BIN)/python -m local.locks

upgrade: $(BIN)/uv  ## the same with the newest versions (ARGS="pydantic uvicorn" for some)
	@$(BIN)/python -m local.locks --upgrade $(ARGS)

portability: $(VENV)  ## ask the registry whether every lock installs on each Python and platform that is promised
	@$(BIN)/python -m local.portability

clean:  ## remove .venv, the servers' environments and the tools' caches (the shop's data in .data stays)
	rm -rf .venv .servers .conformance .benchmarks .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage
	find $(PROGRAMS) -name __pycache__ -prune -exec rm -rf {} +

# Made anew when a lock changes, when it was left half made, and when its Python is gone.
$(VENV): requirements-dev.txt
	@for python in $(PYTHON); do \
	  if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found=$$python; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
	  echo "Online Grocery needs Python 3.11 or newer: install it, or name it with make PYTHON=/path/to/python3.11." >&2; \
	  exit 1; \
	fi; \
	$$found -m local.environments .venv requirements-dev.txt

ifneq ($(shell test -x $(BIN)/python && echo there),there)
.PHONY: $(VENV)
endif

# Enough to make a lock, also where the one that is there cannot be installed.
$(BIN)/uv:
	@$(MAKE) --no-print-directory $(VENV)
