# apus: build, test, install. `make help` lists the targets.
#
# `make build` needs the packages of `make deps`, neither the network nor root. Options, each with its default:
#   STATIC=1          0: a dynamic, position independent executable that needs the libraries of the Swift toolchain
#   SYMBOL_ORDER=1    0: do not put the functions of the hot commands side by side (Scripts/symbol-order)
#   KEEP_SYMBOLS=0    1: leave the symbols and the debugging information in the executable
#   COMMIT            what `apus --version` names as the commit; else git says it
#   SWIFTFLAGS, CFLAGS, LDFLAGS, SWIFT_BUILD_FLAGS: further flags of swiftc, of clang, of the linking and of `swift build`

# Where `make install` puts things; DESTDIR goes before all of it.
PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
DATADIR ?= $(PREFIX)/share
DOCDIR ?= $(DATADIR)/doc/apus
DESTDIR ?=

STATIC ?= 1
SYMBOL_ORDER ?= 1
KEEP_SYMBOLS ?= 0

# A toolchain unpacked by hand is often not on the PATH of root or of a CI machine.
SWIFT ?= $(shell command -v swift || echo /opt/swift/usr/bin/swift)

# Other programs to run the quickstart with or to measure: make bench APUS=/usr/bin/apus CRUN=... RUNC=...
APUS ?= .build/release/apus
RUNC ?= runc
CRUN ?= crun
# Further options of the benchmark: make bench BENCH="--quick --layout v1"
BENCH ?=
# Options of the tests with systemd: make test-systemd SYSTEMD="--filter SystemdUnit"
SYSTEMD ?=
# Options of the tests in a virtual machine: make test-vm VM="--keep try --filter CgroupV2"
VM ?=
# Options of the comparison on engines: make test-engines ENGINES="--driver systemd --engines podman"
ENGINES ?=

release = .build/release/apus
sources = Sources Tests Plugins Examples Package.swift
options = APUS_STATIC=$(STATIC) APUS_SYMBOL_ORDER=$(SYMBOL_ORDER) APUS_KEEP_SYMBOLS=$(KEEP_SYMBOLS) \
	$(if $(COMMIT),APUS_COMMIT=$(COMMIT))
flags = $(foreach flag,$(SWIFTFLAGS),-Xswiftc $(flag)) $(foreach flag,$(CFLAGS),-Xcc $(flag)) \
	$(foreach flag,$(LDFLAGS),-Xswiftc -Xclang-linker -Xswiftc $(flag)) $(SWIFT_BUILD_FLAGS)

.DEFAULT_GOAL := build
.PHONY: help deps quickstart build test test-systemd test-vm test-engines examples dependant reference install uninstall deb bench counts format lint clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

deps: ## install the Debian packages that building and testing take
	@Scripts/install-packages build test

quickstart: ## install what is missing, build, run a first container and show what it sees
	@SWIFT=$(SWIFT) APUS=$(APUS) Scripts/quickstart

# Plain `swift build -c release` gives the same executable.
build: ## build .build/release/apus, one static executable
	$(options) $(SWIFT) build -c release --product apus $(flags)

# The runner's own summary is the last line. Tests that need root or a feature of the host say so when they skip.
test: build ## run the unit and integration tests; as root, containers need it
	APUS_BINARY=$(abspath $(release)) $(SWIFT) test --disable-xctest

examples: ## build the examples of the library and run them as root, the service under load
	@Scripts/install-packages examples
	Examples/test

dependant: ## the same in packages that depend on apus by a version, and the parts that work alone
	@Scripts/install-packages examples
	Scripts/check-dependant

reference: ## make the reference of the library and its tutorial from the comments, below .build/reference
	APUS_DOCS=1 $(SWIFT) package --allow-writing-to-directory .build/reference \
		generate-documentation --target Containers --output-path .build/reference --warnings-as-errors

test-systemd: build ## run the integration tests that need systemd in a container that boots one
	@Scripts/install-packages systemd-host
	$(SWIFT) build --build-tests
	@APUS_BINARY=$(abspath $(APUS)) Tests/SystemdHost/run $(SYSTEMD)
	@APUS_BINARY=$(abspath $(APUS)) Tests/SystemdHost/run --layout legacy $(SYSTEMD) || [ $$? = 77 ]

test-vm: build ## run the integration tests in a virtual machine: cgroup v2, AppArmor, another kernel
	@Scripts/install-packages vm
	$(SWIFT) build --build-tests
	@APUS_BINARY=$(abspath $(APUS)) Tests/VM/test $(VM)

test-engines: build ## compare apus with runc under podman, docker, swarm, containerd and buildah; needs root
	@Scripts/install-packages engines
	@Tests/Engines/compare $(ENGINES) $(abspath $(APUS)) $(RUNC)

install: ## install executable, manual pages, completions and documents below PREFIX (default /usr/local)
	@test -x $(release) || { echo "make install: run make build first" >&2; exit 1; }
	install -D -m 0755 $(release) $(DESTDIR)$(BINDIR)/apus
	@Scripts/install-data $(release) $(DESTDIR)$(DATADIR)
	install -d $(DESTDIR)$(DOCDIR)
	install -m 0644 LICENSE README.md CHANGELOG.md SECURITY.md docs/*.md $(DESTDIR)$(DOCDIR)

uninstall: ## remove what install put there
	rm -f $(DESTDIR)$(BINDIR)/apus
	@Scripts/install-data --remove $(DESTDIR)$(DATADIR)
	rm -rf $(DESTDIR)$(DOCDIR)

deb: ## make a Debian package of what was built, in .build/deb
	@test -x $(release) || { echo "make deb: run make build first" >&2; exit 1; }
	@Packaging/debian/build .build/deb

bench: ## measure apus beside crun, runc and the kernel's own work; writes results/bench.json
	@Scripts/install-packages build bench
	@$(MAKE) --no-print-directory build
	@APUS=$(APUS) RUNC=$(RUNC) CRUN=$(CRUN) Benchmarks/bench $(BENCH)

counts: ## count system calls, instructions, page faults and bytes; COUNTS=--check or --update compares or records
	@Scripts/install-packages counts
	@APUS=$(APUS) Benchmarks/counts $(COUNTS)

format: ## format the sources
	$(SWIFT) format --in-place --recursive --parallel $(sources)

lint: ## check formatting and the rules of the house
	$(SWIFT) format lint --strict --recursive --parallel $(sources)
	@Scripts/check-house-rules

clean: ## remove what was built
	rm -rf .build results
