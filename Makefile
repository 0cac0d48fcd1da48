# Every target is safe to repeat. PYTHON chooses the interpreter that makes the environment.
PYTHON ?= python3
BIN := .venv/bin

# How many examples each soak test tries.
ATTAIN_SOAK ?= 1000

# How many deals the benchmark pays, and what else it is told: --repeats 5, --threads 2, --only engine.
BENCH_SIZES ?= 100000 1000000 10000000
BENCH_OPTIONS ?=

# The folder with the demo, and where it answers browsers.
DEMO ?= demo
DEMO_PORT ?= 8000

.PHONY: setup test lint soak bench growth answers demo translations lock clean

setup:  ## the environment in .venv, exactly as requirements.lock says
	@$(PYTHON) tools/setup.py

test: lint  ## everything that must hold before a change is sent
	@$(PYTHON) tools/setup.py --postgres --spark --browser --pdf
	$(BIN)/python -m pytest -n 2 --dist worksteal

lint: setup
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

soak: setup  ## the long tests, with sizes of your choice: make soak ATTAIN_SOAK=20000
	@$(PYTHON) tools/setup.py --postgres --spark --browser --pdf
	ATTAIN_SOAK=$(ATTAIN_SOAK) $(BIN)/python -m pytest -m soak

bench: setup  ## docs/benchmarks.md anew, with what this machine takes: make bench BENCH_SIZES=100000
	$(BIN)/python -m benchmarks --sizes $(BENCH_SIZES) $(BENCH_OPTIONS)

growth: setup  ## docs/growth.md anew: how cost grows with deals, payees, components and periods
	$(BIN)/python -m benchmarks.growth

answers: setup  ## docs/answers.md anew: how long every page takes, of a folder that `attain demo` made: make answers DEMO=demo
	$(BIN)/python -m benchmarks.answers $(DEMO) --page docs/answers.md

demo: setup  ## a sample company for three years, then the application with an account of each role
	$(BIN)/attain demo --serve --port $(DEMO_PORT)

translations: setup  ## the German catalogue anew from what templates and modules say; names what is still to be translated
	$(BIN)/python -m tools.translations

UV_COMPILE = build/uv/bin/uv pip compile --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --quiet $(UPGRADE)

lock:  ## both locks anew from pyproject.toml; UPGRADE=--upgrade moves to the newest versions
	$(PYTHON) -m venv build/uv
	build/uv/bin/python -m pip install --quiet uv
	$(UV_COMPILE) pyproject.toml --extra dev --extra postgres --extra bench --extra pdf --extra saml -o requirements.lock
	$(UV_COMPILE) --group spark --constraint requirements.lock -o requirements-spark.lock

clean:  ## caches and build results; .venv stays
	rm -rf build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find src tests tools benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
