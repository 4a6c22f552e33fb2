// SPDX-License-Identifier: MIT
#include "vmm/verbs.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "arch/arch.h"
#include "mem/text.h"
#include "mem/xalloc.h"
#include "vmm/cli/collisions.h"
#include "vmm/errand.h"
#include "vmm/plan/plan.h"
#include "vmm/run/patient.h"
#include "vmm/run/run.h"
#include "vmm/run/signals.h"
#include "vmm/run/terminal.h"

int verbs_flush(struct error *err)
{
	if (fflush(stdout) || ferror(stdout))
		return error_errno(err, "writing to stdout");
	return 0;
}

void verbs_complain(const char *kind, const char *text)
{
	char *line = xasprintf("numavm: %s%s", kind, text), *message;

	text_clean(line);
	message = xasprintf("%s\n", line);
	patient_write(STDERR_FILENO, message, strlen(message));
	free(message);
	free(line);
}

static int act_plan(struct request *request, int ret, struct error *err)
{
	struct plan plan;

	if (ret)
		return -1;
	plan_make(&plan, &request->machine);
	if (request->settings.json)
		plan_print_json(&plan, stdout);
	else
		plan_print(&plan, stdout);
	plan_free(&plan);
	return verbs_flush(err);
}

static int act_tables(struct request *request, int ret, struct error *err)
{
	if (!ret && !request->settings.output)
		return error_set(err, "tables has no output: add -o DIR");
	return ret ? -1 : arch_tables_write(&request->machine, request->settings.output, err);
}

/* Without one it is the host's own, as Debian and Fedora name it. */
static int find_kernel(const struct settings *s, char **kernel, struct error *err)
{
	struct utsname name;

	if (s->kernel) {
		*kernel = xstrdup(s->kernel);
		return 0;
	}
	uname(&name);
	*kernel = xasprintf("/boot/vmlinuz-%s", name.release);
	if (!access(*kernel, R_OK))
		return 0;
	return error_set(
		err, "no kernel given, and this host's own, %s, cannot be read (%m): add -k FILE",
		*kernel);
}

/*
 * Each byte of the console is an exit or two, and with a command nobody sees them unless they are
 * asked for: the kernel's log in memory has them all.
 */
static bool is_quiet(const struct settings *s)
{
	return (s->command || s->shell) && !s->verbose && !s->console && !s->cmdline;
}

/* What is appended is last, so that it may have another loglevel. */
static char *make_cmdline(const struct settings *s)
{
	const char *cmdline = s->cmdline ? s->cmdline : arch_cmdline;
	const char *quiet = is_quiet(s) ? " quiet" : "";

	if (!s->append)
		return xasprintf("%s%s", cmdline, quiet);
	return xasprintf("%s%s%s%s", cmdline, quiet, *cmdline ? " " : "", s->append);
}

#ifdef __SANITIZE_ADDRESS__
#define CONFINE false /* a report takes files and system calls that a run has not */
#else
#define CONFINE true
#endif

/* A word of @cmdline puts the kernel's console on our port, in one of the ways to say it. */
static bool has_console(const char *cmdline)
{
	static const char *const names[] = { " console=ttyS0", " console=uart" };
	char *words = xasprintf(" %s", cmdline);
	bool has = false;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		has |= !!strstr(words, names[i]);
	free(words);
	return has;
}

/* A command's streams have a way of their own. */
static void warn_of_cmdline(const char *cmdline, struct result *result)
{
	static const char warning[] =
		"the kernel's command line has no console=ttyS0: what it prints is not seen";

	if (has_console(cmdline))
		return;
	verbs_complain("warning: ", warning);
	result->warnings = json_pack("[s]", warning);
	result->told = 1;
}

static int run_guest(const struct request *request, struct result *result, struct error *err)
{
	const struct settings *s = &request->settings;
	struct errand errand = { 0 };
	struct boot boot = { .cmdline = make_cmdline(s), .mode = s->boot };
	char *kernel = NULL;
	struct run run = {
		.machine = &request->machine,
		.boot = &boot,
		.boot_timeout_ns = s->boot_timeout_ns,
		.verbose = s->verbose,
		.fail_on_warning = s->fail_on_warning,
		.reboot_is_failure = s->reboot_is_failure,
		.symbols = s->symbols,
		.out_fd = -1,
		.console = s->console,
		.console_limit = s->console_limit,
		.timeout_ns = s->timeout_ns,
		.ram = { s->populate_threads, s->verify, terminal_show_progress },
		.realtime = s->realtime,
		.no_input = s->no_input,
		.confine = { .wanted = CONFINE && !s->no_confine },
		.start = request->start,
	};
	int ret;

	if (s->result && !result->wanted) {
		*err = request->no_result;
		return -1;
	}
	if (s->run_as && confine_find_user(&run.confine, s->run_as, err))
		return -1;
	ret = find_kernel(s, &kernel, err) || collisions_of_console(s, kernel, err) ||
	      errand_begin(&errand, &run, s, kernel, err) ||
	      boot_open(&boot, kernel, s->initrd, err) || errand_pack(&run, s, err);
	if (!ret && !run.command)
		warn_of_cmdline(boot.cmdline, result);
	ret = ret || run_machine(&run, result, err) ? -1 : 0;
	errand_end(&errand, ret ? NULL : result);
	return ret;
}

