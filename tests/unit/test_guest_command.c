// SPDX-License-Identifier: MIT
/* The command that is made of the flags and of this host's environment. */
#include <fcntl.h>
#include <pty.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arch/arch.h"
#include "mem/xalloc.h"
#include "tests/unit/line.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"
#include "vmm/cli/guest_command.h"

static void make(struct line *line, struct guest_command *made, const char *text)
{
	struct error err;

	line_parse(line, text);
	ck_assert_msg(!line->ret, "%s", line->err.text);
	ck_assert_msg(!guest_command_make(made, &line->s, &err), "%s", err.text);
}

static void end(struct line *line, struct guest_command *made)
{
	guest_command_free(made);
	line_end(line);
}

START_TEST(command_is_as_asked)
{
	struct guest_command made;
	struct command *c = &made.command;
	struct line l;

	make(&l, &made,
	     "run --chdir /tmp --user nobody --root r --file a --dir b:/c --no-input --poweroff "
	     "-- x y");
	ck_assert_str_eq(c->argv[0], "x");
	ck_assert_str_eq(c->argv[1], "y");
	ck_assert_ptr_null(c->argv[2]);
	ck_assert_str_eq(c->chdir, "/tmp");
	ck_assert_str_eq(c->user, "nobody");
	ck_assert_str_eq(c->root, "r");
	ck_assert_str_eq(c->files[0], "a");
	ck_assert_str_eq(c->dirs[0], "b:/c");
	ck_assert_str_eq(c->hostname, "numavm");
	ck_assert(c->poweroff && !c->terminal);
	ck_assert_uint_eq(c->port, arch_fast_port);
	ck_assert_ptr_null(c->env[0]);
	ck_assert_ptr_null(c->outs[0]);
	ck_assert_ptr_null(made.targets[0]);
	end(&l, &made);
}
END_TEST

/* Two runs' frames are not taken for each other's. */
START_TEST(keys_differ)
{
	struct guest_command one, other, third;
	struct line l, m, n;

	make(&l, &one, "run -- x");
	make(&m, &other, "run -- x");
	make(&n, &third, "run -- x");
	ck_assert(one.command.key != other.command.key || other.command.key != third.command.key);
	end(&l, &one);
	end(&m, &other);
	end(&n, &third);
}
END_TEST

static const struct {
	const char *flags;
	const char *env[3];
} environments[] = {
	{ "--env A=1", { "A=1" } },
	{ "--env A=", { "A=" } },
	{ "--env A=b=c", { "A=b=c" } },
	{ "--env A=1 --env B=2", { "A=1", "B=2" } },
	/* The last one counts, as in an environment that is set twice. */
	{ "--env A=1 --env B=2 --env A=3", { "A=3", "B=2" } },
	{ "--env AB=1 --env A=2", { "AB=1", "A=2" } },
	{ "--env NUMAVM_SET", { "NUMAVM_SET=its value" } },
	{ "--env NUMAVM_SET=1", { "NUMAVM_SET=1" } },
	{ "--env NUMAVM_UNSET", { NULL } },
	{ "--env NUMAVM_UNSET --env A=1", { "A=1" } },
};

START_TEST(environment_is_made)
{
	const char *const *want = environments[_i].env;
	char *text = xasprintf("run --no-input %s -- x", environments[_i].flags);
	struct guest_command made;
	struct line l;
	unsigned int i;

	setenv("NUMAVM_SET", "its value", 1);
	unsetenv("NUMAVM_UNSET");
	make(&l, &made, text);
	for (i = 0; want[i]; i++)
		ck_assert_pstr_eq(made.command.env[i], want[i]);
	ck_assert_ptr_null(made.command.env[i]);
	end(&l, &made);
	unsetenv("NUMAVM_SET");
	free(text);
}
END_TEST

/* At the first colon, so that a name on the host may have them. */
START_TEST(outs_are_split)
{
	struct guest_command made;
	struct line l;

	make(&l, &made, "run --out /a:b --out /c/d:/e:f -- x");
	ck_assert_str_eq(made.command.outs[0], "/a");
	ck_assert_str_eq(made.targets[0], "b");
	ck_assert_str_eq(made.command.outs[1], "/c/d");
	ck_assert_str_eq(made.targets[1], "/e:f");
	ck_assert_ptr_null(made.command.outs[2]);
	ck_assert_ptr_null(made.targets[2]);
	end(&l, &made);
}
END_TEST

