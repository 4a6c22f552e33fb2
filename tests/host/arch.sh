# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# shellcheck disable=SC2034 # what it leaves is used by what sources it
#
# arch.sh: what the tests ask about architectures, to be sourced. An architecture is called as
# `uname -m` calls it. The list is arch/pure.mk's: another one is a row there.
#
# In a simulated host this file and arch/pure.mk are where they are in the tree.

tree=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

# All of them.
archs() {
	sed -n 's/^NAME_[a-z0-9]* := //p' "$tree/arch/pure.mk"
}

# Does this machine run programs of that architecture only in a simulated one?
is_foreign() { # ARCH
	[ "$1" != "$(uname -m)" ]
}

foreign_archs() {
	archs | grep -vxF "$(uname -m)"
}

# The folder of its files, in arch/ and elsewhere.
folder_of() { # ARCH
	sed -n "s/^NAME_\([a-z0-9]*\) := $1\$/\1/p" "$tree/arch/pure.mk"
}

# Debian's name.
debian_of() { # ARCH
	sed -n "s/^DEBIAN_$(folder_of "$1") := //p" "$tree/arch/pure.mk"
}

# The directory that make leaves the programs of that architecture in, below BUILD.
build_of() { # ARCH [BUILD]
	if is_foreign "$1"; then
		echo "${2-$tree/build}/$(folder_of "$1")"
	else
		echo "${2-$tree/build}"
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

# Takes "--arch ARCH" off the arguments, this machine's own if it is not said: leaves $arch, the
# others in the array $arguments, and in NUMAVM_BUILD the directory of the program of that
# architecture, unless the environment says which.
take_arch() { # ARG...
	arch=$(uname -m) arguments=("$@")
	if [ "${1-}" = --arch ]; then
		arch=${2-} arguments=("${@:3}")
	fi
	archs | grep -qxF -- "$arch" || {
		echo "${0##*/}: --arch wants one of: $(archs | xargs)" >&2
		exit 2
	}
	export NUMAVM_BUILD=${NUMAVM_BUILD:-$(build_of "$arch")}
}

# The tools of tests/host/build-tools for this machine, in the PATH. In a simulated host they are
# there already.
use_tools() {
	local tools=${BUILD:-$tree/build}/host

	[ -e "$tree/tests/host/build-tools" ] || return 0
	"$tree/tests/host/build-tools" "$tools" || exit 2
	PATH=$(cd "$tools" && pwd):$PATH
}
