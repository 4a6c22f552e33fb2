# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # dir, status, pid, out and numavm are of run and lib.sh, which source it
#
# What a guest of either architecture finds: memory, addresses that are nobody's, CPUs, devices.

# memory_shape RANGES BOUNDARIES ARG...: the guest's own count of what it wrote and read, ranges
# as a pattern.
memory_shape() {
	local ranges=$1 boundaries=$2
	shift 2
	run_guest memory "$@"
	expect_end 0 poweroff && expect_line "memory: $ranges ranges, $boundaries boundaries"
}

t_hole() {
	run_guest hole -m 128M
	expect_end 0 poweroff && expect_stdout 'hole: all ones\n'
}

# smp_shape OTHERS TOPOLOGY
smp_shape() {
	run_guest smp --topology "$2" -m 128M
	expect_end 0 poweroff && expect_stdout "smp: started $1\n"
}

t_smp_one() { smp_shape 0 1n1l1c1t; }
t_smp_two() { smp_shape 1 1n1l2c1t; }
t_smp_four() { smp_shape 3 2n2l1c2t; }
t_smp_ids_with_gaps() { smp_shape 5 2n2l3c1t; }

t_serial_irq() {
	run_guest serial_irq -m 128M
	expect_end 0 poweroff && expect_stdout 'S\nserial_irq: 3 interrupts\n'
}

t_garbage() {
	run_guest garbage -m 128M
	expect_end 0 poweroff || return 1
	[ "$(tail -n 1 "$dir/stdout" | tr -d '\0')" = 'garbage: done' ] ||
		wrong "it did not come to its end"
}
