// SPDX-License-Identifier: MIT
/* The flags of a command in the guest, and the command after "--". */
#include <stdlib.h>
#include <string.h>

#include "mem/xalloc.h"
#include "tests/unit/line.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"

START_TEST(flags_of_a_command)
{
	struct settings *s;
	struct line l;

	line_parse(&l,
		   "run --modules a,b --chdir /tmp --user nobody:1 --root dir --poweroff "
		   "--boot-timeout 5s -v --symbols vmlinux --fail-on warning --modules c -- true");
	ck_assert_msg(!l.ret, "%s", l.err.text);
	s = &l.s;
	ck_assert_str_eq(s->modules, "a,b,c");
	ck_assert_str_eq(s->chdir, "/tmp");
	ck_assert_str_eq(s->user, "nobody:1");
	ck_assert_str_eq(s->root, "dir");
	ck_assert_str_eq(s->symbols, "vmlinux");
	ck_assert_uint_eq(s->boot_timeout_ns, 5000000000);
	ck_assert(s->poweroff && s->verbose && s->fail_on_warning && !s->reboot_is_failure &&
		  !s->shell);
	ck_assert_str_eq(s->command[0], "true");
	ck_assert_ptr_null(s->command[1]);
	line_end(&l);
	line_parse(&l, "run --shell");
	ck_assert(!l.ret && l.s.shell && !l.s.command);
	line_end(&l);
	line_parse(&l, "run --reboot-is failure");
	ck_assert(!l.ret && l.s.reboot_is_failure);
	line_end(&l);
	line_parse(&l, "run --reboot-is failure --reboot-is=success");
	ck_assert(!l.ret && !l.s.reboot_is_failure);
	line_end(&l);
}
END_TEST

static const char *const lists[] = { "file", "dir", "module-dir", "env", "out" };

/* Each of a list's flags adds one, whatever is in it. */
START_TEST(lists_grow)
{
	const struct key *key = key_find(lists[_i], KEY_IN_FLAGS);
	struct line l;
	char **list;
	char *text = xasprintf("run --modules a --%s /a:/b,c --%s=/d=e:/f --%s /a:/b,c -- true",
			       key->name, key->name, key->name);

	line_parse(&l, text);
	ck_assert_msg(!l.ret, "%s", l.err.text);
	list = *(char ***)((char *)&l.s + key->list);
	ck_assert_str_eq(list[0], "/a:/b,c");
	ck_assert_str_eq(list[1], "/d=e:/f");
	ck_assert_str_eq(list[2], "/a:/b,c");
	ck_assert_ptr_null(list[3]);
	settings_free(&l.s);
	ck_assert_ptr_null(*(char ***)((char *)&l.s + key->list));
	line_end(&l);
	free(text);
}
END_TEST

/* After "--" all is the command's, byte for byte; a "--" that is a flag's value is that alone. */
static const struct {
	const char *text, *words[4];
} commands[] = {
	{ "run -- true", { "true" } },
	{ "plan -- true", { "true" } },
	{ "tables -o x -- true", { "true" } },
	{ "run -- -k --timeout x", { "-k", "--timeout", "x" } },
	{ "run -- a -- b", { "a", "--", "b" } },
	{ "run -- -- b", { "--", "b" } },
	{ "run -- a  b", { "a", "", "b" } },
	{ "run -- --help", { "--help" } },
	{ "run -a -- -- --", { "--" } },
	{ "run --append -- -- x", { "x" } },
	{ "run -a --", { NULL } },
	{ "run -a --=x", { NULL } },
	{ "run", { NULL } },
};

START_TEST(command_is_what_comes_after)
{
	const char *const *words = commands[_i].words;
	struct line l;

	line_parse(&l, commands[_i].text);
	ck_assert_msg(!l.ret, "%s", l.err.text);
	ck_assert_int_eq(!l.s.command, !words[0]);
	for (unsigned int i = 0; l.s.command && (words[i] || l.s.command[i]); i++)
		ck_assert_pstr_eq(l.s.command[i], words[i]);
	line_end(&l);
}
END_TEST

