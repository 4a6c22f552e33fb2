// SPDX-License-Identifier: MIT
#include "vmm/run/run.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "arch/arch.h"
#include "arch/load.h"
#include "mem/clock.h"
#include "mem/xalloc.h"
#include "vmm/guest/command.h"
#include "vmm/run/kvm.h"
#include "vmm/run/patient.h"
#include "vmm/run/post_mortem.h"
#include "vmm/run/report.h"
#include "vmm/run/session.h"
#include "vmm/run/result_json.h"
#include "vmm/run/signals.h"
#include "vmm/run/terminal.h"
#include "vmm/run/verdict.h"
#include "vmm/run/wait.h"

static void report(const struct ram *ram)
{
	char *text;
	size_t size;
	FILE *file = xcheck(open_memstream(&text, &size));

	report_print(ram, file);
	xcheck(fclose(file) ? NULL : text);
	if (size)
		patient_write(STDERR_FILENO, text, size);
	free(text);
}

static int allocate(struct vm *vm, const struct run *run, struct result *result, struct error *err)
{
	const struct machine *m = vm->machine;
	int ret = fit_make(m, &vm->fit, err) || ram_allocate(&vm->ram, m, &vm->fit, &run->ram, err);

	fit_unlock(&vm->fit);
	if (ret)
		return -1;
	result->populate = vm->ram.populate_seconds;
	if (result->wanted)
		result->nodes = report_json(&vm->ram);
	report(&vm->ram);
	return 0;
}

static void send_to_console(void *vm, uint8_t byte)
{
	console_put(&((struct vm *)vm)->console, byte);
}

/* For the input that did not fit. */
static void wake_waiter(void *vm)
{
	ending_wake(&((struct vm *)vm)->ending);
}

static const struct serial_ops console_port = { send_to_console, wake_waiter };

static void end_by_console(void *ending, enum console_event event, const char *text)
{
	if (event == CONSOLE_PANIC)
		ending_note_panic(ending, text);
	else if (event == CONSOLE_PANIC_END)
		ending_note_panic_end(ending);
	else
		ending_set(ending, OUTCOME_ERROR, "writing the guest's console to stdout: %s",
			   text);
}

/* stdout is the command's, where there is one. */
static int console_output(const struct run *run)
{
	if (!run->command)
		return STDOUT_FILENO;
	return run->verbose ? STDERR_FILENO : -1;
}

static int open_console(struct vm *vm, const struct run *run, struct error *err)
{
	vm->serials[MACHINE_CONSOLE].ops = &console_port;
	vm->serials[MACHINE_CONSOLE].opaque = vm;
	vm->console = (struct console){
		.out = console_output(run),
		.start = run->command ? &run->start : NULL,
		.limit = run->console_limit,
		.stopping = &vm->ending.stopping,
		.tell = end_by_console,
		.opaque = &vm->ending,
	};
	return console_open(&vm->console, run->console, err);
}

/* All that can be wrong with the input is found before KVM is given anything. */
static int prepare(struct vm *vm, const struct run *run, struct result *result, struct error *err)
{
	struct load load;

	vm->kvm = kvm_open(err);
	if (vm->kvm < 0 || vm_check_limits(vm, err) || arch_check(vm, err) ||
	    symbols_open(&vm->symbols, run->symbols, run->boot->kernel.name, err) ||
	    load_plan(&load, vm->machine, run->boot, err) || allocate(vm, run, result, err) ||
	    load_write(&load, vm, err))
		return -1;
	load_end(&load);
	boot_close(run->boot);
	if (ending_init(&vm->ending, err) || open_console(vm, run, err))
		return -1;
	if (run->command)
		vm->session = session_new(vm, run);
	return vm_create(vm, err);
}

static double since_start(const struct run *run, double at)
{
	return at ? at - (run->start.tv_sec + run->start.tv_nsec / 1e9) : 0;
}

static void note_session(const struct channel_state *state, const struct run *run,
			 struct result *result)
{
	result->init = since_start(run, state->hello_at);
	result->command_start = since_start(run, state->start_at);
	result->command_end = since_start(run, state->exit_at);
	result->garbage = state->garbage;
	result->lost = state->lost;
}

#define SMALLEST_LINUX (256 << 10) /* bytes; compressed, and with next to nothing in it */

/* It takes time: not of a guest that powered itself off, and of none that is no Linux, unasked. */
static void read_log(struct vm *vm, const struct run *run, struct result *result)
{
	const struct outcome *offered = &vm->ending.offered;
	bool asked =
		run->command || run->fail_on_warning ||
		(offered->kind != OUTCOME_POWEROFF && run->boot->kernel.size >= SMALLEST_LINUX);

	if (!asked || outcome_is_ours(offered))
		return;
	vm_stop(vm);
	session_read_log(vm->session, &vm->ram, &result->klog);
}

static void name_kernel(const struct channel_state *state, struct result *result)
{
	const char *release = result->klog.release;

	if (!*release && state)
		release = state->said.release;
	snprintf(result->release, sizeof(result->release), "%.63s", release);
}

static void decide(const struct vm *vm, const struct run *run, const struct channel_state *state,
		   struct result *result)
{
	const struct ending *ending = &vm->ending;
	const struct verdict verdict = {
		.offered = &ending->offered,
		.panic = atomic_load(&ending->panicked) ? &ending->panic : NULL,
		.channel = state,
		.klog = &result->klog,
		.reboot_is_failure = run->reboot_is_failure,
		.fail_on_warning = run->fail_on_warning,
	};

	verdict_decide(&verdict, &result->outcome);
}

/* Where it came to. */
static void note_end(struct vm *vm, const struct run *run, struct result *result)
{
	const struct channel_state *state = vm->session ? session_state(vm->session) : NULL;

	result->in_line = vm->console.out >= 0 && atomic_load(&vm->console.in_line);
	if (state)
		note_session(state, run, result);
	read_log(vm, run, result);
	name_kernel(state, result);
	decide(vm, run, state, result);
	if (!outcome_is_bad(&result->outcome))
		return;
	vm_stop(vm);
	result->registers = post_mortem_text(vm, result);
}

/*
 * Signals are blocked before there are threads, which inherit that. The terminal stays raw for who
 * writes the verdict, which comes first.
 */
static int run_vcpus(struct vm *vm, const struct run *run, struct result *result, struct error *err)
{
	int signals = signals_open(err), ret;

	if (signals < 0)
		return -1;
	if (!run->no_input && (!run->command || run->command->terminal))
		terminal_open();
	result->setup = clock_seconds_since(&run->start);
	ret = vm_start(vm, err);
	if (!ret)
		wait_for_end(vm, run, signals);
	return ret;
}

int run_machine(const struct run *run, struct result *result, struct error *err)
{
	struct vm *vm = xcalloc(1, sizeof(*vm));
	int ret;

	mallopt(M_ARENA_MAX, 1); /* a thread's own would cost its start an mmap of 128 MiB */
	vm->machine = run->machine;
	result->topology = &run->machine->topology;
	if (run->command)
		result->command = result_json_command(run->command->argv);
	vm->realtime = run->realtime;
	vm->confine = run->confine;
	vm->vcpus = xcalloc(vm->machine->topology.nr_cpus, sizeof(*vm->vcpus));
	ret = prepare(vm, run, result, err) || run_vcpus(vm, run, result, err) ? -1 : 0;
	if (!ret)
		note_end(vm, run, result);
	result->console_dropped = vm->console.dropped;
	result->log_error = vm->console.log_error;
	result->out_error = vm->console.out_error;
	result->total = clock_seconds_since(&run->start);
	return ret;
}