/* Makes @path, a folder or a program, below the scratch folder; to be freed. */
static char *make_file(const char *path, bool program)
{
	char *name = xasprintf("%s/%s", scratch_dir, path);
	int fd;

	if (program) {
		fd = open(name, O_CREAT | O_WRONLY, 0755);
		ck_assert_int_ge(fd, 0);
		close(fd);
	} else {
		ck_assert_int_eq(mkdir(name, 0755), 0);
	}
	return name;
}

static void assert_shell(const char *flags, const char *shell)
{
	struct guest_command made;
	struct line l;

	make(&l, &made, flags);
	ck_assert_str_eq(made.command.argv[0], shell);
	ck_assert_ptr_null(made.command.argv[1]);
	end(&l, &made);
}

/* bash where it will be found: by the command's PATH, or in --root's folder. */
START_TEST(shell_is_found)
{
	char *root = make_file("root", false), *bin = make_file("root/bin", false);
	char *bash = make_file("root/bin/bash", true), *flags[3];

	flags[0] = xasprintf("run --shell --root %s", root);
	flags[1] = xasprintf("run --shell --env PATH=/nowhere::%s", bin);
	flags[2] = xasprintf("run --shell --env PATH=%s", root);
	assert_shell(flags[0], "bash");
	assert_shell(flags[1], "bash");
	assert_shell(flags[2], "sh");
	unlink(bash);
	assert_shell(flags[0], "sh");
	assert_shell(flags[1], "sh");
	rmdir(bin);
	rmdir(root);
	for (unsigned int i = 0; i < COUNT(flags); i++)
		free(flags[i]);
	free(bash);
	free(bin);
	free(root);
}
END_TEST

/* Stdin and stdout are both the terminal, whose size and TERM go along. */
START_TEST(terminal_is_asked)
{
	const struct winsize size = { .ws_row = 33, .ws_col = 101 };
	int in = dup(STDIN_FILENO), out = dup(STDOUT_FILENO), host, guest;
	int none = open("/dev/null", O_WRONLY);
	struct guest_command made, without, own;
	struct line l, m, n;

	ck_assert_int_eq(openpty(&host, &guest, NULL, NULL, &size), 0);
	setenv("TERM", "vt220", 1);
	fflush(stdout);
	dup2(guest, STDIN_FILENO);
	dup2(guest, STDOUT_FILENO);
	make(&l, &made, "run -- x");
	make(&m, &without, "run --no-input -- x");
	make(&n, &own, "run --env TERM=dumb -- x");
	dup2(none, STDOUT_FILENO);
	ck_assert(made.command.terminal && !without.command.terminal);
	ck_assert_uint_eq(made.command.rows, 33);
	ck_assert_uint_eq(made.command.columns, 101);
	ck_assert_pstr_eq(made.command.env[0], "TERM=vt220");
	ck_assert_ptr_null(without.command.env[0]);
	ck_assert_pstr_eq(own.command.env[0], "TERM=dumb");
	ck_assert_ptr_null(own.command.env[1]);
	end(&l, &made);
	make(&l, &made, "run -- x"); /* stdin alone */
	ck_assert(!made.command.terminal);
	dup2(in, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	end(&l, &made);
	end(&m, &without);
	end(&n, &own);
	close(in);
	close(out);
	close(none);
	close(host);
	close(guest);
}
END_TEST

Suite *guest_command_suite(void)
{
	Suite *s = suite_create("guest_command");
	TCase *tc = tcase_create("guest_command");

	tcase_add_test(tc, command_is_as_asked);
	tcase_add_test(tc, keys_differ);
	tcase_add_loop_test(tc, environment_is_made, 0, COUNT(environments));
	tcase_add_test(tc, outs_are_split);
	tcase_add_test(tc, shell_is_found);
	tcase_add_test(tc, terminal_is_asked);
	suite_add_tcase(s, tc);
	return s;
}
