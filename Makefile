# SPDX-License-Identifier: MIT
#
# make            build/numavm; with ARCH=arm64 on x86-64 build/arm64/numavm
# make demo       boot a stock kernel on a three-node machine and print what it sees, on both
#                 architectures
# make check      run every test
# make check-slow what check has a short form of: every fault with every errno, 10,000 starts, 200 at
#                 once, every case of a command in the guest, and each fuzzer for ten minutes; takes
#                 about three hours
# make fuzz       fuzz each parser and device for TIME=60 seconds, or those of FUZZ="name ..."
# make bench      print how fast it is, against its rivals; with ARCH=arm64 in a simulated host
# make install    to DESTDIR and PREFIX
#
# demo, check and bench install what they need (Debian packages) by themselves.

include arch/pure.mk

VERSION := 0.1
MACHINE := $(shell uname -m)
ARCH ?= $(MACHINE)
PREFIX ?= /usr/local
# The folder of an architecture, which may be called as uname -m calls it.
arch_dir = $(or $(strip $(foreach a,$(ARCHES),$(if $(filter $a $(NAME_$a),$(1)),$a))),\
	     $(error no architecture "$(1)": use one of $(ARCHES)))
ARCH_DIR := $(call arch_dir,$(ARCH))
OTHERS := $(filter-out $(ARCH_DIR),$(ARCHES))
FOREIGN := $(filter-out $(call arch_dir,$(MACHINE)),$(ARCH_DIR))

# For an architecture that is not this machine's, as in make ARCH=arm64 on x86-64.
ifneq ($(FOREIGN),)
BUILD ?= build/$(ARCH_DIR)
ifeq ($(origin CC),default)
CC := $(NAME_$(ARCH_DIR))-linux-gnu-gcc
endif
endif
BUILD ?= build
CC ?= cc

CFLAGS ?= -O2 -g
WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla
# What is in an architecture's folder, here or among the unit tests, has that one's arch_types.h.
arch_of = $(or $(filter $(ARCHES),$(subst /, ,$(dir $(1)))),$(ARCH_DIR))
ALL_CFLAGS = -std=gnu11 -D_GNU_SOURCE -I. -iquote arch/$(call arch_of,$<) -iquote $(BUILD) \
	     $(WARNINGS) -pthread -DNUMAVM_VERSION='"$(VERSION)"' $(CFLAGS)

# Static, since a start pays for every library that it loads. The linker's warning is about name
# look-ups in libnuma (affinity.c), which no node string of ours asks for.
LINK ?= -static-pie -fPIE -Wl,--no-warnings
PIE = $(filter -fPIE,$(LINK))
LIBS_x86 :=
LIBS_arm64 := -lfdt
LIBS := -ljansson -lnuma -l:libarchive.a -lelf -lbz2 -lnettle -llz4 -lzstd -llzma -lz -lm $(LIBS_$(ARCH_DIR))

