# Everything here is also a plain pip or python line; the README shows them.

PYTHON ?= $(firstword $(foreach name,python3.11 python3.12 python3,$(shell command -v $(name) 2>/dev/null)))
VENV := .venv
RUN := $(VENV)/bin/python
STAMP := $(VENV)/.complete
# Beside the folder: removing the folder would remove it first, and then be interrupted.
MARK := $(VENV).part

.PHONY: setup demo webui test walk lint parity benchmarks

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

# make demo [AUDIO=recording.wav] [TEXT="what is said in it" or TEXT=file.txt] [LANGUAGE=en]
# Only values of make's own command line count: many systems have a LANGUAGE in their environment.
# They reach the shell as variables, so that quotes in a text stay what they are.
given = $(filter command line,$(origin $(1)))
demo: export DEMO_AUDIO = $(if $(call given,AUDIO),$(AUDIO))
demo: export DEMO_TEXT = $(if $(call given,TEXT),$(TEXT))
demo: export DEMO_LANGUAGE = $(if $(call given,LANGUAGE),$(LANGUAGE))
demo: setup
	@set --; \
	if [ -n "$$DEMO_AUDIO" ]; then set -- "$$@" --audio "$$DEMO_AUDIO"; fi; \
	if [ -f "$$DEMO_TEXT" ]; then set -- "$$@" --text-file "$$DEMO_TEXT"; \
	elif [ -n "$$DEMO_TEXT" ]; then set -- "$$@" --text "$$DEMO_TEXT"; fi; \
	if [ -n "$$DEMO_LANGUAGE" ]; then set -- "$$@" --language "$$DEMO_LANGUAGE"; fi; \
	$(RUN) -m gpt_sovits demo "$$@"

webui: setup
	$(RUN) webui.py

# The tests of the pages wait a lot: they run beside all others, and are shown after them.
test: setup
	@log=$$(mktemp); trap 'rm -f "$$log"' EXIT; \
	$(RUN) -m pytest -q -m "browser and not walk" >"$$log" 2>&1 & pages=$$!; \
	$(RUN) -m pytest -q -m "not browser"; rest=$$?; \
	wait $$pages; shown=$$?; cat "$$log"; exit $$((rest | shown))

# The main path through the page with real networks, some ten minutes.
walk: setup
	$(RUN) -m pytest -q -m walk tests/browser

lint: setup
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy
	@if command -v npx >/dev/null; then \
		cd subfix/ui && npx --yes -p typescript@5.9.3 tsc -p jsconfig.json; \
	else echo "npx is not installed: the types of subfix/ui/*.js are not checked"; fi

parity: setup
	$(RUN) tests/parity/check.py tests/parity

benchmarks: setup
	$(RUN) benchmarks/text.py
	$(RUN) benchmarks/decode.py
	$(RUN) benchmarks/train.py
