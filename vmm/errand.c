// SPDX-License-Identifier: MIT
#include "vmm/errand.h"

#include "arch/kernel_release.h"
#include "vmm/cli/collisions.h"
#include "vmm/guest/initramfs.h"
#include "vmm/run/excerpt.h"

#define OUT_PATIENCE_S 5 /* for what --out's files are written to */

static int start_receive(struct errand *errand, struct run *run, struct error *err)
{
	struct receive_user user = { run->confine.uid, run->confine.gid };
	struct receive *receive = &errand->receive;

	if (!*errand->made.targets)
		return 0;
	if (receive_start(receive, errand->made.targets, run->confine.as_user ? &user : NULL, err))
		return -1;
	run->out_fd = receive->to;
	return 0;
}

int errand_begin(struct errand *errand, struct run *run, const struct settings *s,
		 const char *kernel, struct error *err)
{
	struct guest_command *made = &errand->made;

	if (!s->command && !s->shell)
		return 0;
	if (guest_command_make(made, s, err))
		return -1;
	run->command = &made->command;
	for (char **host = made->targets; *host; host++)
		if (collisions_of_out(s, kernel, *host, err))
			return -1;
	return start_receive(errand, run, err);
}

/* The kernel is asked for its version only where modules are wanted. */
static int add_modules(struct modules *modules, const struct settings *s, const struct boot *boot,
		       struct error *err)
{
	char release[KERNEL_RELEASE_SIZE];

	if (!s->modules)
		return 0;
	if (kernel_release(boot, release, err))
		return -1;
	return modules_find(modules, s->modules, s->module_dirs, release, err);
}

int errand_pack(const struct run *run, const struct settings *s, struct error *err)
{
	struct modules modules = { 0 };
	int ret;

	if (!run->command)
		return 0;
	ret = add_modules(&modules, s, run->boot, err) ||
	      initramfs_open(run->command, &modules, run->boot, err);
	modules_free(&modules);
	return ret ? -1 : 0;
}

/* A command without what it was to leave has not succeeded. */
static void note_missing(struct receive *receive, struct result *result)
{
	struct error err;

	if (!receive_end(receive, OUT_PATIENCE_S, &err) || !result)
		return;
	if (result->outcome.kind == OUTCOME_EXITED && !result->outcome.status) {
		outcome_set(&result->outcome, OUTCOME_ERROR, "%s", err.text);
		return;
	}
	if (!result->warnings)
		result->warnings = json_array();
	json_array_append_new(result->warnings, excerpt_text(err.text));
}

void errand_end(struct errand *errand, struct result *result)
{
	if (errand->receive.pid > 0)
		note_missing(&errand->receive, result);
	guest_command_free(&errand->made);
}
