# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # dir, status, pid, out and numavm are of run and lib.sh, which source it
#
# What an init may say that is none of ours (hostile.c), by numavm's own command line.

# lies STEP...: a run with them.
lies() {
	limited "$numavm" run -k "$out/hostile" -m 256M --timeout 20s --result "$dir/result" \
		-- /bin/true "$@" >"$dir/stdout" 2>"$dir/stderr" </dev/null
	status=$?
}

# A status is the command's word, and no signal to ourselves: 147 would be SIGSTOP.
t_session_status_is_no_signal() {
	local code limit=10

	for code in 147 $((19 << 24)) 148 139; do
		lies F S X$code D h
		expect_end $((code > 255 ? 147 : code)) exited || return 1
	done
}
