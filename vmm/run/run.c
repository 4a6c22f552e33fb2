// SPDX-License-Identifier: MIT
#include "vmm/run/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "arch/arch.h"
#include "mem/clock.h"
#include "mem/xalloc.h"
#include "vmm/guest/file.h"
#include "vmm/run/kvm.h"
#include "mem/pin.h"
#include "vmm/run/report.h"
#include "vmm/run/terminal.h"
#include "vmm/run/wait.h"

/* More than the host has at all would end in its OOM killer. */
static int check_host_memory(const struct machine *m, struct error *err)
{
	struct sysinfo info;
	uint64_t has;

	if (sysinfo(&info))
		return error_errno(err, "sysinfo");
	has = ((uint64_t)info.totalram + info.totalswap) * info.mem_unit;
	if (m->layout.size > has)
		return error_set(
			err, "memory: %llu MiB are more than the %llu MiB of this host: use less",
			(unsigned long long)m->layout.size >> 20, (unsigned long long)has >> 20);
	return 0;
}

static int pin_vcpus(struct vm *vm, struct error *err)
{
	struct bitmask **masks;
	struct place **places;
	int ret;

	if (!pin_is_wanted(&vm->machine->topology))
		return 0;
	masks = xcalloc(vm->machine->topology.nr_cpus, sizeof(*masks));
	places = xcalloc(vm->machine->topology.nr_nodes, sizeof(*places));
	for (unsigned int i = 0; i < vm->machine->topology.nr_nodes; i++)
		places[i] = &vm->ram.nodes[i].place;
	ret = pin_plan(&vm->machine->topology, places, masks, err);
	free(places);
	for (unsigned int i = 0; i < vm->machine->topology.nr_cpus; i++)
		vm->vcpus[i].cpus = masks[i];
	free(masks);
	return ret;
}

static int allocate(struct vm *vm, const struct run *run, struct outcome *outcome,
		    struct error *err)
{
	if (ram_allocate(&vm->ram, &vm->machine->topology, &vm->machine->layout, &run->ram, err) ||
	    pin_vcpus(vm, err))
		return -1;
	outcome->populate = vm->ram.populate_seconds;
	outcome->nodes = report_json(&vm->machine->topology, &vm->ram);
	report_print(&vm->machine->topology, &vm->ram, stderr);
	return 0;
}

/* What cannot be read is known before memory is taken for it. */
static int check_file(const char *path, const char *what, struct error *err)
{
	struct file file;

	if (!path)
		return 0;
	if (file_open(&file, path, err))
		return error_prefix(err, "%s ", what);
	file_close(&file);
	return 0;
}

/* All that can be wrong with the input is found before KVM is given anything. */
static int prepare(struct vm *vm, const struct run *run, struct outcome *outcome, struct error *err)
{
	if (check_host_memory(vm->machine, err) || check_file(run->boot.kernel, "kernel", err) ||
	    check_file(run->boot.initrd, "initrd", err))
		return -1;
	vm->kvm = kvm_open(err);
	if (vm->kvm < 0 || vm_check_limits(vm, err) || arch_check(vm, err) ||
	    allocate(vm, run, outcome, err) || arch_load(vm, err))
		return -1;
	if (console_open(&vm->console, STDOUT_FILENO, run->console, &vm->stopping, err))
		return -1;
	vm->ending.event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (vm->ending.event < 0)
		return error_errno(err, "eventfd");
	return vm_create(vm, err);
}

static void dump_cpus(struct vm *vm)
{
	for (unsigned int i = 0; i < vm->machine->topology.nr_cpus; i++) {
		struct vcpu *vcpu = &vm->vcpus[i];

		fprintf(stderr, "numavm: CPU %u:\n", i);
		if (atomic_load(&vcpu->parked))
			arch_vcpu_dump(vcpu, stderr);
		else
			fprintf(stderr, "numavm:   does not come out of KVM_RUN\n");
	}
}

/* The terminal is raw from here to the end of the function, and not a moment longer. */
static int run_vcpus(struct vm *vm, const struct run *run, struct outcome *outcome,
		     struct error *err)
{
	struct wait wait;

	if (wait_init(&wait, vm, run->timeout_ns, err))
		return -1;
	terminal_open();
	outcome->setup = clock_seconds_since(&run->start);
	if (vm_start(vm, err)) {
		terminal_restore();
		return -1;
	}
	wait_for_end(&wait);
	terminal_restore();
	return 0;
}

static void take_verdict(struct vm *vm, struct outcome *outcome)
{
	struct outcome *verdict = &vm->ending.outcome;

	pthread_mutex_lock(&vm->ending.lock);
	verdict->setup = outcome->setup;
	verdict->populate = outcome->populate;
	verdict->nodes = outcome->nodes;
	*outcome = *verdict;
	pthread_mutex_unlock(&vm->ending.lock);
}

void run_machine(const struct run *run, struct outcome *outcome)
{
	struct vm *vm = xcalloc(1, sizeof(*vm));
	struct error err;

	vm->boot = &run->boot;
	vm->machine = run->machine;
	vm->realtime = run->realtime;
	vm->vcpus = xcalloc(vm->machine->topology.nr_cpus, sizeof(*vm->vcpus));
	pthread_mutex_init(&vm->ending.lock, NULL);

	if (prepare(vm, run, outcome, &err) || run_vcpus(vm, run, outcome, &err))
		outcome_from_error(outcome, &err);
	else
		take_verdict(vm, outcome);
	if (outcome->kind == OUTCOME_TIMEOUT) {
		vm_stop(vm);
		dump_cpus(vm);
	}
	outcome->total = clock_seconds_since(&run->start);
}
