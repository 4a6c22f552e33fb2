// SPDX-License-Identifier: MIT
/* config file + flags -> topology -> layout -> the verb. The one place that prints errors. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "arch/arch.h"
#include "mem/xalloc.h"
#include "vmm/cli/config.h"
#include "vmm/run/signals.h"
#include "vmm/cli/options.h"
#include "vmm/plan/plan.h"
#include "vmm/run/progress.h"
#include "vmm/run/run.h"

#ifndef NUMAVM_VERSION
#error "the build must say -DNUMAVM_VERSION"
#endif

/* What was asked for, and the machine that it makes. */
struct input {
	struct settings settings;
	struct arch_host host;
	struct machine machine;
};

static int make_machine(struct input *in, struct options *options, struct error *err)
{
	struct layout_space space;

	if (options->config && config_read(options->config, &in->settings, err))
		return -1;
	settings_override(&in->settings, &options->flags);
	if (settings_topology(&in->settings, &in->machine.topology, err))
		return -1;
	arch_host_probe(&in->host);
	arch_layout_space(&in->host, &space);
	in->machine.host = &in->host;
	if (settings_layout(&in->settings, &in->machine.topology, &space, &in->machine.layout, err))
		return -1;
	return arch_check_machine(&in->machine, err);
}

static void free_input(struct input *in)
{
	machine_free(&in->machine);
	settings_free(&in->settings);
}

/* stdout may be a full disk or a closed pipe. */
static int finish_output(struct error *err)
{
	if (fflush(stdout) || ferror(stdout))
		return error_errno(err, "writing to stdout");
	return 0;
}

static int do_plan(const struct machine *m, const struct options *options, struct error *err)
{
	struct plan plan;

	plan_make(&plan, m);
	if (options->json)
		plan_print_json(&plan, stdout);
	else
		plan_print(&plan, stdout);
	plan_free(&plan);
	return finish_output(err);
}

/* The host's own, as Debian and Fedora name it. */
static char *default_kernel(void)
{
	struct utsname name;

	uname(&name);
	return xasprintf("/boot/vmlinuz-%s", name.release);
}

static int find_kernel(const struct settings *settings, char **kernel, struct error *err)
{
	if (settings->kernel.where.name) {
		*kernel = xstrdup(settings->kernel.text);
		return 0;
	}
	*kernel = default_kernel();
	if (!access(*kernel, R_OK))
		return 0;
	return error_set(err,
			 "no kernel given, and this host's own, %s, cannot be read (%s): add -k "
			 "FILE",
			 *kernel, strerror(errno));
}

static char *make_cmdline(const struct settings *settings)
{
	const char *cmdline = settings->cmdline.text ? settings->cmdline.text : arch_cmdline;

	if (!settings->append.text)
		return xstrdup(cmdline);
	return xasprintf("%s%s%s", cmdline, *cmdline ? " " : "", settings->append.text);
}

/* settings_topology() has seen that verify is right. */
static int make_ram_options(const struct settings *settings, const struct options *options,
			    struct ram_options *ram, struct error *err)
{
	*ram = (struct ram_options){
		.threads = options->populate_threads,
		.progress = progress_show,
	};
	return settings->verify.text ? verify_parse_mode(settings->verify.text, &ram->verify, err)
				     : 0;
}

/* Regular files: nothing else is emptied when it is opened. */
static bool same_file(const char *a, const char *b)
{
	struct stat one, other;

	return a && b && !stat(a, &one) && !stat(b, &other) && S_ISREG(one.st_mode) &&
	       one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

/* The console's file is emptied when it is opened. */
static int check_console(const struct options *options, const char *kernel, const char *initrd,
			 struct error *err)
{
	const char *inputs[] = { options->config, kernel, initrd };

	for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++)
		if (same_file(options->console, inputs[i]))
			return error_set(
				err, "--console %s: this is what is to be read: name another file",
				options->console);
	if (same_file(options->console, options->result))
		return error_set(err, "--console and --result are both %s: name two files",
				 options->result);
	return 0;
}

