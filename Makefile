# The commands that people use; each works from a bare clone.
# Needs: python3 (3.11 or newer) with venv, make, git, curl.

SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv/bin
export UV := $(CURDIR)/$(VENV)/uv

# SOURCES=dir: other departments' files, with a home of their own beside var/
ifdef SOURCES
SOURCES_PATH := $(abspath $(SOURCES))
export GONGKAI_HOME ?= $(CURDIR)/var-$(notdir $(SOURCES_PATH))-$(shell printf %s '$(SOURCES_PATH)' | cksum | cut -d' ' -f1)
endif
HOMES = $(if $(GONGKAI_HOME),$(GONGKAI_HOME),$(wildcard $(CURDIR)/var $(CURDIR)/var-*))

.PHONY: help install demo down clean test tests-with-servers tests-without check fuzz bench docs lock
.DEFAULT_GOAL := help

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 12

install: .venv/pipeline.stamp portal/.venv/portal.stamp ## both environments, from hashed locks

.venv/uv.stamp: requirements/uv.txt
	@echo "  the installer"
	@$(PYTHON) -m venv .venv
	@$(VENV)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

.venv/pipeline.stamp: .venv/uv.stamp requirements/pipeline.txt pyproject.toml
	@echo "  installing the pipeline ($$(grep -c '^[a-z]' requirements/pipeline.txt) packages, about a minute)"
	@env -u PYTHONDONTWRITEBYTECODE $(UV) pip install --quiet --python $(VENV)/python --require-hashes --compile-bytecode -r requirements/pipeline.txt
	@$(UV) pip install --quiet --python $(VENV)/python --no-deps --no-build-isolation --editable .
	@touch $@
	@echo "  the pipeline is installed"

portal/.venv/portal.stamp: .venv/uv.stamp portal/requirements.txt
	@echo "  installing the portal ($$(grep -c '^[a-z]' portal/requirements.txt) packages)"
	@$(UV) venv --quiet --allow-existing --python $(VENV)/python portal/.venv
	@env -u PYTHONDONTWRITEBYTECODE $(UV) pip sync --quiet --python portal/.venv/bin/python --require-hashes --compile-bytecode portal/requirements.txt
	@touch $@
	@echo "  the portal is installed"

.venv/test.stamp: .venv/pipeline.stamp requirements/test.txt
	@echo "  installing the test tools"
	@env -u PYTHONDONTWRITEBYTECODE $(UV) pip install --quiet --python $(VENV)/python --require-hashes --compile-bytecode -r requirements/test.txt
	@touch $@

.venv/s3.stamp: .venv/uv.stamp requirements/s3.txt
	@echo "  installing an S3 server for the tests ($$(grep -c '^[a-z]' requirements/s3.txt) packages)"
	@$(UV) venv --quiet --allow-existing --python $(VENV)/python .venv/s3
	@$(UV) pip sync --quiet --python .venv/s3/bin/python --require-hashes requirements/s3.txt
	@touch $@

demo: ## everything on this machine, every dataset published; SOURCES=dir for other files
	@$(MAKE) --no-print-directory -j2 install
	@$(VENV)/python -m gongkai.local demo $(SOURCES_PATH)

down: ## stop what demo started, keep the data
	@for home in $(HOMES); do GONGKAI_HOME=$$home $(VENV)/python -m gongkai.local down || exit 1; done

clean: ## stop it and remove the data; with SOURCES=dir that of its home
	@$(VENV)/python -m gongkai.local clean

check: .venv/test.stamp ## style, types, import layers
	$(VENV)/ruff check .
	$(VENV)/ruff format --check .
	$(VENV)/mypy
	$(VENV)/tach check

test: ## every check and every test
	@$(MAKE) --no-print-directory -j2 install .venv/test.stamp .venv/s3.stamp
	@$(MAKE) --no-print-directory check
	@$(MAKE) --no-print-directory -j2 --output-sync=target tests-with-servers tests-without

tests-with-servers:
	$(VENV)/python -m pytest $(SERVERS)

tests-without:
	$(VENV)/python -m pytest $(SERVERS:%=--ignore=%)

# what mostly waits for a stand to come up, beside what mostly works
SERVERS := tests/stand tests/local tests/real

fuzz: .venv/test.stamp ## corrupted variants of the real files; N=2000 SEED=1, files in GONGKAI_REAL_DATA
	@$(VENV)/python -m tests.fuzz $(or $(N),2000) $(or $(SEED),1)

bench: install .venv/test.stamp ## every benchmark, beside its floor and its peers (half an hour)
	@$(VENV)/python benchmarks/parse.py
	@$(VENV)/python benchmarks/macros.py
	@$(VENV)/python benchmarks/reading.py
	@$(VENV)/python benchmarks/check.py
	@$(VENV)/python benchmarks/datasets.py

docs: .venv/pipeline.stamp ## the pages that are made from the contracts
	@$(VENV)/python -m gongkai.describe
	@$(VENV)/python -m gongkai.coverage > docs/coverage.md.new && mv docs/coverage.md.new docs/coverage.md

lock: .venv/uv.stamp ## the locks anew: hashes, no addresses
	cd requirements && $(UV) pip compile --quiet --upgrade $(LOCK) uv.in -o uv.txt
	$(UV) pip compile --quiet --upgrade $(LOCK) pyproject.toml -o requirements/pipeline.txt
	$(UV) pip compile --quiet $(LOCK) --extra test -c requirements/pipeline.txt pyproject.toml -o requirements/test.txt
	cd requirements && $(UV) pip compile --quiet --upgrade $(LOCK) s3.in -o s3.txt
	cd portal && $(UV) pip compile --quiet --upgrade $(LOCK) --overrides overrides.in requirements.in -o requirements.txt

LOCK := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header
