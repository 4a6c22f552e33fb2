# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # dir, status, pid, out and numavm are of run and lib.sh, which source it
#
# What only a guest on arm64 finds: RAM without a hole, the device tree, PSCI.

t_memory_one_node() { memory_shape 1 0 -m 128M; }
t_memory_three_nodes() { memory_shape 1 2 --topology 3n3l1c1t -m 100M; }
t_memory_memory_only_node() { memory_shape 1 1 --node llcs=1,memory=64M --node memory=64M; }
t_memory_past_4g() { memory_shape 1 1 --topology 2n2l1c1t -m 5G; }
t_memory_64_nodes() { memory_shape 1 63 --topology 64n64l1c1t -m 1G; }

# tree_shape CPUS NODES ARG...
tree_shape() {
	local cpus=$1 nodes=$2
	shift 2
	run_guest tree "$@"
	expect_end 0 poweroff && expect_stdout "tree: cpus $cpus nodes $nodes\n"
}

t_tree_one_cpu() { tree_shape 1 1 -m 128M; }
t_tree_three_nodes() { tree_shape 3 3 --topology 3n3l1c1t -m 100M; }
t_tree_threads() { tree_shape 8 2 --topology 2n4l1c2t -m 4G; }
t_tree_memory_only_node() { tree_shape 1 2 --node llcs=1,memory=64M --node memory=64M; }
t_tree_cpu_only_node() { tree_shape 2 2 --node llcs=1,memory=64M --node llcs=1; }
t_tree_16_nodes() { tree_shape 16 16 --topology 16n16l1c1t -m 256M; }

t_end_reset_psci() { ending reset_psci 0 reboot; }

# Fault upon fault, none of which leaves KVM: nothing but the time limit ends it.
t_timeout_astray() { hang astray 1 -m 128M; }
