# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034,SC2154 # what sources this asks and sets
#
# fetch.sh: what fetch-kernel and fetch-program share, to be sourced. Debian packages of any
# architecture are downloaded with apt-get, unpacked without dpkg, and kept in a cache.

# shellcheck source=tests/host/arch.sh
. "$(dirname "${BASH_SOURCE[0]}")/arch.sh"

die() {
	echo "${0##*/}: $*" >&2
	exit 1
}

cache=${NUMAVM_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/numavm-tests}

# Debian's name of an architecture, in $debian_arch.
name_architecture() { # ARCH
	debian_arch=$(debian_of "$1")
	[ -n "$debian_arch" ] || die "unknown architecture '$1': use one of $(archs | xargs)"
}

all_debian() {
	local arch

	for arch in $(archs); do
		debian_of "$arch"
	done | paste -s -d ,
}

# Prints the directory and ends when it is in the cache. Else this process holds the cache's lock
# and has a directory of its own in it, $work.
open_cache() { # DIRECTORY
	mkdir -p "$cache"
	if [ ! -d "$1" ]; then
		exec 9>"$cache/lock"
		flock 9
	fi
	if [ -d "$1" ]; then # it may have come while the lock was another's
		echo "$1"
		exit 0
	fi
	rm -rf "$cache"/unpack.* # of one that was killed
	work=$(mktemp -d "$cache/unpack.XXXXXX")
	trap 'rm -rf "$work"' EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
}

# The system's package lists are asked first. When they lack the package, lists of our own are
# made for all architectures, so that nothing of the system changes and no root is needed.
apt_options=(-o "APT::Sandbox::User=$(id -un)")
use_private_lists() {
	mkdir -p "$work/lists/partial" "$work/archives/partial"
	apt_options+=(-o "Dir::State::Lists=$work/lists" -o "Dir::Cache=$work/archives"
		-o "APT::Architectures=$(all_debian)")
	apt-get "${apt_options[@]}" -q update >&2 || true # one bad source need not matter
}

# Unpacks a package into $work/root. The caller's find_package, which may ask the lists, leaves
# its name in $package, or nothing.
unpack_package() { # WHAT-IS-SOUGHT
	local debs

	find_package
	if [ -z "$package" ] || ! download; then # old lists may name a package that is gone
		use_private_lists
		find_package
		[ -n "$package" ] || die "no package $1 found: $(tail -n 1 "$work/err")"
		download || die "cannot download $package:$debian_arch"
	fi
	debs=("$work"/*.deb)
	[ -f "${debs[0]}" ] || die "apt-get download left no package $package"
	dpkg-deb -x "${debs[0]}" "$work/root"
}

download() {
	(cd "$work" && apt-get "${apt_options[@]}" -q download "$package:$debian_arch" >&2)
}
