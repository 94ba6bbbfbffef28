# Two commands on a machine with Python >= 3.11 and make:  make demo  ·  make test
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.stamp
NEEDS := openssl
APT := openssl
# As flows/cli.py has it: more threads make small matrices many times slower.
export OPENBLAS_NUM_THREADS ?= 1

.PHONY: setup system demo test lint soak bench docs clean lock

setup: system $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; call: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing pinned packages into $(VENV) (about two minutes the first time)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock 2> $(VENV)/pip.log || { grep -v '^WARNING' $(VENV)/pip.log; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e . 2> $(VENV)/pip.log || { grep -v '^WARNING' $(VENV)/pip.log; exit 1; }
	@touch $@

# Debian packages: installed where that is allowed, named in one line where it is not.
system:
	@missing=""; for tool in $(NEEDS); do command -v $$tool >/dev/null || missing="$$missing $$tool"; done; \
	if [ -n "$$missing" ]; then \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $(APT) >/dev/null; \
	  else echo "Missing:$$missing. Type: sudo apt-get install $(APT)"; exit 1; fi; fi

demo: setup
	@$(BIN)/imb demo

test: setup
	@$(BIN)/python -m pytest -n 2 --dist loadfile -m "not soak and not bench" || { \
	  echo "Once more, one at a time: what failed beside other tests"; \
	  $(BIN)/python -m pytest --last-failed --last-failed-no-failures none -m "not soak and not bench"; }

lint: setup
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

soak: setup
	@$(BIN)/python -m pytest -m soak

bench: setup
	@$(BIN)/python -m benchmarks

docs: setup
	@$(BIN)/python -m flows.data_dictionary > docs/data-dictionary.md

# A new lock: versions and hashes only, no hosts.
lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q requirements.in -o requirements.lock

clean:
	rm -rf $(VENV) demo-home .pytest_cache .mypy_cache .ruff_cache
