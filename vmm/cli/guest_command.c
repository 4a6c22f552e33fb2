// SPDX-License-Identifier: MIT
#include "vmm/cli/guest_command.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <unistd.h>

#include "arch/arch.h"
#include "mem/xalloc.h"
#include "vmm/guest/job.h"

/* init's, with a root of its own. */
#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

int guest_command_check_file(const char *text, struct error *err)
{
	if (*text && *text != ':' && text[strlen(text) - 1] != ':')
		return 0;
	return error_set(err, "\"%s\": must be HOST or HOST:GUEST", text);
}

int guest_command_check_modules(const char *text, struct error *err)
{
	size_t size = strlen(text);

	if (size && text[0] != ',' && text[size - 1] != ',' && !strstr(text, ",,"))
		return 0;
	return error_set(err, "\"%s\": must be names of modules, as in nfit,cxl_mem", text);
}

int guest_command_check_env(const char *text, struct error *err)
{
	if (*text && *text != '=')
		return 0;
	return error_set(
		err, "\"%s\": must be NAME=VALUE, or the NAME of a variable of this host's", text);
}

int guest_command_check_chdir(const char *text, struct error *err)
{
	if (*text == '/')
		return 0;
	return error_set(err, "\"%s\": must be a folder of the guest's, from / on", text);
}

int guest_command_check_user(const char *text, struct error *err)
{
	size_t name = strcspn(text, ":");
	const char *gid = text + name;

	if (name && (!*gid || (gid[1] && !gid[1 + strspn(gid + 1, "0123456789")])))
		return 0;
	return error_set(err, "\"%s\": must be NAME or UID, or either with :GID", text);
}

int guest_command_check_out(const char *text, struct error *err)
{
	const char *host = strchr(text, ':');

	if (*text == '/' && host && host[1])
		return 0;
	return error_set(err, "\"%s\": must be GUEST:HOST, GUEST from / on, as in /tmp/log:log",
			 text);
}

static size_t count(char *const *list)
{
	size_t nr = 0;

	while (list && list[nr])
		nr++;
	return nr;
}

/* Puts @text, NAME=VALUE, into @env, which has room, in the place of the NAME that is there. */
static void set_env(char **env, char *text)
{
	size_t name = strcspn(text, "=") + 1;

	while (*env && strncmp(*env, text, name))
		env++;
	free(*env);
	*env = text;
}

/* A NAME alone that this host has not set is not set there either, as docker-run(1) has it. */
static char **make_env(char *const *wanted, bool terminal)
{
	char **env = xcalloc(count(wanted) + 2, sizeof(*env));
	const char *value;

	if (terminal && (value = getenv("TERM")) != NULL)
		set_env(env, xasprintf("TERM=%s", value));
	for (; wanted && *wanted; wanted++)
		if (strchr(*wanted, '='))
			set_env(env, xstrdup(*wanted));
		else if ((value = getenv(*wanted)) != NULL)
			set_env(env, xasprintf("%s=%s", *wanted, value));
	return env;
}

/* GUEST ends at the first colon, so that HOST may be any name. */
static void split_outs(struct guest_command *made, char *const *outs)
{
	size_t nr = count(outs);

	made->outs = xcalloc(nr + 1, sizeof(*made->outs));
	made->targets = xcalloc(nr + 1, sizeof(*made->targets));
	for (size_t i = 0; i < nr; i++) {
		size_t guest = strcspn(outs[i], ":");

		made->outs[i] = xasprintf("%.*s", (int)guest, outs[i]);
		made->targets[i] = xstrdup(outs[i] + guest + 1);
	}
}

/* Where the guest will look for it, below the command's root. */
static bool is_in_path(const char *name, const struct command *command)
{
	char *path = job_path(command), *rest = path ? path : (path = xstrdup(DEFAULT_PATH));
	const char *folder, *root = command->root ? command->root : "";
	bool found = false;

	while (!found && (folder = strsep(&rest, ":")) != NULL) {
		char *file = xasprintf("%s%s/%s", root, folder, name);

		found = *folder && !access(file, X_OK);
		free(file);
	}
	free(path);
	return found;
}

static void ask_terminal(struct command *command, bool no_input)
{
	struct winsize size = { 0 };

	command->terminal = !no_input && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
	if (!command->terminal || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size))
		return;
	command->rows = size.ws_row;
	command->columns = size.ws_col;
}

int guest_command_make(struct guest_command *made, const struct settings *s, struct error *err)
{
	*made = (struct guest_command){ 0 };
	made->command = (struct command){
		.argv = s->shell ? made->shell : s->command,
		.root = s->root,
		.files = s->files,
		.dirs = s->dirs,
		.chdir = s->chdir,
		.user = s->user,
		.hostname = "numavm",
		.poweroff = s->poweroff,
		.port = arch_fast_port,
	};
	if (getrandom(&made->command.key, sizeof(made->command.key), 0) < 0)
		return error_errno(err, "getrandom");
	ask_terminal(&made->command, s->no_input);
	made->command.env = made->env = make_env(s->env, made->command.terminal);
	made->shell[0] = is_in_path("bash", &made->command) ? "bash" : "sh";
	split_outs(made, s->outs);
	made->command.outs = made->outs;
	return 0;
}

static void free_list(char **list)
{
	for (char **text = list; text && *text; text++)
		free(*text);
	free(list);
}

void guest_command_free(struct guest_command *made)
{
	free_list(made->env);
	free_list(made->outs);
	free_list(made->targets);
	*made = (struct guest_command){ 0 };
}
