/* SPDX-License-Identifier: MIT */
/*
 * The command that is to run in the guest, made of what the flags say of it; and the rules for
 * those flags' values, which keys.c has in its rows. errand.c makes one for a run and owns it.
 */
#ifndef VMM_CLI_GUEST_COMMAND_H
#define VMM_CLI_GUEST_COMMAND_H

#include "vmm/cli/settings.h"
#include "vmm/guest/command.h"

struct guest_command {
	struct command command;
	char **targets; /* where each of its outs goes: HOST of --out; ends with NULL */
	char **outs; /* these are here for guest_command_free() */
	char **env;
	char *shell[2];
};

/* @text is a flag's value as numavm(1) says it. Each returns 0, or -1 with what would be right. */
int guest_command_check_file(const char *text, struct error *err);
int guest_command_check_modules(const char *text, struct error *err);
int guest_command_check_env(const char *text, struct error *err);
int guest_command_check_chdir(const char *text, struct error *err);
int guest_command_check_user(const char *text, struct error *err);
int guest_command_check_out(const char *text, struct error *err);

/*
 * Makes the command of @s, which has one or --shell and must outlive @made, with the host's
 * environment and terminal. Returns 0, or -1.
 */
int guest_command_make(struct guest_command *made, const struct settings *s, struct error *err);

void guest_command_free(struct guest_command *made);

#endif
