# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
#
# Standard input and output as the guest's console, on a pipe and on a terminal, and the ways to
# end it from outside.

t_echo() {
	echo 'round trip, 42 bytes of it or a few more' >"$dir/input"
	limited "$numavm" run -k "$out/echo" -m 128M --result "$dir/result" \
		>"$dir/stdout" 2>"$dir/stderr" <"$dir/input"
	status=$?
	expect_end 0 poweroff && expect_stdout "echo: ready\n$(cat "$dir/input")\n"
}

# More than any FIFO holds: nothing may be dropped, the rest waits in the pipe.
t_echo_long() {
	local text
	text=$(printf 'line of %s ' {1..400})
	limited "$numavm" run -k "$out/echo" -m 128M --result "$dir/result" \
		>"$dir/stdout" 2>"$dir/stderr" <<<"$text"
	status=$?
	expect_end 0 poweroff && expect_stdout "echo: ready\n$text\n"
}

# The reader of stdout goes away in the middle of a flood: it ends, by itself or at the limit, and
# not by being killed.
t_stdout_closed() {
	limited "$numavm" run -k "$out/flood" -m 128M --timeout 5s \
		2>"$dir/stderr" </dev/null | head -c 100 >"$dir/stdout"
	status=${PIPESTATUS[0]}
	[ "$(wc -c <"$dir/stdout")" = 100 ] || wrong "no flood" || return 1
	[ "$status" -lt 128 ] || wrong "ended by signal $((status - 128))" || return 1
	grep -q '^numavm: ' "$dir/stderr" || wrong "it does not say why it ended" || return 1
	expect_stderr_ours
}

# on_terminal STATUS STEP... -- ARG...: numavm on a terminal of its own, through onpty's script,
# which checks that it is raw where --raw is said and restored at the end.
on_terminal() {
	local want=$1 steps=()
	shift
	while [ "$1" != -- ]; do
		steps+=("$1")
		shift
	done
	shift
	limited "$out/onpty" "${steps[@]}" -- \
		"$numavm" run --timeout 20s -m 128M --result "$dir/result" "$@" \
		>"$dir/stdout" 2>"$dir/stderr"
	status=$?
	expect_status "$want" && nothing_left
}

# No process goes on (each run's --result path is its own), and no file is there but the result.
# busybox's timeout leaves one for a second, which looks whether its command still runs.
nothing_left() {
	local files tries=0
	while grep -qszF -- "$dir/result" /proc/[0-9]*/cmdline; do
		[ $((tries += 1)) -lt 50 ] || wrong "a process was left" || return 1
		sleep 0.05
	done
	files=$(find "$dir" -type f ! -name result ! -name stdout ! -name stderr)
	[ -z "$files" ] || wrong "files were left, $files"
}

t_terminal_poweroff() { on_terminal 0 --expect poweroff -- -k "$out/poweroff"; }
t_terminal_typed() {
	on_terminal 0 --expect ready --raw --send $'typed\r\n' --expect typed -- -k "$out/echo"
}

t_terminal_ctrl_c_is_the_guests() {
	on_terminal 0 --expect ready --raw --send $'\x03ok\n' --expect ok -- -k "$out/echo"
}

# 125: the user's leaving is no verdict on the guest.
t_terminal_ctrl_a_h_and_x() {
	on_terminal 125 --expect ready --raw --send $'\x01h' --expect 'numavm: ' --expect 'Ctrl-A' \
		--send $'\x01x' -- -k "$out/echo"
}

# terminal_signal NUMBER GUEST
terminal_signal() {
	on_terminal $((128 + $1)) --expect hang --raw --signal "$1" -- -k "$out/$2"
}

t_terminal_sighup() { terminal_signal 1 hang_halt; }
t_terminal_sigint() { terminal_signal 2 hang_halt; }
t_terminal_sigterm() { terminal_signal 15 hang_halt; }
t_terminal_sigterm_busy() { terminal_signal 15 hang_busy; }

t_terminal_timeout() {
	on_terminal 124 --expect hang --raw -- -k "$out/hang_halt" --timeout 1s
}

t_terminal_crash() { on_terminal 123 --expect crash -- -k "$out/crash"; }
