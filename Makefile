# make demo    set up and show what the tool does
# make test    set up what tests need and run them
# make fuzz    random programs and points, 20000 by default (some 20 minutes on two cores): make fuzz FUZZ=2000
# make stress  signals, full disks, closed streams, threads and forks at random moments, for 60 seconds: make stress STRESS=600
# make lint    ruff (rules and format) and mypy
# make bench   speed, as ratios inside one run
# make bench-baseline   write benchmarks/baseline.json anew, with which .github/workflows/bench.yml compares
# make bench-peers  the same work by JAX, PyTorch, CasADi, autograd and others beside diffcmp, into docs/performance.md: some
#                   minutes, in .venv-peers
# make docs-figures   draw the figures of docs/ and README.md again
# make docs-studies   write docs/studies/ again: a page and a figure for every study, or for some: make docs-studies STUDIES="lhopital"
# make docs-tables    write docs/singular-points.md and docs/evaluations.md again: textbook limits by every backend, runs per gradient
# make docs-limits    write docs/limits.md again: the limits of tests/corpus/limits.jsonl by diffcmp, and by sympy beside

PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
WORKERS ?= 2
EXPR = exp(x)/sqrt(sin(x)**3+cos(x)**3)

SUITES = scalar batch gradient hessian sweep truth --backend dual,tape,dual-lhopital,tape-lhopital,central,complex-step

FUZZ ?= 20000
FUZZ_SEED ?= $(shell date +%s)
STRESS ?= 60
STRESS_SEED ?= $(shell date +%s)

.PHONY: demo test fuzz stress lint bench bench-baseline docs-figures docs-studies docs-tables docs-limits clean

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(BIN)/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	touch $@

$(VENV)/.dev: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[dev]"
	touch $@

demo: $(VENV)/.installed
	$(BIN)/diffcmp compare "(t**2-4)/(t-2)" --at 2
	@echo
	$(BIN)/diffcmp compare "$(EXPR)" --at 1.5
	@echo
	$(BIN)/diffcmp sweep "$(EXPR)" --at 1.5 --backend forward,central,complex-step

test: $(VENV)/.dev
	$(BIN)/python -m pytest -n $(WORKERS)

fuzz: $(VENV)/.dev
	@echo "FUZZ_SEED=$(FUZZ_SEED) repeats this run"
	FUZZ=$(FUZZ) FUZZ_SEED=$(FUZZ_SEED) $(BIN)/python -m pytest tests/fuzz -n $(WORKERS)

stress: $(VENV)/.dev
	@echo "STRESS_SEED=$(STRESS_SEED) repeats this run"
	STRESS=$(STRESS) STRESS_SEED=$(STRESS_SEED) $(BIN)/python -m pytest tests/stress -n $(WORKERS)

lint: $(VENV)/.dev
	$(BIN)/ruff check diffcmp tests benchmarks docs
	$(BIN)/ruff format --check diffcmp tests benchmarks docs
	$(BIN)/mypy

bench: $(VENV)/.dev
	$(BIN)/python -m pytest benchmarks --benchmark-only --benchmark-disable-gc -o addopts=-q

PEERS ?= .venv-peers
.PHONY: bench-peers

$(PEERS)/.installed: benchmarks/peers.txt pyproject.toml
	$(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check -e .
	sed -n '/^[^#]/p' benchmarks/peers.txt | while read -r peer; do \
	  $(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check "$$peer" || echo "not installed: $$peer"; done
	touch $@

bench-peers: $(PEERS)/.installed
	$(PEERS)/bin/python -m benchmarks.compare --json benchmarks/peers.json --figure docs/figures/peers.png \
	  --page docs/performance.md

bench-baseline: $(VENV)/.dev
	$(BIN)/diffcmp bench $(SUITES) --quick --json benchmarks/baseline.json

docs-figures: docs-studies
	mkdir -p docs/figures
	$(BIN)/diffcmp sweep "64*x*(1-x)*(1-2*x)**2*(1-8*x+8*x**2)**2" --at 0.2 \
	  --backend forward,central,complex-step --plot docs/figures/sweep-logistic.png > /dev/null
	$(BIN)/diffcmp sweep "$(EXPR)" --at 1.5 --plot docs/figures/sweep-squire-trapp.png > /dev/null
	$(BIN)/diffcmp map "log(1+exp(x))" --from -800 --to 800 --plot docs/figures/map-softplus.png > /dev/null
	$(BIN)/diffcmp hessian "sum(100*(x[1:]-x[:-1]**2)**2+(1-x[:-1])**2)" --at "x=linspace(-1,1,12)" \
	  --backend tape --plot docs/figures/hessian-rosenbrock.png > /dev/null

docs-studies: $(VENV)/.installed
	$(BIN)/python docs/studies/pages.py $(STUDIES)

docs-tables: $(VENV)/.installed
	$(BIN)/python docs/singular_points.py
	$(BIN)/python docs/evaluations.py

docs-limits: $(VENV)/.installed
	$(BIN)/python docs/limits.py

clean:
	rm -rf $(VENV) $(PEERS) .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks
