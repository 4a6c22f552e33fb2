# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # dir, status, pid, out and numavm are of run and lib.sh, which source it
#
# How a machine ends, and what is told of it.

# ending GUEST STATUS OUTCOME: the guest prints its name and ends so.
ending() {
	run_guest "$1" -m 128M --console "$dir/console"
	expect_end "$2" "$3" && expect_stdout "$1\n" || return 1
	cmp -s "$dir/stdout" "$dir/console" || wrong "--console differs from stdout" || return 1
	[ "$(json "$dir/result" console_dropped)" = 0 ] || wrong "bytes were dropped"
}

t_end_poweroff() { ending poweroff 0 poweroff; }
t_end_crash() { ending crash 123 crash; }

# A panic is known from the console: no reboot follows it, so it has to end well before the limit.
t_end_panic() {
	local start stamp='[    0.000000] ' message='Kernel panic - not syncing: test'
	start=$(now_ms)
	run_guest panic -m 128M --timeout 30s
	[ $(($(now_ms) - start)) -lt 15000 ] || wrong "not seen before the time limit" || return 1
	expect_end 122 panic && expect_stdout "$stamp$message\n$stamp---[ end $message ]---\n"
}

# Behind a prompt, which ends no line.
t_end_panic_behind_prompt() {
	printf '/ # [    1.000000] Kernel panic - not syncing: test\n' >"$dir/input"
	limited "$numavm" run -k "$out/echo" -m 128M --result "$dir/result" \
		>"$dir/stdout" 2>"$dir/stderr" <"$dir/input"
	status=$?
	expect_end 122 panic
}

# Ended while it takes its memory, which lasts longer than this: the verdict is there all the same.
t_end_populating() {
	"$numavm" run -k "$out/hang_halt" --result "$dir/result" --timeout 5s \
		--node memory=1G,llcs=1,pages=4k,populate=yes --populate-threads 1 \
		>"$dir/stdout" 2>"$dir/stderr" </dev/null &
	pid=$!
	until grep -Eqs '^RssAnon:[[:space:]]*[0-9]{5}' "/proc/$pid/status"; do
		kill -0 "$pid" 2>/dev/null || wrong "it has ended" || return 1
	done
	kill -TERM "$pid"
	wait "$pid"
	status=$?
	expect_end 143 error || return 1
	json --raw "$dir/result" message | grep -q 'ended by SIGTERM' || wrong "no verdict"
}

# hang GUEST CPUS ARG...: ends by --timeout in about its second, with every vCPU's registers.
hang() {
	local guest=$1 cpus=$2 start took dumped
	shift 2
	start=$(now_ms)
	run_guest "$guest" --timeout 1s "$@"
	took=$(($(now_ms) - start))
	expect_end 124 timeout && expect_stdout "$guest\n" || return 1
	[ $((took >= 1000 && took < 8000)) = 1 ] || wrong "took $took ms for 1s" || return 1
	dumped=$(grep -Eic '\b(rip|pc)[ =:]' "$dir/stderr")
	[ "$dumped" = "$cpus" ] || wrong "registers of $dumped vCPUs, not $cpus"
}

t_timeout_halt() { hang hang_halt 1 -m 128M; }
t_timeout_busy() { hang hang_busy 1 -m 128M; }
t_timeout_four_cpus() { hang hang_busy 4 --topology 2n2l2c1t -m 128M; }

# cpu_ticks PID: user and system time so far, in ticks.
cpu_ticks() {
	local fields
	fields=$(<"/proc/$1/stat") || return 1
	read -ra fields <<<"${fields##*) }"
	echo $((fields[11] + fields[12]))
}

# A second of the halted guest in $pid costs next to nothing: 5 ticks of the 100 that Linux counts
# in, on every architecture here.
idle() {
	local before after
	before=$(cpu_ticks "$pid") && sleep 1 && after=$(cpu_ticks "$pid") ||
		wrong "it did not go on" || return 1
	[ $((after - before)) -le 5 ] ||
		wrong "$((after - before)) ticks of CPU in a second of a halted guest"
}

t_idle_stdin_null() {
	start_guest hang_halt hang_halt -m 128M && idle
}

# start_guest gives /dev/null; a pipe whose writer is gone is another kind of end (poll says
# POLLHUP for ever).
t_idle_stdin_pipe() {
	"$numavm" run -k "$out/hang_halt" -m 128M --timeout "${limit}s" \
		>"$dir/stdout" 2>"$dir/stderr" < <(:) &
	pid=$!
	wait_for_text hang_halt "$dir/stdout" && idle
}

# More than the guest will ever take: the rest has to wait in the pipe without a poll that spins.
t_idle_stdin_full() {
	"$numavm" run -k "$out/hang_halt" -m 128M --timeout "${limit}s" \
		>"$dir/stdout" 2>"$dir/stderr" < <(exec yes 2>/dev/null) &
	pid=$!
	wait_for_text hang_halt "$dir/stdout" && idle
}

# Without a terminal: a signal ends it with a verdict, and no sooner than the guest runs.
t_sigterm_without_terminal() {
	start_guest hang_halt hang_halt -m 128M || return 1
	kill -TERM "$pid"
	wait "$pid"
	status=$?
	pid=''
	expect_end 143 error && expect_stdout 'hang_halt\n'
}

t_stdin_closed() {
	limited "$numavm" run -k "$out/poweroff" -m 128M --result "$dir/result" \
		>"$dir/stdout" 2>"$dir/stderr" <&-
	status=$?
	expect_end 0 poweroff && expect_stdout 'poweroff\n'
}