static const struct {
	const char *text;
	const char *says;
} refused[] = {
	{ "run true", "unexpected argument \"true\": see numavm run -h, or put -- before" },
	{ "run x -- y", "unexpected argument \"x\"" },
	{ "run --", "no command after --" },
	{ "plan --", "no command after --" },
	{ "run --shell -- x", "--shell and -- COMMAND are both commands: give one" },
	{ "run --shell=yes", "option --shell takes no value" },
	{ "run --file a", "--file needs a command: add -- COMMAND" },
	{ "run --dir a", "--dir needs a command" },
	{ "run --root a", "--root needs a command" },
	{ "run --modules a", "--modules needs a command" },
	{ "run --module-dir a", "--module-dir needs a command" },
	{ "run --env A", "--env needs a command" },
	{ "run --chdir /", "--chdir needs a command" },
	{ "run --user a", "--user needs a command" },
	{ "run --out /a:b", "--out needs a command" },
	{ "run --poweroff", "--poweroff needs a command" },
	{ "run --boot-timeout 1s", "--boot-timeout needs a command" },
	{ "run -v", "-v needs a command" },
	{ "plan -v", "-v needs a command" },
	{ "run --module-dir a -- x", "--module-dir is where --modules looks: add --modules NAME" },
	{ "run --reboot-is failure -- x", "--reboot-is is for a run without a command" },
	{ "run --reboot-is success --shell", "--reboot-is is for a run without a command" },
	{ "run --console - -- x", "--console -: stdout is the command's: name a file, or add -v" },
	{ "run --file  -- x", "--file: \"\": must be HOST or HOST:GUEST" },
	{ "run --file :/x -- x", "--file: \":/x\": must be HOST or" },
	{ "run --dir a: -- x", "--dir: \"a:\": must be HOST or" },
	{ "run --modules  -- x", "--modules: \"\": must be names of modules, as in nfit,cxl_mem" },
	{ "run --modules a,,b -- x", "--modules: \"a,,b\": must be names" },
	{ "run --modules a, -- x", "--modules: \"a,\": must be names" },
	{ "run --modules ,a -- x", "--modules: \",a\": must be names" },
	{ "run --modules a --modules  -- x", "--modules: \"\": must be names" },
	{ "run --env  -- x", "--env: \"\": must be NAME=VALUE, or the NAME of" },
	{ "run --env =a -- x", "--env: \"=a\": must be NAME=VALUE" },
	{ "run --chdir tmp -- x", "--chdir: \"tmp\": must be a folder of the guest's, from / on" },
	{ "run --chdir  -- x", "--chdir: \"\": must be" },
	{ "run --user  -- x", "--user: \"\": must be NAME or UID, or either with :GID" },
	{ "run --user :1 -- x", "--user: \":1\": must be" },
	{ "run --user a: -- x", "--user: \"a:\": must be" },
	{ "run --user a:b -- x", "--user: \"a:b\": must be" },
	{ "run --out  -- x", "--out: \"\": must be GUEST:HOST, GUEST from / on" },
	{ "run --out /a -- x", "--out: \"/a\": must be" },
	{ "run --out /a: -- x", "--out: \"/a:\": must be" },
	{ "run --out a:b -- x", "--out: \"a:b\": must be" },
	{ "run --boot-timeout 0 -- x", "--boot-timeout: time \"0\"" },
	{ "run --fail-on oops", "--fail-on: \"oops\": must be warning" },
	{ "run --reboot-is good", "--reboot-is: \"good\": must be failure or success" },
};

START_TEST(mistake_in_a_command_is_refused)
{
	struct line l;

	line_parse(&l, refused[_i].text);
	ck_assert_msg(l.ret == -1, "taken: %s", refused[_i].text);
	ck_assert_msg(strstr(l.err.text, refused[_i].says) != NULL, "%s", l.err.text);
	line_end(&l);
}
END_TEST

Suite *options_command_suite(void)
{
	Suite *s = suite_create("options_command");
	TCase *tc = tcase_create("options_command");

	tcase_add_test(tc, flags_of_a_command);
	tcase_add_loop_test(tc, lists_grow, 0, COUNT(lists));
	tcase_add_loop_test(tc, command_is_what_comes_after, 0, COUNT(commands));
	tcase_add_loop_test(tc, mistake_in_a_command_is_refused, 0, COUNT(refused));
	suite_add_tcase(s, tc);
	return s;
}
