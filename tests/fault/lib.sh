# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034 # what it leaves is used by what sources it
#
# lib.sh: what the suites here have in common, to be sourced after `set -- NUMAVM OUTDIR ...`. Leaves
# $numavm, $guests, a folder $tmp, a kernel that is to be unpacked in $packed, and the other
# arguments in the array $arguments. Ends as skipped where there is no /dev/kvm.

tree=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
[ $# -ge 2 ] || { echo "usage: ${0##*/} NUMAVM OUTDIR [ARG...]" >&2; exit 2; }
numavm=$(realpath "$1") guests=$(realpath "$2") || exit 2
arguments=("${@:3}")
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM HUP
# shellcheck source=tests/host/arch.sh
. "$tree/tests/host/arch.sh"
out=$guests here=$tree/tests/guest
# shellcheck source=tests/guest/lib.sh
. "$tree/tests/guest/lib.sh"
use_tools
chmod 755 "$tmp"
export HOME=$tmp XDG_CACHE_HOME=$tmp/cache

if [ -n "$missing" ]; then
	verdict "${0##*/}" "skip: $missing"
	sum_up
	exit
fi
packed=$guests/poweroff.gzip
if [ "$(uname -m)" = x86_64 ]; then
	# shellcheck source=tests/guest/x86/tests_kernel.sh
	. "$tree/tests/guest/x86/tests_kernel.sh"
	gzip -n <"$guests/poweroff" >"$tmp/payload"
	packed=$tmp/bzImage
	make_bzimage "$tmp/payload" "$packed"
fi

# Why the run in FOLDER (out, err, result, by STATUS) is neither a guest that ran to its end nor one
# that was refused: 125, a message, each line of which is ours, and a result that says the same.
# With TEXT the message has it, by an extended regular expression.
run_or_refused() { # FOLDER STATUS [TEXT]
	local folder=$1 status=$2 text=${3-.} outcome

	case $status in
	0) [ "$(cat "$folder/out")" = poweroff ] || echo "status 0, but not the guest's console" ;;
	125)
		grep -qE -- "$text" "$folder/err" || echo "the message is not \"$text\""
		! grep -qav '^numavm: ' "$folder/err" || echo "a line on stderr that is not ours"
		;;
	*) echo "status $status" ;;
	esac
	# There is none when it did not come so far as to open it, or could not.
	[ "$status" = 125 ] && [ ! -e "$folder/result" ] ||
		[ "$(json "$folder/result" status 2>/dev/null)" = "$status" ] ||
		echo "no result with the status $status: $(head -c 200 "$folder/result" 2>&1)"
}

# The first lines of stderr, for a reason that is not empty.
with_stderr() { # FOLDER REASON
	[ -z "$2" ] || printf '%s\n%s\n' "$2" "$(head -n 3 "$1/err" | sed 's/^/stderr: /')"
}
