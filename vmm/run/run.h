/* SPDX-License-Identifier: MIT */
/* The run verb: from a layout to a verdict. verbs.c calls it once. */
#ifndef VMM_RUN_RUN_H
#define VMM_RUN_RUN_H

#include <time.h>

#include "vmm/run/result.h"
#include "vmm/guest/boot.h"
#include "vmm/guest/command.h"
#include "vmm/run/vm.h"

struct run {
	const struct machine *machine;
	struct boot *boot; /* opened; closed once it is in RAM */
	const struct command *command; /* to run in the guest, or NULL */
	int out_fd; /* where --out's archive of the command goes; -1: nowhere */
	bool verbose; /* the console of a guest with a command goes to stderr */
	const char *console; /* log file, "-" for stdout alone, or NULL */
	uint64_t console_limit; /* bytes; 0: none */
	uint64_t timeout_ns; /* 0: none */
	uint64_t boot_timeout_ns; /* until init speaks; 0: none */
	bool fail_on_warning; /* of the kernel's */
	bool reboot_is_failure;
	const char *symbols; /* vmlinux or System.map, or NULL: what is found beside the kernel */
	struct ram_options ram;
	int realtime; /* SCHED_FIFO priority of the vCPU threads; 0: none */
	bool no_input; /* stdin is left alone */
	struct confine confine;
	struct timespec start; /* of the program */
};

/*
 * Boots the machine and waits for its end. Returns 0 with the verdict in @result, or -1 when it did
 * not start; times and nodes are in @result in any case, as far as it came. The terminal, signals
 * and the vCPUs' threads are left as they are: the caller ends the process.
 */
int run_machine(const struct run *run, struct result *result, struct error *err);

#endif