static int run_guest(const struct input *in, const struct options *options,
		     const struct timespec *start, struct result *result, struct error *err)
{
	char *kernel = NULL, *cmdline = make_cmdline(&in->settings);
	struct boot boot = { .cmdline = cmdline, .mode = options->boot };
	struct run run = {
		.machine = &in->machine,
		.boot = &boot,
		.console = options->console,
		.timeout_ns = options->timeout_ns,
		.realtime = in->settings.realtime.value,
		.start = *start,
	};

	if (make_ram_options(&in->settings, options, &run.ram, err) ||
	    find_kernel(&in->settings, &kernel, err) ||
	    check_console(options, kernel, in->settings.initrd.text, err) ||
	    boot_open(&boot, kernel, in->settings.initrd.text, err))
		return -1;
	run_machine(&run, result);
	return 0;
}

/* Nobody waits for the guest's threads or its memory to be taken apart. */
static _Noreturn void leave(int status)
{
	if (status > 128 && status < 128 + NSIG) {
		sigset_t set;

		sigfillset(&set);
		signal(status - 128, SIG_DFL);
		raise(status - 128);
		sigprocmask(SIG_UNBLOCK, &set, NULL);
	}
	_exit(status);
}

/* A message may quote what a file or a guest says: its control characters stay out of terminals. */
static void complain(const char *kind, const char *text)
{
	fprintf(stderr, "numavm: %s", kind);
	for (; *text; text++)
		fputc((unsigned char)*text < ' ' || *text == 0x7f ? '?' : *text, stderr);
	fputc('\n', stderr);
}

/* @wrong: what the command line is not to be, or NULL. */
static _Noreturn void do_run(const struct options *options, const struct error *wrong,
			     const struct timespec *start)
{
	struct input *in = xcalloc(1, sizeof(*in));
	struct options owned = *options;
	struct result result = { 0 };
	struct outcome *outcome = &result.outcome;
	struct error err, no_result;
	int fd = -1, ret;

	if (wrong)
		err = *wrong;
	ret = wrong ? -1 : make_machine(in, &owned, &err);
	if (options->result && (fd = result_open(options->result, &no_result)) < 0) {
		complain("", ret ? err.text : no_result.text);
		leave(OUTCOME_STATUS_NONE);
	}
	signals_catch(fd);
	if (ret || run_guest(in, options, start, &result, &err))
		outcome_from_error(outcome, &err);
	if (outcome->message[0])
		complain(outcome->kind == OUTCOME_CONTENTION ? "contention: " : "",
			 outcome->message);
	if (options->result && result_write(&result, fd, options->result, &err)) {
		complain("", err.text);
		leave(outcome->status ? outcome->status : OUTCOME_STATUS_NONE);
	}
	leave(outcome->status);
}

static int do_print(struct options *options, struct error *err)
{
	struct input in = { 0 };
	int ret = make_machine(&in, options, err);

	if (!ret && options->verb == VERB_PLAN)
		ret = do_plan(&in.machine, options, err);
	else if (!ret)
		ret = arch_tables_write(&in.machine, options->output, err);
	free_input(&in);
	return ret;
}

static int print_help(const struct options *options, struct error *err)
{
	if (options->version)
		printf("numavm %s (%s)\n", NUMAVM_VERSION, arch_name);
	else
		fputs(options_help(options->verb), stdout);
	return finish_output(err);
}

/*
 * What is closed must not be taken by the next file that is opened. Its place is held by what fails
 * as a closed one would: not to be read as stdin, not to be written otherwise.
 */
static void hold_standard_files(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

int main(int argc, char **argv)
{
	struct timespec start;
	struct options options;
	struct error err;
	int ret;

	clock_gettime(CLOCK_MONOTONIC, &start);
	hold_standard_files();
	ret = options_parse(argc, argv, &options, &err);
	if (!ret && (options.help || options.version))
		ret = print_help(&options, &err);
	else if (options.verb == VERB_RUN)
		do_run(&options, ret ? &err : NULL, &start);
	else if (!ret)
		ret = do_print(&options, &err);
	if (ret)
		complain("", err.text);
	options_free(&options);
	return ret ? OUTCOME_STATUS_NONE : 0;
}
