# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # dir, status, pid, out and numavm are of run and lib.sh, which source it
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

# unread ARG...: a flood into a pipe that nobody reads, in the background; returns once it is full,
# for which little is missing.
unread() {
	mkfifo "$dir/pipe"
	exec 3<>"$dir/pipe"
	head -c 61440 /dev/zero >&3
	"$numavm" run -k "$out/flood" -m 128M --result "$dir/result" --console "$dir/console" "$@" \
		>&3 2>"$dir/stderr" </dev/null &
	pid=$!
	local size=-1 before=-2
	until [ "$size" -gt 1024 ] && [ "$size" = "$before" ]; do
		kill -0 "$pid" 2>/dev/null || wrong "it has ended" || return 1
		sleep 0.2
		before=$size
		size=$(stat -c %s "$dir/console" 2>/dev/null || echo -1)
	done
}

# ended_by STATUS: within ten seconds.
ended_by() {
	local tries
	for tries in {1..200}; do
		kill -0 "$pid" 2>/dev/null || break
		sleep 0.05
	done
	! kill -0 "$pid" 2>/dev/null || wrong "it goes on after $((tries / 20)) s" || return 1
	wait "$pid"
	status=$?
	expect_status "$1"
}

t_stdout_unread_timeout() {
	unread --timeout 5s && ended_by 124 && expect_end 124 timeout || return 1
	grep -Eiq '\b(rip|pc)[ =:]' "$dir/stderr" || wrong "no registers"
}

t_stdout_unread_sigterm() {
	unread --timeout 60s || return 1
	kill -TERM "$pid"
	ended_by 143 && expect_result error 143
}

# The same of the file that keeps the console: a byte is due, and the pipe has room for the line before it alone.
t_console_unread() {
	mkfifo "$dir/pipe"
	exec 3<>"$dir/pipe"
	head -c 65524 /dev/zero >&3
	printf x | "$numavm" run -k "$out/echo" -m 128M --result "$dir/result" --console "$dir/pipe" \
		--timeout 3s >"$dir/stdout" 2>"$dir/stderr" &
	pid=$!
	ended_by 124 && expect_end 124 timeout
}

# What our own outputs hold is neither emptied nor overwritten, by whatever name.
# shellcheck disable=SC2094 # that is the test
t_console_own_output() {
	local fd
	for fd in 1 2; do
		echo before >"$dir/log"
		echo before >"$dir/other"
		if [ "$fd" = 1 ]; then
			limited "$numavm" run -k "$out/poweroff" -m 128M --console "$dir/log" \
				>>"$dir/log" 2>>"$dir/other" </dev/null
		else
			limited "$numavm" run -k "$out/poweroff" -m 128M --console /proc/self/fd/2 \
				>>"$dir/other" 2>>"$dir/log" </dev/null
		fi
		status=$?
		expect_status 0 || return 1
		printf 'before\npoweroff\n' | cmp -s - "$dir/log" || wrong "$fd is $(cat "$dir/log")" || return 1
	done
}

# stdout is "-", and has everything once.
t_console_dash() {
	(cd "$dir" && run_guest poweroff -m 128M --console -; echo "$status" >"$dir/status")
	status=$(<"$dir/status")
	expect_end 0 poweroff && expect_stdout 'poweroff\n' || return 1
	[ ! -e "$dir/-" ] || wrong "there is a file -"
}

# stderr_unread GUEST ARG...: with a stderr that is full and that nobody reads, in the background.
stderr_unread() {
	local guest=$1
	shift
	mkfifo "$dir/pipe"
	exec 3<>"$dir/pipe"
	head -c 65536 /dev/zero >&3
	"$numavm" run -k "$out/$guest" -m 128M --result "$dir/result" "$@" \
		>"$dir/stdout" 2>&3 </dev/null &
	pid=$!
}

# The end waits a while for whom it tells, not for ever.
t_stderr_unread() {
	stderr_unread crash
	ended_by 123 && expect_result crash 123
}

t_stderr_unread_timeout() {
	stderr_unread hang_halt --timeout 1s
	ended_by 124 && expect_result timeout 124
}

# Even before the guest runs: this prints where its memory is.
t_stderr_unread_in_setup() {
	stderr_unread poweroff --populate
	ended_by 0 && expect_result poweroff 0 && expect_stdout 'poweroff\n'
}

# Once the verdict is there a signal ends the wait for a reader, with the status of the verdict.
t_stderr_unread_sigterm() {
	stderr_unread crash
	wait_for_text '"crash"' "$dir/result" || return 1
	kill -TERM "$pid"
	ended_by 123 && expect_result crash 123
}

# The first of two signals is the verdict, and the second ends the wait for a reader of it.
t_stderr_unread_two_signals() {
	stderr_unread hang_halt
	wait_for_text hang_halt "$dir/stdout" || return 1
	kill -TERM "$pid"
	wait_for_text SIGTERM "$dir/result" || return 1
	kill -HUP "$pid"
	ended_by 143 && expect_result error 143
}

# What is said last is longer than the pipe, whose reader comes late: none of it is lost.
t_stderr_late() {
	mkfifo "$dir/pipe"
	exec 3<>"$dir/pipe"
	head -c 65000 /dev/zero >&3
	"$numavm" run -k "$out/hang_halt" --topology 1n1l32c1t -m 128M --timeout 1s \
		--result "$dir/result" >"$dir/stdout" 2>&3 </dev/null &
	pid=$!
	wait_for_text '"timeout"' "$dir/result" || return 1
	cat <&3 >"$dir/both" &
	ended_by 124
	kill $!
	tr -d '\0' <"$dir/both" >"$dir/stderr"
	rm "$dir/both"
	expect_end 124 timeout || return 1
	[ "$(grep -Eic '\b(rip|pc)[ =:]' "$dir/stderr")" = 32 ] || wrong "not all registers"
}

