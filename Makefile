# Rookery. `make` alone lists what there is; the work itself is done by CMake, npm and the scripts in scripts/ and tools/.

# A Node that scripts/install-deps had to bring lives in .cache; where the machine has one of its own, that folder is not there.
export PATH := $(CURDIR)/.cache/node/bin:$(PATH)
export CMAKE_COLOR_DIAGNOSTICS ?= ON

# Debian's Python: the one that python3-yaml and python3-jsonschema are installed for.
PYTHON := /usr/bin/python3
JOBS ?= $(shell nproc)
PREFIX ?= /usr/local
DESTDIR ?=
ROOKERY_DATA_DIR ?= data
ROOKERY_LISTEN ?= 127.0.0.1:8080
FUZZ_SECONDS ?= 3600
KILL_ROUNDS ?= 200
POWER_CUT_ROUNDS ?= 100
IMAGE_ROUNDS ?= 50
NETWORK_ROUNDS ?= 50
PAUSE_ROUNDS ?= 20
SIMULATION_SECONDS ?= 1800
CONFORMANCE ?= tests/conformance

SERVER := build/release/rookery
PAGE_SOURCES := $(shell find web sdk api docs $(wildcard examples) CHANGELOG.md CONTRIBUTING.md package-lock.json -type f -not -path '*/node_modules/*' -not -path '*/dist/*' -not -name '*.pyc')

.NOTPARALLEL:
.DEFAULT_GOAL := help

.PHONY: help
help: ## list the targets
	@echo "Rookery: make run starts it, make test checks it. All targets:"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: deps
deps: ## install what building, running and testing need (Debian 12; root or sudo)
	@scripts/install-deps

.PHONY: build
build: deps configure-release ## build the server: build/release/rookery
	cmake --build --preset release -j $(JOBS) --target $(if $(wildcard src/app/*.cc),rookery,all)

.PHONY: run
run: web build ## build what is needed and serve on http://localhost:8080, data in ./data
	$(SERVER) --listen $(ROOKERY_LISTEN) --data-dir $(ROOKERY_DATA_DIR)

.PHONY: test
test: deps lint web test-server test-protocol test-docs test-web test-fuzz ## build everything, lint, run all tests

.PHONY: test-server
test-server: build-release ## run the tests of the server
	ctest --test-dir build/release --output-on-failure --no-tests=error -j $(JOBS)

.PHONY: test-protocol
test-protocol: build-release ## check a running server against the protocol and its documents
	$(PYTHON) -B -m pytest -p no:cacheprovider -n $(JOBS) tests/api tests/conformance
	$(PYTHON) -B -m pytest -p no:cacheprovider -n $(JOBS) tests/faults

.PHONY: test-docs
test-docs: web build-release ## run every example of the documents, follow every link
	$(PYTHON) -B -m pytest -p no:cacheprovider -n $(JOBS) tests/docs

.PHONY: test-web
test-web: web build-release ## run the tests of the page, in Node and in a browser
	npm test
	npm run e2e

.PHONY: test-fuzz
test-fuzz: build-fuzz ## run every fuzz target for a minute, with the address and undefined-behaviour sanitizers
	@FUZZ_SEED=1 scripts/fuzz 60 $(JOBS)

.PHONY: bench
bench: build ## measure: server CPU per operation, memory, latency, and the machine's floors
	$(SERVER) bench

.PHONY: soak
soak: deps build-release build-mutants ## hours of faults: verify (KILL_ROUNDS, POWER_CUT_ROUNDS, …), every offset, simulation
	$(SERVER) verify --fault kill --rounds $(KILL_ROUNDS)
	$(SERVER) verify --fault power-cut --rounds $(POWER_CUT_ROUNDS) --server build/mutants/rookery
	scripts/power-cut-image --rounds $(IMAGE_ROUNDS) || [ $$? = 3 ]
	$(SERVER) verify --fault network --rounds $(NETWORK_ROUNDS)
	$(SERVER) verify --fault pause --rounds $(PAUSE_ROUNDS)
	ROOKERY_POWER_CUTS=$(POWER_CUT_ROUNDS) build/release/storage_test --gtest_filter='PowerCutTest.*'
	build/release/simulation --seed $$(date +%s) --seconds $(SIMULATION_SECONDS)
	ROOKERY_SOAK=1 $(PYTHON) -B -m pytest -p no:cacheprovider tests/faults

.PHONY: power-cut-image
power-cut-image: deps build-release ## cut the power of a server on a disk image, IMAGE_ROUNDS times (root, loop mounts)
	scripts/power-cut-image --rounds $(IMAGE_ROUNDS)

.PHONY: lint
lint: ## check layers, coroutines, paths, formats and scripts
	@scripts/lint

.PHONY: tidy
tidy: configure-debug ## clang-tidy over what differs from origin/main (ALL=1: over everything)
	@scripts/tidy $(if $(ALL),--all)

.PHONY: fmt
fmt: ## format all code
	@scripts/fmt

.PHONY: asan
asan: deps build-asan ## all server tests and the conformance suite with the address and undefined-behaviour sanitizers
	ctest --test-dir build/asan --output-on-failure --no-tests=error -j $(JOBS)
	ROOKERY_BINARY=$(CURDIR)/build/asan/rookery $(PYTHON) -B -m pytest -p no:cacheprovider -n $(JOBS) $(CONFORMANCE)

.PHONY: tsan
tsan: deps build-tsan ## all server tests and the conformance suite with the thread sanitizer
	ctest --test-dir build/tsan --output-on-failure --no-tests=error -j $(JOBS)
	ROOKERY_BINARY=$(CURDIR)/build/tsan/rookery TSAN_OPTIONS=halt_on_error=1 $(PYTHON) -B -m pytest -p no:cacheprovider -n $(JOBS) $(CONFORMANCE)

.PHONY: mutants
mutants: deps ## test the checker and the tests: break the server on purpose, and see that verify and the named tests find it
	@scripts/mutants
	@scripts/mutants-tests

.PHONY: fuzz
fuzz: deps build-fuzz ## run every fuzz target for FUZZ_SECONDS (3600)
	@scripts/fuzz $(FUZZ_SECONDS) $(JOBS)

.PHONY: web
web: deps web/dist/index.html ## build the page into web/dist

web/dist/index.html: $(PAGE_SOURCES)
	npm run build
	@touch $@

.PHONY: install
install: web build ## install into PREFIX (/usr/local), below DESTDIR when set
	DESTDIR=$(DESTDIR) cmake --install build/release --prefix $(PREFIX)

.PHONY: clean
clean: ## delete what was built; data/ stays
	rm -rf build web/dist sdk/typescript/dist

configure-%:
	cmake --preset $*

build-%: configure-%
	cmake --build --preset $* -j $(JOBS)