# The guest's first process, static and small by musl, which the program carries (init_image.S). It is
# the same whatever the program is built with: CFLAGS do not count, but for -Werror.
INIT_ARCH := $(NAME_$(ARCH_DIR))-linux-musl
INIT_SOURCES := $(wildcard vmm/guest/init/*.c arch/$(ARCH_DIR)/init/*.c) vmm/guest/frame.c
INIT_OBJECTS := $(INIT_SOURCES:%.c=$(BUILD)/init/%.o)
INIT_CFLAGS = -std=gnu11 -D_GNU_SOURCE -I. $(WARNINGS) $(filter -Werror,$(CFLAGS)) -Os -nostdinc \
	      -isystem /usr/include/$(INIT_ARCH) -isystem $(shell $(CC) -print-file-name=include) \
	      -fno-pie -fno-stack-protector -fno-asynchronous-unwind-tables -ffunction-sections \
	      -fdata-sections
INIT_LIB := /usr/lib/$(INIT_ARCH)
INIT_IMAGE := $(BUILD)/vmm/guest/init_image.o

SOURCES := $(wildcard vmm/*.c vmm/*/*.c mem/*.c arch/*.c arch/$(ARCH_DIR)/*.c $(SHARED_$(ARCH_DIR):%=arch/%/*.c))
OBJECTS := $(SOURCES:%.c=$(BUILD)/%.o) $(INIT_IMAGE)

# A suite is a file test_NAME.c with a function NAME_suite(); suites.inc is their list.
TESTS := $(wildcard tests/unit/*.c $(ARCHES:%=tests/unit/%/*.c))
SUITES := $(sort $(patsubst test_%.c,%,$(filter test_%,$(notdir $(TESTS)))))
UNIT := $(TESTS:%.c=$(BUILD)/%.o)

# The other architectures' pure builders, for the unit tests. libfdt-dev is of one architecture
# alone; its header and the other's library will do.
PURE := $(foreach a,$(OTHERS),$(patsubst %.c,$(BUILD)/%.o,$(filter-out \
	$(MACHINE_$a:%=arch/$a/%.c),$(wildcard arch/$a/*.c))))
SHARED := $(sort $(filter-out $(SHARED_$(ARCH_DIR)),$(foreach a,$(OTHERS),$(SHARED_$a))))
PURE += $(patsubst %.c,$(BUILD)/%.o,$(wildcard $(SHARED:%=arch/%/*.c)))
UNIT_LIBS_x86 := -l:libfdt.so.1
# arm64's run in a simulated host too, which has no libraries. Those of x86 would need its libfdt.
UNIT_LINK_arm64 = $(LINK)
OTHER_UNITS := $(foreach a,$(filter arm64,$(OTHERS)),$(BUILD)/$a/unit)
UNIT_LIBS := -lcheck_pic -lsubunit -lrt $(UNIT_LIBS_$(ARCH_DIR)) $(LIBS)

SANITIZE := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
ASAN = $(MAKE) -s BUILD=$(BUILD)/asan CFLAGS="$(SANITIZE)" LINK=

# Fuzzers, by clang: tests/fuzz/fuzz_NAME.c each, and that of kernels for other architectures too, of
# which all but what drives KVM compiles here.
FUZZERS := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_FLAGS := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all \
	      -fno-omit-frame-pointer
FUZZING = $(MAKE) -s CC=clang CFLAGS="$(FUZZ_FLAGS)" LINK=
FUZZED := $(patsubst %,$(BUILD)/%.o,$(filter-out vmm/main,$(basename $(SOURCES)))) $(PURE) \
	  $(if $(FOREIGN),,$(INIT_IMAGE))
FUZZED := $(filter-out $(if $(FOREIGN),$(patsubst %,$(BUILD)/arch/$(ARCH_DIR)/%.o,irq machine \
	tables vcpu)),$(FUZZED))

all: $(BUILD)/numavm

$(BUILD)/numavm: $(OBJECTS)
	$(CC) $(ALL_CFLAGS) $(LINK) $(LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/unit: $(UNIT) $(PURE) $(filter-out %/main.o,$(OBJECTS))
	$(CC) $(ALL_CFLAGS) $(PIE) $(UNIT_LINK_$(ARCH_DIR)) $(LDFLAGS) -o $@ $^ $(UNIT_LIBS)

$(BUILD)/bench/channel: $(BUILD)/tests/bench/channel.o $(filter-out %/main.o,$(OBJECTS))
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(LINK) $(LDFLAGS) -o $@ $^ $(LIBS)

# An archive: what a fuzzer does not call is not linked.
$(BUILD)/fuzzed.a: $(FUZZED) $(BUILD)/tests/fuzz/support.o $(BUILD)/tests/fuzz/folder.o \
		$(BUILD)/tests/unit/klog_image.o
	rm -f $@ && $(AR) rc $@ $^
$(BUILD)/fuzz_%: $(BUILD)/tests/fuzz/fuzz_%.o $(BUILD)/fuzzed.a
	$(CC) $(ALL_CFLAGS) -fsanitize=fuzzer,address,undefined -o $@ $^ $(filter-out -lfdt,$(LIBS)) \
		-l:libfdt.so.1

$(BUILD)/init/init: $(INIT_OBJECTS)
	$(CC) -nostdlib -static -s -Wl,--gc-sections,--build-id=none,-z,norelro,-z,noseparate-code -o $@ \
		$(INIT_LIB)/crt1.o $(INIT_LIB)/crti.o $^ $(INIT_LIB)/libc.a -lgcc $(INIT_LIB)/crtn.o
$(BUILD)/init/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(INIT_CFLAGS) -MMD -MP -c -o $@ $<
$(INIT_IMAGE): vmm/guest/init_image.S $(BUILD)/init/init
	@mkdir -p $(@D)
	$(CC) -Wa,-I$(BUILD) -c -o $@ $<

$(UNIT): | $(BUILD)/suites.inc
$(BUILD)/suites.inc: tests/unit tests/unit/*
	@mkdir -p $(@D)
	@printf 'SUITE(%s)\n' $(SUITES) | cmp -s - $@ || printf 'SUITE(%s)\n' $(SUITES) >$@

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(PIE) -MMD -MP -c -o $@ $<

-include $(OBJECTS:.o=.d) $(INIT_OBJECTS:.o=.d) $(UNIT:.o=.d) $(PURE:.o=.d) $(wildcard $(BUILD)/tests/fuzz/*.d)

setup-%:
	@tests/setup $*

demo: setup-demo
	@$(MAKE) -s
	@$(foreach a,$(OTHERS),$(MAKE) -s ARCH=$a BUILD=$(BUILD)/$a &&) :
	@BUILD=$(BUILD) tests/demo

check: setup-check
	@$(MAKE) -s all $(BUILD)/unit
	@$(ASAN) all $(BUILD)/asan/unit
	@$(MAKE) -s fuzzers
	@$(MAKE) -s BUILD=$(BUILD)/fault LINK= all
	@$(foreach a,$(OTHERS),$(MAKE) -s ARCH=$a BUILD=$(BUILD)/$a all $(filter $(BUILD)/$a/%,$(OTHER_UNITS)) &&) :
	@tests/guest/build.sh $(BUILD)/guest
	@tests/init/build.sh $(BUILD)/init/drive
	@tests/host/build-tools $(BUILD)/host
	@BUILD=$(BUILD) MAKE="$(MAKE)" tests/check

check-slow: setup-check
	@$(MAKE) -s all fuzzers
	@$(ASAN) all
	@$(MAKE) -s BUILD=$(BUILD)/fault LINK= all
	@$(foreach a,$(OTHERS),$(MAKE) -s ARCH=$a BUILD=$(BUILD)/$a all &&) :
	@tests/guest/build.sh $(BUILD)/guest
	@tests/host/build-tools $(BUILD)/host
	@BUILD=$(BUILD) tests/check-slow

fuzzers:
	+@$(FUZZING) BUILD=$(BUILD)/fuzz $(FUZZERS:%=$(BUILD)/fuzz/fuzz_%)
	+@$(foreach a,$(OTHERS),$(FUZZING) CFLAGS="$(FUZZ_FLAGS) -include tests/fuzz/$a.h" \
		BUILD=$(BUILD)/fuzz/$a ARCH=$a $(BUILD)/fuzz/$a/fuzz_kernel &&) :

TIME := 60
fuzz: setup-check
	@$(MAKE) -s fuzzers
	@tests/fuzz/run $(BUILD)/fuzz $(TIME) $(FUZZ)

bench: setup-demo
	@$(MAKE) -s all $(if $(FOREIGN),,$(BUILD)/bench/channel)
	@BUILD=$(BUILD) tests/bench/bench $(if $(FOREIGN),--arch $(NAME_$(FOREIGN)))

# Parts of check.
gcc clang:
	@$(MAKE) -s BUILD=$(BUILD)/$@ CC=$@ CFLAGS="-O2 -Werror" all
cppcheck:
	@cppcheck -q --std=c11 --enable=warning,performance,portability --error-exitcode=1 \
		--inline-suppr --suppress=missingIncludeSystem --suppress=ctuuninitvar -I. -DNUMAVM_VERSION='""' vmm mem arch
manuals:
	@mandoc -T lint -W warning vmm/numavm.1 vmm/numavm.conf.5

install: $(BUILD)/numavm
	install -D -m 755 $(BUILD)/numavm $(DESTDIR)$(PREFIX)/bin/numavm
	install -D -m 644 vmm/numavm.1 $(DESTDIR)$(PREFIX)/share/man/man1/numavm.1
	install -D -m 644 vmm/numavm.conf.5 $(DESTDIR)$(PREFIX)/share/man/man5/numavm.conf.5
	install -D -m 644 vmm/numavm.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/numavm

clean:
	rm -rf $(BUILD)

.PHONY: all demo check check-slow fuzz fuzzers bench gcc clang cppcheck manuals install clean
