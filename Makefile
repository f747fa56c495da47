# Every target installs what it needs first (tools/bootstrap) and can be the first one on a fresh machine.
.DEFAULT_GOAL := build
.PHONY: help build demo test test-full soak bench fuzz package format tidy hooks clean

help: ## This list
	@sed -n 's/^\([a-z-]*\): .*## /\1|/p' Makefile | awk -F'|' '{printf "  make %-10s %s\n", $$1, $$2}'

build: ## build/clicklake, and nothing else
	@tools/bootstrap
	@tools/configure release
	@cmake --build build --target clicklake

demo: build ## Generate two days of clicks, run them into a lake, show tables and timings
	@tools/demo build/demo

test: ## What a change must pass: unit, SQL, crash, sanitizer and fuzz tests, format, lint (tools/test --help)
	@tools/bootstrap --dev
	@tools/test

test-full: ## The same on every file, with the slow tests, and in a bare Debian 12
	@tools/bootstrap --full
	@tools/test --full

soak: ## The randomised tests for SOAK_MINUTES (30): kills, fuzzers
	@tools/bootstrap --dev
	@tools/soak

bench: ## The benchmark table, written to bench/results/
	@tools/bootstrap --bench
	@tools/configure release
	@cmake --build build
	@bench/run

fuzz: ## Every fuzz target for FUZZ_SECONDS (300) each
	@tools/bootstrap --dev
	@tools/fuzz

package: build ## dist/: a relocatable tar.zst and a .deb
	@tools/package build dist

format: ## Rewrite the sources as .clang-format says
	@tools/bootstrap --dev
	@tools/check-format --fix

tidy: ## clang-tidy over every file
	@tools/bootstrap --dev
	@tools/configure release
	@tools/check-tidy

hooks: ## Install the git hooks of .pre-commit-config.yaml into this clone
	@tools/bootstrap --dev
	@tools/install-hooks

clean: ## Remove every build folder; .deps stays
	rm -rf build build-debug build-asan build-tsan build-fuzz dist .cache
