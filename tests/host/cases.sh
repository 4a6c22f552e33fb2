# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# cases.sh: a suite of many cases that one simulated host runs, as `seen` and `placed` are; to be
# sourced. A case is a line "KIND NAME [WORD...]" of a list. The suite makes its lists with
# cases_add between cases_begin and cases_run, and the host, which finds the list as its file
# "cases", says of each case what tests/suite.sh says. One that said nothing has failed.

# shellcheck source=tests/host/simulated.sh
. "$(dirname "${BASH_SOURCE[0]}")/simulated.sh"
# shellcheck source=tests/suite.sh
. "$tree/tests/suite.sh"
shopt -s extglob
simhost=$tree/tests/host/simhost

# Reads the command line: "[--arch ARCH] [NAME-PATTERN]", or --help, which is the suite's function
# usage. Leaves $arch, $tools, the folder of the built tools, and $work, a folder that ends with this
# process, as does the host.
cases_begin() { # SUITE ARG...
	suite=$1
	shift
	case "${1-}" in -h | --help) usage; exit 0 ;; esac
	take_arch "$@"
	pattern=${arguments[0]-*}
	tools=$NUMAVM_BUILD/host
	work=$(mktemp -d) host=''
	trap cases_clean_up EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	trap 'exit 129' HUP
	: >"$work/all"
	: >"$work/out"
	"$tree/tests/host/build-tools" "$tools" "$arch"
}

cases_clean_up() {
	[ -z "$host" ] || kill "$host" 2>/dev/null || true
	wait
	rm -rf "$work"
}

# Only if its name matches the pattern.
cases_add() { # LIST KIND NAME [WORD...]
	# shellcheck disable=SC2254 # it is a pattern
	case $3 in $pattern) echo "${*:2}" >>"$work/$1" ;; esac
}

# Leaves $status.
start_host() { # OPTION... -- COMMAND...
	rm -f "$work/report"
	mkfifo "$work/report"
	tee -a "$work/out" <"$work/report" &
	# In the background and by its number: what ends this script ends the host.
	"$simhost" --arch "$arch" --file "$work/left:cases" "$@" </dev/null >"$work/report" &
	host=$!
	wait "$host" && status=0 || status=$?
	host=
	wait
	[ "$status" -eq 0 ] || echo "$suite: the simulated host ended with status $status"
}

has_spoken() { # NAME
	grep -qE "^((not )?ok $suite/$1\$|skip $suite/$1:)" "$work/out"
}

# Of LIST those that have not said anything yet, in $work/left.
left_over() { # LIST
	local kind name rest

	while read -r kind name rest; do
		has_spoken "$name" || echo "$kind $name $rest"
	done <"$work/$1" >"$work/left"
}

# Runs the cases of LIST in a host that simhost makes. The emulation of a host can die of its own
# faults: what is left then runs in another one, once.
cases_run() { # LIST OPTION... -- COMMAND...
	local list=$1

	shift
	[ -s "$work/$list" ] || return 0
	cat "$work/$list" >>"$work/all"
	cp "$work/$list" "$work/left"
	start_host "$@"
	[ "$status" -eq 125 ] || return 0
	left_over "$list"
	[ -s "$work/left" ] || return 0
	once_more "$suite" "from $(head -n 1 "$work/left" | cut -d' ' -f2) on"
	start_host "$@"
}

# Sums up. The command FAILED is called with the name and the words of each case that failed.
cases_end() { # FAILED
	local name rest

	[ -s "$work/all" ] || {
		echo "$suite: no case is called $pattern" >&2
		exit 1
	}
	while read -r _ name rest; do
		if grep -qxF "ok $suite/$name" "$work/out"; then
			passed=$((passed + 1))
		elif grep -q "^skip $suite/$name:" "$work/out"; then
			skipped=$((skipped + 1))
		else
			has_spoken "$name" ||
				printf 'not ok %s/%s\n    it did not come to its end\n' "$suite" "$name"
			failed=$((failed + 1))
			"$1" "$name" "$rest"
		fi
	done <"$work/all"
	sum_up
}
