# SPDX-License-Identifier: MIT
# shellcheck shell=dash # sourced by bash, and by busybox's sh in simulated hosts
#
# suite.sh: how every suite that is shell says what became of its tests, to be sourced. A test is
# called SUITE/NAME. Prints "ok SUITE/NAME", "not ok SUITE/NAME" with the reasons indented below, or
# "skip SUITE/NAME: WHY"; at the end "N passed, N failed, N skipped", which tests/check reads.

passed=0 failed=0 skipped=0

# Without a reason it has passed; "skip: WHY" alone says that it cannot run here.
verdict() { # SUITE/NAME REASONS
	case $2 in
	'')
		passed=$((passed + 1))
		echo "ok $1"
		;;
	'skip: '*)
		if [ "$(printf '%s\n' "$2" | wc -l)" -eq 1 ]; then
			skipped=$((skipped + 1))
			echo "skip $1: ${2#skip: }"
		else
			not_ok "$@"
		fi
		;;
	*) not_ok "$@" ;;
	esac
}

not_ok() { # SUITE/NAME REASONS
	failed=$((failed + 1))
	echo "not ok $1"
	printf '%s\n' "$2" | sed 's/^/    /'
}

# Says that something is tried again; tests/check counts these lines.
once_more() { # WHO WHY
	echo "$1: once more, $2"
}

# What numavm left in its --result file, else the reason.
result_is() { # FILE OUTCOME STATUS
	[ "$(json "$1" outcome status | tr '\n' ' ')" = "\"$2\" $3 " ] ||
		echo "the result is not $2 with status $3: $(tr -d '\n' <"$1")"
}

# The last line; false when a test failed.
sum_up() {
	echo "$passed passed, $failed failed, $skipped skipped"
	[ "$failed" -eq 0 ]
}
