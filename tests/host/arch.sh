# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# arch.sh: what the tests ask about architectures, to be sourced. An architecture is called as
# `uname -m` calls it.

# Does this machine run programs of that architecture only in a simulated one?
is_foreign() { # ARCH
	[ "$1" != "$(uname -m)" ]
}

# The other one.
foreign_arch() {
	if is_foreign aarch64; then echo aarch64; else echo x86_64; fi
}

# The directory that make leaves the programs of that architecture in.
build_of() { # ARCH
	if ! is_foreign "$1"; then
		echo build
	elif [ "$1" = aarch64 ]; then
		echo build/arm64
	else
		echo build/x86
	fi
}

# The C compiler for that architecture.
compiler_of() { # ARCH
	if is_foreign "$1"; then
		echo "$1-linux-gnu-gcc"
	else
		echo "${CC:-cc}"
	fi
}
