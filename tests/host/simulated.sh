# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# simulated.sh: what a test in a simulated host is given beside numavm, to be sourced; simhost's
# options are collected in the array $options. What of the tree a test sources there is where it is
# here, below the directory in which it starts.

# shellcheck source=tests/host/arch.sh
. "$(dirname "${BASH_SOURCE[0]}")/arch.sh"
options=()

# This machine's, which may not be there, or the other architecture's.
bring() { # PACKAGE PROGRAM
	local folder path

	if is_foreign "$arch"; then
		folder=$("$tree/tests/host/fetch-program" "$arch" "$@")
		options+=(--file "$folder/lib:/lib" --file "$folder/bin/$2:/usr/bin/$2")
	elif path=$(command -v "$2"); then
		options+=(--file "$path:/usr/bin/$2")
	fi
}

# For a suite that is a bash script: bash, json, and what such a suite sources.
bring_shell() {
	local bash file

	bash=$("$tree/tests/host/fetch-program" "$arch" bash-static bash-static)/bin/bash-static
	"$tree/tests/host/build-tools" "$NUMAVM_BUILD/host" "$arch"
	options+=(--file "$bash:/bin/bash" --file "$NUMAVM_BUILD/host/json:/usr/bin/json")
	for file in arch/pure.mk tests/suite.sh tests/host/arch.sh; do
		options+=(--file "$tree/$file:$file")
	done
}
