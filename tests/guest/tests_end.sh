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

# Where it was has a name, when the kernel is a vmlinux.
t_timeout_symbol() {
	head -c 4 "$out/hang_busy" | grep -q ELF || { echo "the guest is no ELF file"; return 2; }
	cp "$out/hang_busy" "$dir/vmlinux"
	out=$dir run_guest vmlinux -m 128M --timeout 500ms
	expect_end 124 timeout
	grep -q '^numavm:   in guest_main+0x[0-9a-f]*$' "$dir/stderr" || wrong "no guest_main"
}

# As a parent may have left it.
t_timeout_kick_blocked() {
	env --block-signal=USR1 true 2>/dev/null || { echo "this env cannot block signals"; return 2; }
	limited env --block-signal=USR1 "$numavm" run -k "$out/hang_busy" -m 128M --timeout 500ms \
		--result "$dir/result" >"$dir/stdout" 2>"$dir/stderr" </dev/null
	status=$?
	expect_end 124 timeout || return 1
	grep -Eqi '\b(rip|pc)[ =:]' "$dir/stderr" || wrong "no registers"
}

# Memory that has failed under the guest is no verdict on it; KVM sends the signal to a vCPU's thread.
t_sigbus() {
	local vcpu
	"$numavm" run -k "$out/hang_busy" -m 128M --result "$dir/result" >"$dir/stdout" 2>"$dir/stderr" \
		</dev/null &
	pid=$!
	wait_for_text hang_busy "$dir/stdout" || return 1
	vcpu=$(grep -l '^vcpu 0' /proc/$pid/task/*/comm)
	kill -BUS "$(basename "$(dirname "$vcpu")")"
	ended_by 125 && expect_result error 125 || return 1
	grep -q 'ended by SIGBUS' "$dir/stderr" || wrong "no message"
}

# A crash shows where every vCPU was, as the time limit does.
t_crash_registers() {
	local dumped
	run_guest crash --topology 2n2l1c1t -m 128M
	expect_end 123 crash || return 1
	dumped=$(grep -Eic '\b(rip|pc)[ =:]' "$dir/stderr")
	[ "$dumped" = 2 ] || wrong "registers of $dumped vCPUs, not 2" || return 1
	tail -n 1 "$dir/stderr" | grep -q 'the guest crashed' || wrong "the verdict is not the last line"
}

# The limit passes before the guest has run.
t_timeout_populating() {
	run_guest poweroff --timeout 20ms --populate-threads 1 \
		--node memory=1G,llcs=1,pages=4k,populate=yes
	expect_end 124 timeout && expect_stdout '' || return 1
	grep -qx 'numavm: the time limit of 0.02 s has passed' "$dir/stderr" || wrong "no message"
}

# Another start holds the lock of those that take memory.
t_timeout_waiting_for_lock() {
	command -v flock >/dev/null || {
		echo "no flock(1)"
		return 2
	}
	exec 4</sys/devices/system/node && flock 4 || wrong "no lock" || return 1
	run_guest poweroff -m 128M --populate --timeout 1s
	exec 4<&-
	expect_end 124 timeout && expect_stdout ''
}

# As a parent may have left it.
t_timeout_populating_alarm_ignored() (
	trap '' ALRM
	t_timeout_populating
)

# message_is TEXT: in the result.
message_is() {
	[ "$(json --raw "$dir/result" message)" = "$1" ] ||
		wrong "the result's message is $(json "$dir/result" message)"
}

# The result says from the beginning that there is no verdict, and does so after a SIGKILL, be it of
# a cgroup that has no memory left. The next run takes it for the older result that it is.
t_result_of_killed() {
	start_guest hang_halt hang_halt -m 128M && expect_result error 125 || return 1
	[ "$(stat -c %s "$dir/result")" = 4096 ] || wrong "no room is taken" || return 1
	kill -KILL "$pid"
	wait "$pid" 2>/dev/null
	pid=''
	expect_result error 125 &&
		message_is 'no verdict: numavm was ended before it could give one' || return 1
	run_guest poweroff -m 128M
	expect_end 0 poweroff
}

# A file's limit is an error like a full disk.
t_file_limit() {
	(
		ulimit -f 64
		run_guest flood -m 128M
		expect_end 125 error
	) && message_is "writing the guest's console to stdout: File too large"
}

t_file_limit_shared_node() {
	(
		ulimit -f 64
		run_guest poweroff --node memory=64M,llcs=1,shared=yes
		expect_end 125 error
	) || return 1
	json --raw "$dir/result" message | grep -q 'File too large' || wrong "another message"
}

# refused_result TEXT [FILE]: --result cannot be had, which is said before the guest runs.
refused_result() {
	local file=${2-$dir/result}
	limited "$numavm" run -k "$out/poweroff" -m 128M --result "$file" \
		>"$dir/stdout" 2>"$dir/stderr" </dev/null
	status=$?
	expect_status 125 && expect_stdout '' && expect_stderr_ours || return 1
	grep -qF -- "--result $file: $1" "$dir/stderr" || wrong "no \"$1\""
}

t_result_file_limit() {
	(
		ulimit -S -f 0
		trap '' XFSZ
		exec "$numavm" run -k "$out/poweroff" -m 128M --result "$dir/result" </dev/null 2>&1
	) | cat >"$dir/stdout"
	status=${PIPESTATUS[0]}
	expect_status 125 && expect_stdout "numavm: --result $dir/result: File too large\n"
}

t_result_full() { refused_result 'No space left on device' /dev/full; }

t_result_symlink() {
	echo '{ "outcome": "poweroff", "status": 0, "seconds": {} }' >"$dir/target"
	ln -s target "$dir/result"
	cp "$dir/target" "$dir/target.before"
	refused_result 'a symbolic link: name the file' || return 1
	cmp -s "$dir/target" "$dir/target.before" || wrong "what it leads to was written to" || return 1
	rm "$dir/target"
	refused_result 'a symbolic link: name the file' || return 1
	[ ! -e "$dir/target" ] || wrong "what it leads to was made"
}

# What is JSON is not yet a result.
t_result_other_json() {
	local text
	for text in '{ "name": "numavm" }' '{ "outcome": "poweroff" }' '{' '[]' \
		'{ "outcome": "poweroff", "status": 0, "seconds": {} } and more'; do
		echo "$text" >"$dir/result"
		refused_result 'holds something else than an older result' || return 1
		[ "$(cat "$dir/result")" = "$text" ] || wrong "it was written to" || return 1
	done
}

# Longer than the one that follows, and of a file that has another name and is to stay it.
t_result_older() {
	printf '{ "outcome": "poweroff", "status": 0, "seconds": {}, "message": "%08000d" }\n' 0 >"$dir/result"
	ln "$dir/result" "$dir/other"
	run_guest poweroff -m 128M
	expect_end 0 poweroff && cmp "$dir/result" "$dir/other" || return 1
	[ "$(tail -c 2 "$dir/result")" = '}' ] || wrong "something follows the object"
}

# More than what is reserved.
t_result_many_nodes() {
	run_guest poweroff --topology 16n16l1c1t -m 256M
	expect_end 0 poweroff || return 1
	[ "$(json "$dir/result" nodes.15.node)" = 15 ] || wrong "no node 15"
}

# One that has no room is no half: what was there stays.
t_result_too_long() {
	(
		ulimit -f 5
		run_guest poweroff --topology 32n32l1c1t -m 256M
		expect_end 125 error
	) && message_is 'no verdict: numavm was ended before it could give one' || return 1
	grep -q 'result: File too large$' "$dir/stderr" || wrong "it does not say why"
}

# The guest has filled the disk, and what is reserved is there for the verdict.
t_result_disk_full() {
	mkdir "$dir/small"
	if ! unshare -m true 2>/dev/null; then
		echo "no right to make a mount namespace"
		return 2
	fi
	# shellcheck disable=SC2016 # the inner shell's
	limited unshare -m sh -c 'mount -t tmpfs -o size=64k none "$0/small" && cd "$0/small" && "$@" \
		--result result >stdout 2>"$0/stderr"; status=$?; cp result "$0"; exit $status' \
		"$dir" "$numavm" run -k "$out/flood" -m 128M </dev/null
	status=$?
	expect_end 125 error &&
		message_is "writing the guest's console to stdout: No space left on device"
}

# On stdout it follows what the guest said, and is one object; in a file too. /dev/stdout, which
# simulated hosts lack, is a link to the second.
t_result_on_stdout() {
	local path
	for path in - /proc/self/fd/1; do
		limited "$numavm" run -k "$out/poweroff" -m 128M --result "$path" 2>"$dir/stderr" </dev/null |
			cat >"$dir/stdout"
		status=${PIPESTATUS[0]}
		sed 1d "$dir/stdout" >"$dir/result"
		expect_end 0 poweroff || return 1
		limited "$numavm" run -k "$out/poweroff" -m 128M --result "$path" \
			>"$dir/stdout" 2>"$dir/stderr" </dev/null
		status=$?
		sed 1d "$dir/stdout" >"$dir/result"
		expect_end 0 poweroff || return 1
	done
	printf abc | limited "$numavm" run -k "$out/echo" -m 128M --timeout 1s --result - \
		>"$dir/stdout" 2>"$dir/stderr"
	status=$?
	sed 1,2d "$dir/stdout" >"$dir/result"
	expect_end 124 timeout || return 1
	printf abc | limited "$numavm" run -k "$out/echo" -m 128M --timeout 1s --result - \
		>"$dir/stdout" 2>&1
	! grep -nx '' "$dir/stdout" || wrong "an empty line"
}

t_result_in_pipe() {
	mkfifo "$dir/fifo"
	cat "$dir/fifo" >"$dir/result.read" &
	pid=$!
	exec 3>"$dir/fifo"
	limited "$numavm" run -k "$out/poweroff" -m 128M --result "$dir/fifo" \
		>"$dir/stdout" 2>"$dir/stderr" </dev/null 3>&-
	status=$?
	exec 3>&-
	wait "$pid"
	pid=''
	mv "$dir/result.read" "$dir/result"
	expect_end 0 poweroff
}

# Nothing that the guest says does anything to a terminal that shows the message or the result: C1
# as a byte and in UTF-8, and DEL.
t_panic_with_controls() {
	printf '[    1.000000] Kernel panic - not syncing: a\x9bb\xc2\x9bc\x7fd\xc3\xa9\n' >"$dir/input"
	limited "$numavm" run -k "$out/echo" -m 128M --result "$dir/result" \
		>"$dir/stdout" 2>"$dir/stderr" <"$dir/input"
	status=$?
	expect_end 122 panic || return 1
	grep -qxF $'numavm: Kernel panic - not syncing: a?b?c?d\xc3\xa9' "$dir/stderr" ||
		wrong "another message" || return 1
	grep -qF 'a?b\u009bc\u007fd' "$dir/result" || wrong "another message in the result"
}

# A line of its own for what we say, where both are one file; else the guest's bytes and ours alone.
t_message_after_unfinished_line() {
	printf abc >"$dir/input"
	limited "$numavm" run -k "$out/echo" -m 128M --timeout 1s --result "$dir/result" \
		>"$dir/stdout" 2>&1 <"$dir/input"
	status=$?
	expect_status 124 && expect_result timeout 124 || return 1
	[ "$(sed -n 2p "$dir/stdout")" = abc ] || wrong "the guest's line goes on" || return 1
	limited "$numavm" run -k "$out/echo" -m 128M --timeout 1s --result "$dir/result" \
		>"$dir/stdout" 2>"$dir/stderr" <"$dir/input"
	status=$?
	expect_end 124 timeout && expect_stdout 'echo: ready\nabc'
}

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

# What a kernel without a console prints is not seen, which is said; its command has streams of its own.
t_cmdline_without_console() {
	printf 'memory = 128M\ncmdline = "quiet"\n' >"$dir/config"
	run_guest poweroff -c "$dir/config"
	expect_end 0 poweroff || return 1
	[ "$(grep -c "^numavm: warning: the kernel's command line has no console=ttyS0" "$dir/stderr")" = 1 ] ||
		wrong "not one warning" || return 1
	json --raw "$dir/result" warnings.0 | grep -q console=ttyS0 || wrong "not in the result" || return 1
	run_guest poweroff -c "$dir/config" --append console=ttyS0,115200
	expect_end 0 poweroff && expect_stderr_ours || return 1
	! grep -q 'no console' "$dir/stderr" || wrong "a warning"
}

# The time until init speaks is limited from the start on.
t_boot_timeout_populating() {
	run_guest poweroff --boot-timeout 20ms --timeout 30s --populate-threads 1 \
		--node memory=1G,llcs=1,pages=4k,populate=yes -- true
	expect_end 124 timeout && expect_stdout '' || return 1
	grep -qx "numavm: the boot's time limit of 0.02 s has passed" "$dir/stderr" || wrong "no message"
}

# A guest that resets itself: a failure where that is said.
t_reboot_is_failure() {
	local guest=reset_acpi
	[ -e "$out/$guest" ] || guest=reset_psci
	run_guest "$guest" -m 128M --reboot-is failure
	expect_end 1 reboot || return 1
	run_guest "$guest" -m 128M --reboot-is success
	expect_end 0 reboot
}

# Without init's word nothing is a success of a command, and its console is no panic of the kernel's
# that nobody shows: -v does.
t_command_without_init() {
	run_guest poweroff -m 256M -v -- true
	expect_status 123 && expect_result crash 123 && expect_stdout '' || return 1
	grep -q 'it powered off before it came up to init' "$dir/stderr" || wrong "no reason" || return 1
	grep -q '^poweroff' "$dir/stderr" || wrong "no console"
}

# Both limits: the kernel that does not come up is told apart from the command that runs.
t_boot_timeout() {
	run_guest hang_busy -m 256M --boot-timeout 1s --timeout 30s --console "$dir/console" -- true
	expect_end 124 timeout || return 1
	grep -qx "numavm: the boot's time limit of 1 s has passed: the kernel has not come up to init" \
		"$dir/stderr" || wrong "no message" || return 1
	grep -q '^numavm: the console ends with:' "$dir/stderr" || wrong "no last lines" || return 1
	grep -q '^numavm:   hang_busy' "$dir/stderr" || wrong "not in the report" || return 1
	grep -qE '^\[ +[0-9]+\.[0-9]{6}\] hang_busy' "$dir/console" || wrong "no times"
}