# A file that numavm opens must not get the number of one that was closed.
t_standard_files_closed() {
	"$numavm" run -k "$out/poweroff" -m 128M --result "$dir/result" <&- >&- 2>"$dir/stderr"
	status=$?
	expect_end 125 error && grep -q 'stdout: Bad file descriptor' "$dir/stderr" ||
		wrong "it does not say why" || return 1
	"$numavm" run -k "$out/poweroff" -m 128M --result "$dir/result" >"$dir/stdout" 2>&- <&-
	status=$?
	expect_status 0 && expect_result poweroff 0 && expect_stdout "poweroff\n"
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
# busybox's timeout leaves a process for up to a second, which polls its command.
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

# More than the guest can take at once, and more than a terminal keeps.
t_terminal_pasted() {
	local text
	text=$(printf '%05d,' {1..2500})
	on_terminal 0 --expect ready --raw --send "$text"$'\n' --expect 02500, -- -k "$out/echo" ||
		return 1
	grep -qF "$text" "$dir/stdout" || wrong "not all of it arrived"
}

# The escape key is read after what a guest does not read.
t_terminal_pasted_unread() {
	local text
	text=$(printf '%099999d' 0)
	on_terminal 125 --expect hang --raw --send "$text" --send $'\x01x' -- -k "$out/hang_halt"
}

# Lines of a list are the loop's, and the terminal stays as it is.
t_no_input() {
	local line
	printf '%s\n' one two three >"$dir/list"
	while read -r line; do
		limited "$numavm" run -k "$out/poweroff" -m 128M --no-input 2>"$dir/stderr" ||
			wrong "status $?" || return 1
		echo "$line"
	done <"$dir/list" >"$dir/stdout"
	expect_stdout 'poweroff\none\npoweroff\ntwo\npoweroff\nthree\n'
}

t_no_input_terminal() {
	on_terminal 130 --expect hang --send $'\x03' -- -k "$out/hang_halt" --no-input
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

# The help has no reader, and the keys work all the same.
t_terminal_ctrl_a_h_unread() {
	mkfifo "$dir/pipe"
	exec 3<>"$dir/pipe"
	head -c 65536 /dev/zero >&3
	# shellcheck disable=SC2016 # the inner shell's
	limited "$out/onpty" --expect ready --raw --send $'\x01h' --send $'\x01x' -- bash -c 'exec "$@" 2>&3' bash \
		"$numavm" run -k "$out/echo" -m 128M --result "$dir/result" >"$dir/stdout" 2>"$dir/stderr"
	status=$?
	expect_status 125 && expect_result error 125
}

t_terminal_sighup() { terminal_signal 1 hang_halt; }
t_terminal_sigint() { terminal_signal 2 hang_halt; }
t_terminal_sigterm() { terminal_signal 15 hang_halt; }
t_terminal_sigterm_busy() { terminal_signal 15 hang_busy; }

t_terminal_timeout() {
	on_terminal 124 --expect hang --raw -- -k "$out/hang_halt" --timeout 1s
}

t_terminal_crash() { on_terminal 123 --expect crash -- -k "$out/crash"; }

# The machine is what is on stdin, to its end: the guest gets nothing of it.
t_config_on_stdin() {
	local name
	echo 'memory = 128M' >"$dir/machine"
	for name in - /dev/stdin; do
		limited "$numavm" run -c "$name" -k "$out/echo" --timeout 1s --result "$dir/result" \
			>"$dir/stdout" 2>"$dir/stderr" <"$dir/machine"
		status=$?
		expect_end 124 timeout && expect_stdout 'echo: ready\n' || return 1
	done
}

# In the background the terminal is the shell's: a job that was raw there, was stopped, goes on in the
# background and is ended leaves its result, and the terminal alone.
t_terminal_background() {
	cat >"$dir/script" <<'EOF'
dir=$1 numavm=$2 guest=$3
before=$(stty -g)
(
	until grep -qs hang "$dir/console"; do sleep 0.05; done
	kill -STOP "$(cat "$dir/pid")"
) &
bash -c 'echo $$ >"$0/pid"; exec "$@"' "$dir" "$numavm" run -k "$guest" -m 128M \
	--console "$dir/console" --result "$dir/result"
echo "stopped: $?"
stty "$before"
stty -isig
pid=$(cat "$dir/pid")
kill -CONT "$pid"
kill -TERM "$pid"
tries=0
while [ $((tries += 1)) -lt 100 ] && kill -0 "$pid" 2>/dev/null && ! grep -q '^State:.T' "/proc/$pid/status"; do
	sleep 0.05
done
! grep -qs '^State:.T' "/proc/$pid/status" || echo "stopped in the end, not left alone"
stty -a | grep -q -- -isig || echo "not left alone"
stty "$before"
kill -KILL "$pid" 2>/dev/null
echo "tried: $tries"
EOF
	limited "$out/onpty" --expect stopped --expect tried -- bash -m "$dir/script" "$dir" "$numavm" "$out/hang_halt" \
		>"$dir/stdout" 2>"$dir/stderr"
	status=$?
	expect_result error 143 || return 1
	! grep -q 'not left alone' "$dir/stdout" || wrong "the shell's terminal was changed"
}
