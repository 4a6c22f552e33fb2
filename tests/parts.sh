# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# parts.sh: runs the parts of the tests, some side by side, and sums them up; to be sourced. A part is
# a command that ends with a line "N passed, N failed, N skipped", or one without such a line, which
# is one test by its exit status. The line "WHO: once more, WHY" says that it tried something again.

# Makes the folder $logs. The caller ends with it, and signals end all that it started.
parts_begin() {
	logs=$(mktemp -d) || exit 2
	trap 'rm -rf "$logs"' EXIT
	trap 'trap "" TERM; kill -TERM 0; exit 130' INT TERM HUP
}

# Runs a part and prints what it said when it is over, for another may be running beside it.
part() { # NAME COMMAND...
	local name=$1 status=0 counts retries started=$SECONDS

	shift
	echo "== $name begins"
	"$@" >"$logs/$name.out" 2>&1 || status=$?
	counts=$(grep -oE '[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped' "$logs/$name.out" |
		tail -n 1)
	[ -n "$counts" ] || counts="$((status == 0)) passed, $((status != 0)) failed, 0 skipped"
	# shellcheck disable=SC2086 # three numbers
	set -- ${counts//[a-z,]/}
	# A part that died before it could count its failure has failed all the same.
	[ "$status" = 0 ] || [ "$2" -gt 0 ] || set -- "$1" 1 "$3"
	retries=$(grep -cE '^[^ ]+: once more, ' "$logs/$name.out")
	echo "$name $1 $2 $3 $retries" >"$logs/$name.counts"
	(
		flock 9
		cat "$logs/$name.out"
		echo "-- $name: $1 passed, $2 failed, $3 skipped, $((SECONDS - started)) s"
	) 9>"$logs/lock"
}

# Which parts failed, what was tried again in which, and the sum of all; false when a part failed.
parts_end() {
	awk '{ passed += $2; failed += $3; skipped += $4; retries += $5 }
		$3 { print "failed: " $1 }
		$5 { where = where (where ? ", " : "") $1 " " $5 }
		END {
			print "retries: " retries + 0 (where ? " (" where ")" : "")
			print passed " passed, " failed " failed, " skipped " skipped"
			exit failed > 0
		}' "$logs"/*.counts
}
