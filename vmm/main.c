// SPDX-License-Identifier: MIT
/* config file + flags -> topology -> layout -> the verb. */
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <time.h>
#include <unistd.h>

#include "arch/arch.h"
#include "mem/xalloc.h"
#include "vmm/cli/config.h"
#include "vmm/run/ending.h"
#include "vmm/verbs.h"

#ifndef NUMAVM_VERSION
#error "the build must say -DNUMAVM_VERSION"
#endif

static int make_machine(struct request *request, struct arch_host *host, struct error *err)
{
	struct settings *s = &request->settings, file;
	struct machine *m = &request->machine;
	struct layout_space space;

	if (s->config) {
		if (config_read(s->config, &file, err))
			return -1;
		settings_merge(s, &file);
	}
	if (settings_topology(s, &m->topology, err))
		return -1;
	if (s->command || s->shell)
		m->devices = 1U << MACHINE_CHANNEL;
	arch_host_probe(host);
	arch_layout_space(host, &space);
	m->host = host;
	if (settings_layout(s, &m->topology, &space, &m->layout, err))
		return -1;
	return arch_memory_map(m, &m->map, err);
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

/* It opens what it is told to, and nothing here asks whether who tells it may do so. */
static int refuse_privileges(struct error *err)
{
	if (!getauxval(AT_SECURE))
		return 0;
	return error_set(err,
			 "more rights than those of who starts it, by set-user-ID, set-group-ID "
			 "or file capabilities: take these off the file");
}

/*
 * A library may end the program itself, as libnuma does with exit(1) when it lacks memory for a set
 * of nodes; that is no verdict on a guest.
 */
static void correct_status(int status, void *nothing)
{
	(void)nothing;
	if (status != EXIT_FAILURE)
		return;
	verbs_complain("", "out of memory");
	quick_exit(OUTCOME_STATUS_NONE);
}

int main(int argc, char **argv)
{
	struct arch_host host = { 0 };
	struct request request = { 0 };
	const struct verb *verb = NULL;
	struct error err;
	int ret;

	clock_gettime(CLOCK_MONOTONIC, &request.start);
	signal(SIGXFSZ, SIG_IGN); /* a file's limit is an error like a full disk */
	hold_standard_files();
	on_exit(correct_status, NULL);
	json_set_alloc_funcs(xmalloc, free);
	ret = refuse_privileges(&err) ||
	      options_parse(argc, argv, verbs, &verb, &request.settings, &err);
	if (!ret && (request.settings.help || request.settings.version)) {
		if (request.settings.version)
			printf("numavm %s (%s)\n", NUMAVM_VERSION, arch_name);
		else
			options_help(verbs, verb, stdout);
		ret = verbs_flush(&err);
	} else if (verb) {
		if (verb->begin)
			verb->begin(&request);
		ret = ret ? ret : make_machine(&request, &host, &err);
		ret = verb->act(&request, ret, &err);
	}
	if (ret)
		verbs_complain("", err.text);
	machine_free(&request.machine);
	settings_free(&request.settings);
	return ret ? OUTCOME_STATUS_NONE : 0;
}
