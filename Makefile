# vaelearn. `make help` lists the targets.

.POSIX:
.PHONY: run test build install uninstall figures bench dist clean help ready

PREFIX = /usr/local
DESTDIR =
BINARY = .build/release/vaelearn

# The portable build: any x86-64 processor since about 2013, or any arm64; Swift's own libraries inside.
DISTRIBUTED_MARCH = x86-64-v3

run: build
	@lesson=$${LESSON:-$$(ls -d lessons/[0-9]*-*/lesson.md 2>/dev/null | head -n 1 | sed 's|lessons/0*\([0-9][0-9]*\)-.*|\1|')}; \
	if [ -n "$$lesson" ]; then exec $(BINARY) lesson "$$lesson"; else exec $(BINARY) --help; fi

build: ready
	swift build -c release

# Tests run optimised, as the program does: numbers must agree there, and the slow ones are fast.
test: ready
	@.ci/packages test
	swift build -c release --build-tests
	swift test -c release --skip-build

# Copies what was built, so that `sudo make install` needs no Swift; builds first where nothing was.
install:
	@[ -x $(BINARY) ] || $(MAKE) build
	install -d "$(DESTDIR)$(PREFIX)/bin" "$(DESTDIR)$(PREFIX)/share/vaelearn"
	install -m 755 $(BINARY) "$(DESTDIR)$(PREFIX)/bin/vaelearn"
	rm -rf "$(DESTDIR)$(PREFIX)/share/vaelearn/lessons"
	cp -R lessons "$(DESTDIR)$(PREFIX)/share/vaelearn/lessons"

uninstall:
	rm -f "$(DESTDIR)$(PREFIX)/bin/vaelearn"
	rm -rf "$(DESTDIR)$(PREFIX)/share/vaelearn"

figures: build
	$(BINARY) figures all

bench: build
	Benchmarks/run.sh

dist: ready
	VAELEARN_MARCH=$(DISTRIBUTED_MARCH) swift build -c release --scratch-path .build/dist --static-swift-stdlib --product vaelearn
	rm -rf dist/vaelearn
	$(MAKE) install BINARY=.build/dist/release/vaelearn DESTDIR=dist/vaelearn PREFIX=
	strip dist/vaelearn/bin/vaelearn
	cp LICENSE README.md INSTALL dist/vaelearn/
	tar -C dist --owner=0 --group=0 --sort=name -czf "dist/vaelearn-$$(uname -m).tar.gz" vaelearn
	@echo "dist/vaelearn-$$(uname -m).tar.gz is ready; INSTALL in it names the packages it needs"

clean:
	rm -rf .build dist

ready:
	@.ci/packages
	@.ci/swift

help:
	@echo 'make run        build, then start the first lesson    (LESSON=4: the fourth)'
	@echo 'make test       build and run all tests                (VAELEARN_MNIST=DIR: also those that want MNIST)'
	@echo 'make build      build .build/release/vaelearn'
	@echo 'make install    to PREFIX, by default /usr/local       (DESTDIR is honoured)'
	@echo 'make uninstall  remove what install put there'
	@echo 'make figures    draw the figures of all lessons anew'
	@echo 'make bench      our timings beside those of PyTorch and JAX (PYTHON=... names the interpreter that has them)'
	@echo 'make dist       an archive for machines without Swift, in dist/'
	@echo 'make clean      remove everything built'
	@echo
	@echo 'run, test and build first install the Debian packages that are missing (as root or through sudo).'
