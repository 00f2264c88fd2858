# The two commands of the README. Everything is installed into .venv and nowhere else.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test install lint types check clean

demo: .venv/run
	$(BIN)/gtminer demo

test: .venv/test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/run: pyproject.toml constraints.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	touch $@

.venv/test: pyproject.toml constraints.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test]'
	touch $@ .venv/run

install: .venv/run

lint: .venv/test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: .venv/test
	$(BIN)/mypy

check: test

clean:
	rm -rf .venv build dist
