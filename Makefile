# Everything here is also a plain pip or python line; the README shows them.

PYTHON ?= $(firstword $(foreach name,python3.11 python3.12 python3,$(shell command -v $(name) 2>/dev/null)))
VENV := .venv
RUN := $(VENV)/bin/python
STAMP := $(VENV)/.complete
# Beside the folder: removing the folder would remove it first, and then be interrupted.
MARK := $(VENV).part

.PHONY: setup demo webui test lint parity benchmarks

# A set-up that was interrupted leaves its mark and starts over; one that is complete does nothing.
setup: $(STAMP)
	@echo "$(VENV) is ready"

$(STAMP): requirements.txt requirements-dev.txt constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))' \
		|| { echo "Python 3.11 or 3.12 is needed; name it with: make setup PYTHON=/path/to/python3.11"; exit 2; }
	@if [ -e $(MARK) ]; then rm -rf $(VENV); fi
	@touch $(MARK)
	$(PYTHON) -m venv $(VENV)
	$(RUN) -m pip install --quiet --disable-pip-version-check \
		-r requirements.txt -r requirements-dev.txt -c constraints.txt
	@touch $(STAMP) && rm -f $(MARK)

demo:
	@echo "make demo is not built yet: it comes with the command 'clone'. Try: $(RUN) -m gpt_sovits phones --help"; exit 2

webui:
	@echo "make webui is not built yet: it comes with the first page of the workbench."; exit 2

test: setup
	$(RUN) -m pytest -q

lint: setup
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy

parity: setup
	$(RUN) tests/parity/check.py tests/parity

benchmarks: setup
	$(RUN) benchmarks/text.py
	$(RUN) benchmarks/decode.py
