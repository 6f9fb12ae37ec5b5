# apus: build, test, install. `make help` lists the targets.

# Where `make install` puts things; DESTDIR goes before all of it.
PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
DATADIR ?= $(PREFIX)/share
DESTDIR ?=

# A toolchain unpacked by hand is often not on the PATH of root or of a CI machine.
SWIFT ?= $(shell command -v swift || echo /opt/swift/usr/bin/swift)

# Other programs to run the quickstart with or to measure: make bench APUS=/usr/bin/apus CRUN=... RUNC=...
APUS ?= .build/release/apus
RUNC ?= runc
CRUN ?= crun
# Further options of the benchmark: make bench BENCH="--quick --layout v1"
BENCH ?=
# Options of the tests in a virtual machine: make test-vm VM="--keep --filter CgroupV2"
VM ?=

release = .build/release/apus
# Each function in a section of its own, so that the linker can put the hot ones side by side (Scripts/symbol-order):
# 2 MB less memory for each command. Not in the manifest: a package with unsafe compiler flags can be nobody's dependency.
sections = -Xswiftc -Xfrontend -Xswiftc -function-sections
sources = Sources Tests Package.swift

.DEFAULT_GOAL := build
.PHONY: help quickstart packages build test test-vm install uninstall bench format lint clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

quickstart: ## install what is missing, build, run a first container and show what it sees
	@SWIFT=$(SWIFT) APUS=$(APUS) Scripts/quickstart

packages:
	@Scripts/install-packages build

# SwiftPM gives the same executable with plain `swift build -c release`. What make adds is the commit that `apus
# --version` prints. It is written after linking, so that a commit does not recompile anything, and not through the
# package manifest, whose values SwiftPM caches beyond the next commit.
build: packages ## build .build/release/apus, one static executable
	$(SWIFT) build -c release --product apus $(sections)
	@Scripts/stamp-commit $(release)

# The runner's own summary is the last line. Tests that need root or a feature of the host say so when they skip.
test: ## install what the tests need, build, run the unit and integration tests
	@Scripts/install-packages build test
	@$(MAKE) --no-print-directory build
	APUS_BINARY=$(abspath $(release)) $(SWIFT) test --disable-xctest

test-vm: ## run the integration tests in a virtual machine: cgroup v2, AppArmor, another kernel
	@Scripts/install-packages build test vm
	@$(MAKE) --no-print-directory build
	$(SWIFT) build --build-tests
	@APUS_BINARY=$(abspath $(APUS)) Tests/VM/test $(VM)

install: ## install the release executable below PREFIX (default /usr/local)
	@test -x $(release) || { echo "make install: run make build first" >&2; exit 1; }
	install -D -m 0755 $(release) $(DESTDIR)$(BINDIR)/apus
	@Scripts/install-data $(release) $(DESTDIR)$(DATADIR)

uninstall: ## remove what install put there
	rm -f $(DESTDIR)$(BINDIR)/apus
	@Scripts/install-data --remove $(DESTDIR)$(DATADIR)

bench: ## measure apus beside crun, runc and the kernel's own work; writes results/bench.json
	@Scripts/install-packages build bench
	@$(MAKE) --no-print-directory build
	@APUS=$(APUS) RUNC=$(RUNC) CRUN=$(CRUN) Benchmarks/bench $(BENCH)

format: ## format the sources
	$(SWIFT) format --in-place --recursive --parallel $(sources)

lint: ## check formatting and the rules of the house
	$(SWIFT) format lint --strict --recursive --parallel $(sources)
	@Scripts/check-house-rules

clean: ## remove what was built
	rm -rf .build results
