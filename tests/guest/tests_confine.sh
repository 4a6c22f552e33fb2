# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # dir, status, pid, out and numavm are of run and lib.sh, which source it
#
# What a run gives up before its guest runs, as the kernel says it of each thread.

# each_thread LINE COUNT: so many threads of $pid, and each has this line in its status. One of the
# kernel's own (kvm-nx-lpage-recovery) does not count.
each_thread() {
	local task threads=0

	for task in /proc/"$pid"/task/*/status; do
		! grep -q '^Name:[[:space:]]*kvm-' "$task" || continue
		threads=$((threads + 1))
		grep -qx "$1" "$task" || wrong "no \"$1\" but $(grep "^${1%%:*}" "$task")" || return 1
	done
	[ "$threads" = "$2" ] || wrong "$threads threads, not $2"
}

tab=$'\t'
none=0000000000000000

is_sanitized() { [ "${numavm#*asan}" != "$numavm" ]; }

# A host without filters says nothing of them.
can_filter() {
	! is_sanitized || { echo "a sanitized build is not confined, for its reports"; return 2; }
	grep -q '^Seccomp:' /proc/self/status || { echo "this host's kernel has no seccomp"; return 2; }
}

t_confine_threads() {
	can_filter || return
	start_guest hang_halt hang_halt -m 128M --topology 2n2l1c1t || return 1
	each_thread "Seccomp:${tab}2" 3 && each_thread "NoNewPrivs:${tab}1" 3 &&
		each_thread "CapPrm:$tab$none" 3 && each_thread "CapEff:$tab$none" 3 &&
		each_thread "CapInh:$tab$none" 3 && each_thread "CapAmb:$tab$none" 3
}

t_confine_not() {
	start_guest hang_halt hang_halt -m 128M --no-confine || return 1
	each_thread "$(grep '^NoNewPrivs:' /proc/self/status)" 2 &&
		each_thread "$(grep '^CapEff:' /proc/self/status)" 2
	! can_filter >/dev/null || each_thread "$(grep '^Seccomp:' /proc/self/status)" 2
}

# What cannot be dumped is root's, whoever runs it. A user's own numbers, so that it is there anywhere.
t_confine_run_as() {
	[ "$(id -u)" = 0 ] || { echo "not root"; return 2; }
	start_guest hang_halt hang_halt -m 128M --run-as 1234:4321 || return 1
	each_thread "Uid:${tab}1234${tab}1234${tab}1234${tab}1234" 2 &&
		each_thread "Gid:${tab}4321${tab}4321${tab}4321${tab}4321" 2 &&
		each_thread "Groups:$tab *" 2 && each_thread "CapEff:$tab$none" 2 || return 1
	is_sanitized || [ "$(stat -c %u "/proc/$pid/environ")" = 0 ] || wrong "it can be dumped and traced"
}

# Those that were handed down are closed, a low one and one above many gaps, though not before the
# kernel was read from one of them.
t_confine_descriptors() {
	can_filter || return
	[ "$(id -u)" = 0 ] || { echo "not root, whose right it is to see them"; return 2; }
	local kept
	out='' start_guest hang_halt dev/fd/3 -m 128M --console "$dir/console" \
		3<"$out/hang_halt" 12</dev/null 250</dev/zero || return 1
	[ -e "/proc/$pid/fd/0" ] || wrong "it has lost stdin" || return 1
	grep -q hang_halt "$dir/console" || wrong "it has lost its log" || return 1
	kept=$(find "/proc/$pid/fd" -lname /dev/zero -o -lname '*/hang_halt' -o -name 12)
	[ -z "$kept" ] || wrong "it has kept $kept"
}

# Nor can who runs it be mistaken for who it belongs to.
t_confine_set_user_id() {
	[ "$(id -u)" = 0 ] || { echo "not root"; return 2; }
	! is_sanitized || { echo "its search for leaks fails there"; return 2; }
	cp "$numavm" "$dir/numavm" && chown 1234 "$dir/numavm" && chmod 4755 "$dir/numavm" || return 1
	limited "$dir/numavm" --version >"$dir/stdout" 2>"$dir/stderr"
	status=$?
	expect_status 125 && expect_stderr_ours && expect_stdout '' || return 1
	grep -q 'set-user-ID' "$dir/stderr" || wrong "it does not say why"
}
