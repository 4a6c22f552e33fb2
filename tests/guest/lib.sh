# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # tmp, here, numavm and out are run's, which sources this
#
# What the tests of tests/guest/run are written with. A test is a function t_NAME that returns 0
# if it passed, 1 if it failed and 2 if it cannot run here, and prints why. Each starts with a
# fresh folder in $dir.

# shellcheck source=tests/suite.sh
. "$here/../suite.sh"
limit=60	# seconds after which a run is killed, many times what any of them takes

# Why nothing can run here; empty when it can.
no_kvm() {
	if [ ! -e /dev/kvm ]; then
		echo "no /dev/kvm"
	elif ! { : <>/dev/kvm; } 2>/dev/null; then
		echo "no right to open /dev/kvm"
	fi
}
missing=$(no_kvm)

run_test() {
	local name=$1 reason status
	dir=$tmp/$name
	mkdir -p "$dir"
	if [ -n "$missing" ]; then
		reason=$missing status=2
	elif ! declare -F "t_$name" >/dev/null; then
		reason="no such test" status=1
	else
		reason=$(attempt "$name" 2>&1)
		status=$?
	fi
	case $status in
	0) verdict "guest/$name" '' ;;
	2) verdict "guest/$name" "skip: ${reason//$'\n'/ }" ;;
	*) verdict "guest/$name" "${reason:-status $status}" ;;
	esac
	rm -rf "$dir"
}

# In a subshell, whose output is the reason; what it left running ends with it.
attempt() {
	trap 'end_background' EXIT
	pid=''
	"t_$1"
}

end_background() {
	[ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null
}

# limited COMMAND...: it, for no longer than $limit. busybox's timeout has no --foreground, nor a
# terminal to lose.
limited() {
	if timeout --foreground 1 true 2>/dev/null; then
		timeout --foreground -k 5 "$limit" "$@"
	else
		timeout -k 5 "$limit" "$@"
	fi
}

# run_guest GUEST [ARG...]: runs it to its end; leaves $status and, in $dir, stdout, stderr and
# result.
run_guest() {
	local guest=$1
	shift
	limited "$numavm" run -k "$out/$guest" --result "$dir/result" "$@" \
		>"$dir/stdout" 2>"$dir/stderr" </dev/null
	status=$?
}

# start_guest TEXT GUEST [ARG...]: the same in the background, and returns when TEXT is on
# standard output; leaves $pid.
start_guest() {
	local text=$1 guest=$2
	shift 2
	"$numavm" run -k "$out/$guest" --timeout "${limit}s" --result "$dir/result" "$@" \
		>"$dir/stdout" 2>"$dir/stderr" </dev/null &
	pid=$!
	wait_for_text "$text" "$dir/stdout"
}

# wait_for_text TEXT FILE: until it is there, or the program has ended, or ten seconds have passed.
wait_for_text() {
	local tries
	for tries in {1..200}; do
		grep -qF "$1" "$2" 2>/dev/null && return 0
		kill -0 "$pid" 2>/dev/null || break
		sleep 0.05
	done
	wrong "no \"$1\" after $((tries / 20)) s"
}

# What there is to say of a run that went wrong.
said() {
	printf 'stdout "%s" stderr "%s"' \
		"$(tail -c 300 "$dir/stdout" 2>/dev/null | tr -dc '[:print:] ')" \
		"$(tail -n 5 "$dir/stderr" 2>/dev/null)"
}

# wrong REASON: the end of a test that failed.
wrong() {
	echo "$*: $(said)"
	return 1
}

expect_status() {
	[ "$status" = "$1" ] || wrong "exit status $status, not $1"
}

# expect_stdout TEXT: exactly these bytes.
expect_stdout() {
	printf '%b' "$1" | cmp -s - "$dir/stdout" || wrong "another output"
}

# expect_line REGEX: standard output is one line, and it is this.
expect_line() {
	[ "$(wc -l <"$dir/stdout")" = 1 ] || wrong "not one line" || return 1
	grep -Eqx "$1" "$dir/stdout" || wrong "another output than '$1'"
}

# Whatever numavm itself says on standard error begins with its name.
expect_stderr_ours() {
	! grep -qv '^numavm: ' "$dir/stderr" || wrong "a line on stderr without \"numavm: \""
}

# expect_result OUTCOME STATUS: the JSON of --result.
expect_result() {
	local reason
	reason=$(result_is "$dir/result" "$1" "$2" 2>&1)
	[ -z "$reason" ] || wrong "$reason"
}

# expect_end STATUS OUTCOME: what every run that ended by itself has to show.
expect_end() {
	expect_status "$1" && expect_stderr_ours && expect_result "$2" "$1"
}

# milliseconds since some point
now_ms() {
	local now=$EPOCHREALTIME
	echo $((${now%.*} * 1000 + 10#${now#*.} / 1000))
}

# patch FILE OFFSET BYTES: writes printf's BYTES at OFFSET.
patch() {
	printf '%b' "$3" | dd of="$1" bs=1 seek=$(($2)) conv=notrunc status=none
}

# little VALUE: as four bytes in printf's notation, the lowest first.
little() {
	printf '\\x%02x\\x%02x\\x%02x\\x%02x' $(($1 & 255)) $(($1 >> 8 & 255)) \
		$(($1 >> 16 & 255)) $(($1 >> 24 & 255))
}

# run_file KERNEL [ARG...]: run_guest with a file from anywhere.
run_file() {
	local file=$1
	shift
	out='' run_guest "$file" -m 128M "$@"
}

# refused KERNEL TEXT [ARG...]
refused() {
	local file=$1 text=$2
	shift 2
	run_file "$file" "$@"
	expect_end 125 error || return 1
	grep -qF "$text" "$dir/stderr" || wrong "no \"$text\""
}
