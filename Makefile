# A thin front: every target is one script or one CMake preset. `make` alone lists them.
.PHONY: help demo test build release ci ci-full bench fuzz format clean
.DEFAULT_GOAL := help
SHELL := /bin/bash

help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

demo: ## install what is missing, build, run the bundled study, print where the report is
	@bash tools/setup.sh build
	@bash tools/build.sh release shuxiao
	@bash tools/demo.sh

test: ## install what is missing, build and run every test
	@bash tools/setup.sh build test
	@bash tools/build.sh release
	@bash tools/run-tests.sh build/release

build: ## a debug build in build/dev
	@bash tools/setup.sh build
	@bash tools/build.sh dev

release: ## the optimised program: build/release/shuxiao
	@bash tools/setup.sh build
	@bash tools/build.sh release

ci: ## all that must hold before a change is taken (.ci/run)
	@bash .ci/run

ci-full: ## the wider matrix: clang, ThreadSanitizer, valgrind, long fuzzing
	@bash tools/ci-full.sh

bench: ## the same work here and in R, in one run, with the ratios
	@bash tools/setup.sh build bench
	@bash tools/bench.sh

fuzz: ## fuzz for SECONDS (default 600) in all: make fuzz SECONDS=60
	@bash tools/setup.sh build ci
	@bash tools/fuzz.sh $(or $(SECONDS),600)

format: ## clang-format over all C files
	@git ls-files -co --exclude-standard -- '*.c' '*.h' | xargs clang-format -i

clean: ## remove build/
	@rm -rf build
