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

# Numbers that no command has, words in another order, and none: a crash, and no success.
t_session_lies_are_crashes() {
	local steps

	for steps in X300 "X$((65 << 24))" S 'X0 P' 'k8 D'; do
		# shellcheck disable=SC2086 # steps are words
		lies F $steps D h
		expect_end 123 crash || return 1
	done
}

# Whoever's words reach stderr, a terminal does not obey them.
t_session_words_are_clean() {
	lies R F W E D h
	expect_end 125 error || return 1
	grep -q 'warned ?' "$dir/stderr" && grep -q 'an error ?' "$dir/stderr" || wrong "not told" || return 1
	[ "$(LC_ALL=C tr -d '\r\n -~' <"$dir/stderr" | wc -c)" = 0 ] || wrong "control characters"
}
