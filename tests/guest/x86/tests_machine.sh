# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # dir, status, pid, out and numavm are of run and lib.sh, which source it
#
# What only a guest on x86-64 finds: e820 and the hole in it, ACPI tables, CPUID, IOAPIC, ports, and
# the many ways to reset.

t_memory_one_node() { memory_shape '[2-9]' 0 -m 128M; }
t_memory_three_nodes() { memory_shape '[2-9]' 2 --topology 3n3l1c1t -m 100M; }
t_memory_memory_only_node() { memory_shape '[2-9]' 1 --node llcs=1,memory=64M --node memory=64M; }
t_memory_past_the_hole() { memory_shape '[3-9]' 0 -m 4G; }
t_memory_node_over_the_hole() { memory_shape '[3-9]' 1 --topology 2n2l1c1t -m 5G; }
t_memory_64_nodes() { memory_shape '[2-9]' 63 --topology 64n64l1c1t -m 1G; }

# With RAM on both sides of the hole, where a slot could lie over it.
t_hole_between_ram() {
	run_guest hole -m 4G
	expect_end 0 poweroff && expect_stdout 'hole: all ones\n'
}

# tables_shape CPUS NODES ARG...
tables_shape() {
	local cpus=$1 nodes=$2
	shift 2
	run_guest tables "$@"
	expect_end 0 poweroff && expect_line "tables: cpus $cpus nodes $nodes s5 [0-9]+"
}

t_tables_one_cpu() { tables_shape 1 1 -m 128M; }
t_tables_two_cpus() { tables_shape 2 1 --topology 1n1l2c1t -m 128M; }
t_tables_three_nodes() { tables_shape 3 3 --topology 3n3l1c1t -m 100M; }
t_tables_four_cpus() { tables_shape 4 2 --topology 2n2l2c1t -m 4G; }
t_tables_memory_only_node() { tables_shape 1 2 --node llcs=1,memory=64M --node memory=64M; }
t_tables_16_nodes() { tables_shape 16 16 --topology 16n16l1c1t -m 256M; }

# The first MiB but one is the kernel's, however small the machine and many the tables.
at_1m() { # ARG...
	run_guest tables_at_1m "$@"
	expect_end 0 poweroff && expect_line "tables: cpus [0-9]+ nodes [0-9]+ s5 [0-9]+"
}
t_kernel_at_1m() { at_1m -m 128M; }
t_kernel_at_1m_small() { at_1m -m 2M; }
t_kernel_at_1m_nodes_of_1m() { at_1m --topology 3n3l1c1t -m 3M; }
t_kernel_at_1m_past_the_hole() { at_1m --topology 2n2l2c1t -m 5G; }
t_kernel_at_1m_many_cpus() { at_1m --topology 1n1l300c1t -m 128M; }

# The tables are the last of the RAM that there is below 3 GiB.
t_tables_at_the_top() {
	"$numavm" plan -m 4G >"$dir/stdout" || return 1
	grep -q '^0x0000bffff000-0x0000bfffffff  ACPI data$' "$dir/stdout" || wrong "not at the top" || return 1
	"$numavm" plan --topology 2n2l1c1t -m 64M >"$dir/stdout" || return 1
	grep -q '^0x000003fff000-0x000003ffffff  ACPI data$' "$dir/stdout" || wrong "not at the top"
}

# More CPUs than 8-bit APIC ids can name: the IOAPIC's interrupts must arrive all the same.
t_serial_irq_300_cpus() {
	run_guest serial_irq --topology 1n1l300c1t -m 128M
	expect_end 0 poweroff && expect_stdout 'S\nserial_irq: 3 interrupts\n'
}
t_tables_300_cpus() { tables_shape 300 1 --topology 1n1l300c1t -m 128M; }

t_cpuid() {
	run_guest cpuid -m 128M
	expect_end 0 poweroff && expect_stdout 'cpuid: id 0\n'
}

t_cpuid_four_cpus() {
	run_guest cpuid --topology 1n1l2c2t -m 128M
	expect_end 0 poweroff && expect_stdout 'cpuid: id 0\n'
}

t_ioapic() {
	run_guest ioapic -m 128M
	expect_end 0 poweroff && expect_stdout 'ioapic: 24 pins\n'
}

t_ports() {
	run_guest ports -m 128M
	expect_end 0 poweroff && expect_stdout 'ports: all ones\n'
}

# A CPU that was never started and gets an NMI makes KVM_RUN return for good.
t_nmi_before_start() {
	run_guest nmi --topology 1n1l3c1t -m 128M --timeout 30s
	expect_end 0 poweroff && expect_stdout 'nmi: sent\nnmi: started 2\n'
}

t_nmi_before_start_idle() {
	start_guest nmi_halt nmi_halt --topology 1n1l3c1t -m 128M && idle || return 1
	kill -TERM "$pid"
	ended_by 143
}

# The guest prints 1 MiB and 1000 bytes.
t_console_limit() {
	local sizes
	run_guest torrent -m 128M --console "$dir/console" --console-limit 1M
	expect_end 0 poweroff || return 1
	sizes="$(stat -c %s "$dir/stdout") $(stat -c %s "$dir/console")"
	sizes+=" $(json "$dir/result" console_dropped) $(grep -c 'console-limit' "$dir/stderr")"
	[ "$sizes" = '1048576 1048576 1000 1' ] || wrong "stdout, file, dropped, said: $sizes"
}

t_end_reset_acpi() { ending reset_acpi 0 reboot; }
t_end_reset_i8042() { ending reset_i8042 0 reboot; }
t_end_reset_cf9() { ending reset_cf9 0 reboot; }

t_end_onebyte() {
	run_guest onebyte -m 128M
	expect_end 0 reboot && expect_stdout 'x'
}

# The verdict is there by then.
t_last_bytes_on_full_disk() {
	limited "$numavm" run -k "$out/onebyte" -m 128M </dev/null 2>"$dir/stderr" >/dev/full
	status=$?
	expect_status 0 || return 1
	grep -q '^numavm: warning: .* not on stdout: No space' "$dir/stderr" || wrong "not a word"
}