/* From the start on: whatever ends it leaves a result, and the time limit holds. */
static void begin_run(struct request *request)
{
	const char *path = request->settings.result;

	signal(SIGPIPE, SIG_IGN);
	signals_hold();
	request->result = path ? result_open(path, &request->no_result) : -1;
	signals_catch(request->result, &request->start, request->settings.timeout_ns,
		      request->settings.boot_timeout_ns);
}

static bool is_same_output(void)
{
	struct stat out, err;

	return !fstat(STDOUT_FILENO, &out) && !fstat(STDERR_FILENO, &err) &&
	       ((out.st_dev == err.st_dev && out.st_ino == err.st_ino) ||
		(isatty(STDOUT_FILENO) && isatty(STDERR_FILENO)));
}

/* On a line of its own, even where the guest has not ended its last. */
static void tell_end(const struct result *result)
{
	const struct outcome *outcome = &result->outcome;

	if (!outcome->message[0] && !result->console_dropped && !result->log_error &&
	    !result->out_error && json_array_size(result->warnings) == result->told)
		return;
	if (result->in_line && is_same_output())
		patient_write(STDERR_FILENO, "\n", 1);
	if (result->registers)
		patient_write(STDERR_FILENO, result->registers, strlen(result->registers));
	if (result->console_dropped)
		verbs_complain("warning: ",
			       "--console-limit: what the guest printed beyond it is dropped");
	if (result->log_error)
		verbs_complain("warning: --console: not all is kept: ",
			       strerror(result->log_error));
	if (result->out_error && outcome->kind != OUTCOME_ERROR)
		verbs_complain("warning: the guest's last bytes are not on stdout: ",
			       strerror(result->out_error));
	for (size_t i = result->told; i < json_array_size(result->warnings); i++)
		verbs_complain("warning: ", json_string_value(json_array_get(result->warnings, i)));
	if (outcome->message[0])
		verbs_complain(outcome->kind == OUTCOME_CONTENTION ? "contention: " : "",
			       outcome->message);
}

/*
 * The verdict first, with signals blocked, which could put a worse one over it; then what may wait
 * for somebody, which they end. Nobody waits for the guest's threads or its memory to be taken
 * apart.
 */
static _Noreturn int act_run(struct request *request, int ret, struct error *err)
{
	struct result result = { .wanted = request->result >= 0 };
	int status;

	if (ret || run_guest(request, &result, err))
		outcome_from_error(&result.outcome, err);
	status = result.outcome.status;
	signals_block();
	ret = 0;
	if (result.wanted)
		ret = result_write(&result, request->result, request->settings.result, err);
	status = ret && !status ? OUTCOME_STATUS_NONE : status;
	result.in_line &= request->result != STDOUT_FILENO; /* which ends the guest's line */
	terminal_restore();
	signals_release(status, status > 128 && result.outcome.kind != OUTCOME_EXITED);
	tell_end(&result);
	if (ret)
		verbs_complain("", err->text);
	signals_leave();
}

#define BOTH "It takes the other options of run too, so that one command line serves both.\n"

const struct verb verbs[] = {
	{ "run", "[OPTION]... [-- COMMAND [ARG]...]",
	  "boot it and run a command in it, whose streams and status are numavm's; or without one "
	  "be its console",
	  "Boots a kernel on the machine and runs COMMAND there: its stdin, stdout, stderr\n"
	  "and exit status are numavm's. Without a command the guest's console is stdin and\n"
	  "stdout. Ctrl-A x leaves the guest, Ctrl-A h lists the keys.\n",
	  "Exit status: the command's, as in a shell: 126 not executable, 127 not there,\n"
	  "128+n killed by signal n; without a command 0 powered off or rebooted. 122\n"
	  "kernel panic, 123 crash, 124 time limit, 125 no verdict (bad arguments or\n"
	  "config, the host refused, or Ctrl-A x); in --result they are not a command's.\n",
	  KEYS_OF_RUN, KEYS_OF_MACHINE | KEYS_OF_PLACEMENT | KEYS_OF_KERNEL | KEYS_OF_COMMAND,
	  begin_run, act_run },
	{ "plan", "[OPTION]...", "print what the guest would see, and start nothing",
	  "Prints the nodes, memory ranges, e820, distances and warnings; starts nothing.\n", BOTH,
	  KEYS_OF_PLAN, KEYS_OF_MACHINE, NULL, act_plan },
	{ "tables", "-o DIR [OPTION]...",
	  "write what the guest reads of it to files: ACPI tables, e820 and CPUID leaves "
	  "(x86-64), the device tree (arm64)",
	  "Writes what the guest reads of the machine. x86-64: each ACPI table as\n"
	  "DIR/NAME.aml for iasl -d, e820.txt and cpuid.txt; arm64: the device tree as\n"
	  "DIR/numavm.dtb for dtc -I dtb.\n",
	  BOTH, KEYS_OF_TABLES, KEYS_OF_MACHINE, NULL, act_tables },
	{ 0 },
};
