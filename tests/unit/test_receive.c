// SPDX-License-Identifier: MIT
/* The guest's archives, honest and hostile, written by the process that a run has for it. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mem/xalloc.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"
#include "vmm/guest/receive.h"

#define PATIENCE 20
#define has(text, part) ck_assert_msg(strstr(text, part) != NULL, "%s", text)

static char *folder; /* of one test */
static int home; /* the folder to come back to */
static struct receive receiver;
static char said[512]; /* of receive_end(), "" when all was kept */

static void setup(void)
{
	static int nr;

	folder = xasprintf("%s/receive-%d-%d", scratch_dir, getpid(), nr++);
	ck_assert_int_eq(mkdir(folder, 0700), 0);
	home = open(".", O_PATH | O_CLOEXEC);
	ck_assert_int_eq(chdir(folder), 0);
	umask(022);
}

static void teardown(void)
{
	ck_assert_int_eq(fchdir(home), 0);
	close(home);
	free(folder);
}

static void start_in(char *one, char *other)
{
	char *targets[] = { one, other, NULL };
	struct error err = { 0 };

	ck_assert_msg(!receive_start(&receiver, targets, NULL, &err), "%s", err.text);
}

static void send_bytes(const void *bytes, size_t size)
{
	struct pollfd pipe_end = { .fd = receiver.to, .events = POLLOUT };
	const char *at = bytes;

	while (size) {
		ssize_t sent = write(receiver.to, at, size);

		ck_assert(sent > 0 || (sent < 0 && errno == EAGAIN));
		at += sent > 0 ? sent : 0;
		size -= sent > 0 ? sent : 0;
		if (sent < 0)
			poll(&pipe_end, 1, PATIENCE * 1000);
	}
}

/* A newc header, its name and as much as @size says of @bytes. */
static void send_sized(const char *name, unsigned int mode, const void *bytes, size_t size,
		       size_t claimed)
{
	size_t length = strlen(name) + 1;
	char header[200];

	snprintf(header, sizeof(header),
		 "070701%08x%08x%08x%08x%08x%08x%08zx%08x%08x%08x%08x%08zx%08x", 1, mode, 0, 0, 1,
		 0, claimed, 0, 0, 0, 0, length, 0);
	send_bytes(header, 110);
	send_bytes(name, length);
	send_bytes("\0\0\0", -(110 + length) & 3);
	send_bytes(bytes, size);
	send_bytes("\0\0\0", -size & 3);
}

static void send_file(const char *name, const char *text)
{
	send_sized(name, S_IFREG | 0644, text, strlen(text), strlen(text));
}

static void send_folder(const char *name)
{
	send_sized(name, S_IFDIR | 0755, "", 0, 0);
}

static void send_link(const char *name, const char *to)
{
	send_sized(name, S_IFLNK | 0777, to, strlen(to), strlen(to));
}

static void end_here(void)
{
	struct error err = { 0 };
	int ret = receive_end(&receiver, PATIENCE, &err), status;

	snprintf(said, sizeof(said), "%s", ret ? err.text : "");
	ck_assert_int_eq(waitpid(receiver.pid, &status, 0), receiver.pid);
	ck_assert_int_eq(status, 0);
}

static void end_archive(void)
{
	send_sized("TRAILER!!!", 0, "", 0, 0);
	end_here();
}

/* What is in the file, or "?". */
static const char *text_of(const char *path)
{
	static char text[100];
	int fd = open(path, O_RDONLY | O_NOFOLLOW), size;

	if (fd < 0)
		return "?";
	size = read(fd, text, sizeof(text) - 1);
	text[size > 0 ? size : 0] = '\0';
	close(fd);
	return text;
}

static void put_text(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
}

static unsigned int mode_of(const char *path)
{
	struct stat st;

	return lstat(path, &st) ? 0 : st.st_mode;
}

static unsigned int files_in(const char *path)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;
	unsigned int nr = 0;

	while (dir && (entry = readdir(dir)))
		nr += entry->d_name[0] != '.';
	if (dir)
		closedir(dir);
	return nr;
}

START_TEST(files_and_folders_are_written)
{
	start_in("file", "new");
	send_sized("0", S_IFREG | 06755, "one", 3, 3);
	send_folder("1");
	send_sized("1/setuid", S_IFREG | 06755, "", 0, 0); /* a write would clear them */
	send_sized("1/sub", S_IFDIR | 01500, "", 0, 0);
	send_file("1/sub/b", "");
	send_sized("1/a", S_IFREG | 0666, "four", 4, 4);
	send_link("1/link", "../../outside");
	end_archive();
	ck_assert_str_eq(said, "");
	ck_assert_str_eq(text_of("file"), "one");
	ck_assert_uint_eq(mode_of("file"), S_IFREG | 0755);
	ck_assert_uint_eq(mode_of("new/setuid"), S_IFREG | 0755);
	ck_assert_uint_eq(mode_of("new/sub"), S_IFDIR | 0700);
	ck_assert_str_eq(text_of("new/sub/b"), "");
	ck_assert_str_eq(text_of("new/a"), "four");
	ck_assert_uint_eq(mode_of("new/a"), S_IFREG | 0644);
	ck_assert_uint_eq(mode_of("new/link"), S_IFLNK | 0777);
}
END_TEST

START_TEST(folder_that_is_there_is_filled)
{
	mkdir("there", 0700);
	put_text("there/old", "old");
	put_text("there/a", "old");
	ck_assert_int_eq(link("there/a", "elsewhere"), 0);
	ck_assert_int_eq(symlink("there", "by-link"), 0);
	start_in("by-link/", NULL);
	send_folder("0");
	send_file("0/a", "new");
	end_archive();
	ck_assert_str_eq(said, "");
	ck_assert_str_eq(text_of("there/a"), "new");
	ck_assert_str_eq(text_of("there/old"), "old");
	/* Replaced, not written to. */
	ck_assert_str_eq(text_of("elsewhere"), "old");
}
END_TEST

START_TEST(file_is_replaced)
{
	put_text("other", "old");
	put_text("file", "old");
	ck_assert_int_eq(symlink("other", "link"), 0);
	start_in("file", "link");
	send_file("0", "new");
	send_file("1", "new");
	end_archive();
	ck_assert_str_eq(said, "");
	ck_assert_str_eq(text_of("file"), "new");
	ck_assert_str_eq(text_of("link"), "new");
	ck_assert_str_eq(text_of("other"), "old");
}
END_TEST

START_TEST(file_does_not_fall_into_a_folder)
{
	mkdir("there", 0700);
	start_in("there", NULL);
	send_file("0", "new");
	end_archive();
	ck_assert_str_eq(said, "--out: there: a folder, and the guest sends a file: name the file");
	ck_assert_uint_eq(files_in("there"), 0);
}
END_TEST

/* None of these is a name below a folder that was asked for. */
static const char *const names[] = {
	"0/../escaped", "0/..",
	"0/.",		"0/",
	"0//escaped",	"0/a/../../escaped",
	"../escaped",	"escaped",
	"/escaped",	"",
	"2/escaped",	"-1/escaped",
	"0x/escaped",	" 0/escaped",
	"+0/escaped",	"18446744073709551616/escaped",
	"0/./escaped",	"4294967296/escaped",
	"1/escaped",
};

START_TEST(other_names_are_refused)
{
	mkdir("in", 0700);
	start_in("in", "none");
	send_folder("0");
	send_folder("0/a");
	send_file(names[_i], "escaped");
	send_file("0/good", "good");
	end_archive();
	ck_assert_msg(said[0], "%s is taken", names[_i]);
	ck_assert_str_eq(text_of("in/good"), "good");
	ck_assert_uint_eq(files_in("in"), 2);
	ck_assert_uint_eq(files_in("in/a"), 0);
	ck_assert_uint_eq(files_in("."), 1);
	ck_assert_int_ne(access("/escaped", F_OK), 0);
	ck_assert_int_ne(access("../escaped", F_OK), 0);
}
END_TEST

START_TEST(links_are_not_followed)
{
	mkdir("in", 0700);
	mkdir("out", 0700);
	put_text("out/kept", "old");
	start_in("in", "new");
	send_link("0/link", "../out");
	send_file("0/link/a", "through it");
	send_folder("0/link/b");
	send_folder("0/link");
	send_link("0/file", "../out/kept");
	send_file("0/file", "through it");
	send_link("1", "out");
	send_folder("1");
	send_file("1/a", "through it");
	end_archive();
	has(said, "in/link/a: opening its folder: Not a directory, and 4 more");
	ck_assert_uint_eq(files_in("out"), 1);
	ck_assert_str_eq(text_of("out/kept"), "old");
	ck_assert_str_eq(text_of("in/file"), "through it");
	ck_assert_uint_eq(mode_of("in/link"), S_IFLNK | 0777);
}
END_TEST

START_TEST(link_that_was_there_is_not_followed)
{
	mkdir("in", 0700);
	mkdir("out", 0700);
	ck_assert_int_eq(symlink("../out", "in/link"), 0);
	start_in("in", NULL);
	send_folder("0/link");
	send_file("0/link/a", "through it");
	end_archive();
	has(said, "in/link: mkdir: File exists, and 1 more");
	ck_assert_uint_eq(files_in("out"), 0);
}
END_TEST

static const unsigned int special[] = { S_IFCHR, S_IFBLK, S_IFIFO, S_IFSOCK, 0, 0xffff0000 };

START_TEST(special_files_are_not_made)
{
	start_in("new", NULL);
	send_folder("0");
	send_sized("0/x", special[_i] | 0666, "", 0, 0);
	send_file("0/y", "kept");
	end_archive();
	ck_assert_str_eq(said,
			 "--out: new/x: neither a file, a folder nor a symbolic link: not kept");
	ck_assert_uint_eq(files_in("new"), 1);
}
END_TEST

START_TEST(longest_name_and_many_files)
{
	char name[300] = "0/";

	memset(name + 2, 'n', 255);
	start_in("new", NULL);
	send_folder("0");
	send_file(name, "long");
	for (int i = 0; i < 2000; i++) {
		char file[20];

		sprintf(file, "0/%d", i);
		send_file(file, file);
	}
	end_archive();
	ck_assert_str_eq(said, "");
	ck_assert_uint_eq(files_in("new"), 2001);
	ck_assert_str_eq(text_of("new/1999"), "0/1999");
	memcpy(name, "new/", 4);
	memset(name + 4, 'n', 255);
	ck_assert_str_eq(text_of(name), "long");
}
END_TEST

START_TEST(name_that_is_too_long_is_told)
{
	char name[300] = "0/";

	memset(name + 2, 'n', 256);
	start_in("new", NULL);
	send_folder("0");
	send_file(name, "long");
	send_file("0/a\033[31m\n", "clean");
	end_archive();
	has(said, "File name too long");
	ck_assert_uint_eq(files_in("new"), 1);
}
END_TEST

START_TEST(messages_are_clean)
{
	start_in("new", NULL);
	send_folder("0");
	send_folder("0/a\033[31m\n");
	send_file("0/a\033[31m\n", "a folder");
	end_archive();
	ck_assert_str_eq(said, "--out: new/a?[31m?: replacing it: Is a directory");
}
END_TEST

/* Each end of an archive of two files. */
START_TEST(truncated_is_told)
{
	static const char whole[] = "070701"
				    "00000001"
				    "000081a4"
				    "00000000"
				    "00000000"
				    "00000001"
				    "00000000"
				    "00000004"
				    "00000000"
				    "00000000"
				    "00000000"
				    "00000000"
				    "00000002"
				    "00000000"
				    "0\0"
				    "text";

	start_in("file", NULL);
	send_bytes(whole, _i);
	end_here();
	has(said, _i ? "ends early: the rest is not there" : "file: the guest sent nothing for it");
	if (_i < (int)sizeof(whole) - 1)
		ck_assert_str_ne(text_of("file"), "text");
	else
		ck_assert_str_eq(text_of("file"), "text");
}
END_TEST

START_TEST(size_that_lies_is_told)
{
	start_in("file", NULL);
	send_sized("0", S_IFREG | 0644, "text", 4, 0xffffffff);
	end_here();
	has(said, "--out: file: what the guest sends ends early");
	ck_assert_str_eq(text_of("file"), "text");
}
END_TEST

START_TEST(cut_link_is_not_made)
{
	start_in("link", NULL);
	send_sized("0", S_IFLNK | 0777, "/etc/pass", 9, 99);
	end_here();
	has(said, "--out: link: what the guest sends ends early");
	ck_assert_uint_eq(mode_of("link"), 0);
}
END_TEST

START_TEST(garbage_is_told)
{
	static const char *const garbage[] = {
		"Linux version, which is no archive at all, but is long enough for a header of "
		"one, "
		"that is to say 110 bytes and more",
		"0707010000000100008xa4000000000000000000000001000000000000000400000000000000000000"
		"0000"
		"00000000000000020000000000000000000000000000",
		"070701000000010000f1a4000000000000000000000001000000000000000400000000000000000000"
		"0000"
		"00000000ffffffff0000000000000000000000000000",
		"070701000000010000f1a4000000000000000000000001000000000000000400000000000000000000"
		"0000"
		"00000000000000000000000000000000000000000000",
	};

	start_in("file", NULL);
	send_bytes(garbage[_i], strlen(garbage[_i]));
	for (int i = 0; i < 2000; i++)
		send_bytes(garbage[0], strlen(garbage[0])); /* is read on, and dropped */
	end_here();
	has(said, "is no newc archive: the rest is not kept, and 1 more");
	ck_assert_uint_eq(files_in("."), 0);
}
END_TEST

START_TEST(nothing_is_told)
{
	start_in("one", "two");
	send_file("1", "x");
	end_archive();
	ck_assert_str_eq(said, "--out: one: the guest sent nothing for it");
	ck_assert_str_eq(text_of("two"), "x");
}
END_TEST

static void refuse(char *target, const char *part)
{
	char *targets[] = { "good", target, NULL };
	struct error err = { 0 };

	ck_assert_int_eq(receive_start(&receiver, targets, NULL, &err), -1);
	has(err.text, part);
}

START_TEST(missing_folder_is_refused_at_once)
{
	put_text("file", "");
	refuse("none/new", "--out: the folder of none/new: No such file or directory");
	refuse("file/new", "--out: the folder of file/new: Not a directory");
}
END_TEST

/* The process holds its two pipes and its folders alone. */
START_TEST(holds_nothing_else)
{
	char path[64], target[200];
	int inherited = open("/dev/null", O_RDONLY), nr = 0;
	const struct dirent *entry;
	DIR *dir;

	mkdir("there", 0700);
	start_in("there", "new");
	send_folder("1");
	send_file("1/a", "");
	while (access("new/a", F_OK)) /* so it is confined by now */
		sched_yield();
	snprintf(path, sizeof(path), "/proc/%d/fd", receiver.pid);
	dir = opendir(path);
	ck_assert_ptr_nonnull(dir);
	while ((entry = readdir(dir))) {
		ssize_t size = readlinkat(dirfd(dir), entry->d_name, target, sizeof(target) - 1);

		if (size < 0)
			continue;
		target[size] = '\0';
		nr++;
		ck_assert_msg(!strncmp(target, "pipe:", 5) ||
				      !strncmp(target, folder, strlen(folder)),
			      "%s", target);
	}
	closedir(dir);
	ck_assert_int_le(nr, 5);
	ck_assert_int_ge(nr, 4);
	close(inherited);
	end_archive();
}
END_TEST

static int status_field(pid_t pid, const char *name)
{
	char path[64], line[200];
	int value = -1;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	file = fopen(path, "r");
	ck_assert_ptr_nonnull(file);
	while (fgets(line, sizeof(line), file))
		if (!strncmp(line, name, strlen(name)))
			value = strtol(line + strlen(name), NULL, 16);
	fclose(file);
	return value;
}

START_TEST(has_given_up_its_rights)
{
	start_in("new", NULL);
	send_folder("0");
	while (access("new", F_OK))
		sched_yield();
	ck_assert_int_eq(status_field(receiver.pid, "NoNewPrivs:"), 1);
	ck_assert_int_eq(status_field(receiver.pid, "CapEff:") & ~2, 0);
	ck_assert_int_eq(status_field(receiver.pid, "CapPrm:") & ~2, 0);
	end_archive();
}
END_TEST

/* Seen by a filter that kills who enters; what it is confined to test_landlock.c has. */
static void receive_filtered(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_landlock_restrict_self, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog filter = { COUNT(code), code };
	char *targets[] = { "new", NULL };
	struct error err = { 0 };

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) ||
	    receive_start(&receiver, targets, NULL, &err) ||
	    !receive_end(&receiver, PATIENCE, &err))
		_exit(2);
	_exit(strcmp(err.text, "--out: what writes the files has ended early") != 0);
}

START_TEST(enters_landlock)
{
	pid_t child = fork();
	int status;

	ck_assert_int_ge(child, 0);
	if (!child)
		receive_filtered();
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
}
END_TEST

/* As --run-as has it: whose files they are, and whose rights. */
START_TEST(becomes_the_user)
{
	const struct receive_user user = { 4242, 4343 };
	char *targets[] = { "open/new", "closed/new", NULL };
	struct error err = { 0 };
	struct stat st;

	ck_assert(!mkdir("open", 0700) && !chown("open", 4242, 0) && !mkdir("closed", 0700));
	ck_assert_msg(!receive_start(&receiver, targets, &user, &err), "%s", err.text);
	send_file("0", "ours");
	send_file("1", "not ours");
	end_archive();
	ck_assert_str_eq(said, "--out: closed/new: replacing it: Permission denied");
	ck_assert_int_eq(stat("open/new", &st), 0);
	ck_assert_uint_eq(st.st_uid, 4242);
	ck_assert_uint_eq(st.st_gid, 4343);
	ck_assert_uint_eq(files_in("closed"), 0);
}
END_TEST

/* What a terminal's keys and timeout(1) send to all of a group ends the guest, not its files. */
static const int harmless[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };

START_TEST(signals_do_not_end_it)
{
	start_in("new", NULL);
	send_folder("0");
	while (access("new", F_OK))
		sched_yield();
	ck_assert_int_eq(kill(receiver.pid, harmless[_i]), 0);
	send_file("0/a", "after");
	end_archive();
	ck_assert_str_eq(said, "");
	ck_assert_str_eq(text_of("new/a"), "after");
}
END_TEST

START_TEST(killed_is_told)
{
	struct error err = { 0 };

	start_in("new", NULL);
	kill(receiver.pid, SIGKILL);
	ck_assert_int_eq(receive_end(&receiver, PATIENCE, &err), -1);
	ck_assert_str_eq(err.text, "--out: what writes the files has ended early");
	waitpid(receiver.pid, NULL, 0);
}
END_TEST

START_TEST(patience_ends)
{
	struct error err = { 0 };
	int held;

	start_in("new", NULL);
	held = dup(receiver.to); /* so there is no end */
	ck_assert_int_eq(receive_end(&receiver, 1, &err), -1);
	has(err.text, "--out: the files are not written within 1 s");
	close(held);
	waitpid(receiver.pid, NULL, 0);
}
END_TEST

/* Even when somebody else holds the pipe. */
START_TEST(dies_with_its_parent)
{
	int lives[2], held[2];
	pid_t parent;
	char byte;

	ck_assert(!pipe(lives) && !pipe(held));
	parent = fork();
	if (!parent) {
		start_in("new", NULL);
		send_folder("0");
		while (access("new", F_OK))
			sched_yield();
		dprintf(lives[1], "%d\n", receiver.pid);
		dup2(receiver.to, held[1]);
		pause();
	}
	close(lives[1]);
	ck_assert_int_eq(read(lives[0], &byte, 1), 1);
	ck_assert_int_eq(kill(parent, SIGKILL), 0);
	ck_assert_int_eq(waitpid(parent, NULL, 0), parent);
	ck_assert_int_eq(access("new", F_OK), 0);
	close(lives[0]);
}
END_TEST

Suite *receive_suite(void)
{
	const TTest *const tests[] = {
		files_and_folders_are_written,
		folder_that_is_there_is_filled,
		file_is_replaced,
		file_does_not_fall_into_a_folder,
		links_are_not_followed,
		link_that_was_there_is_not_followed,
		longest_name_and_many_files,
		name_that_is_too_long_is_told,
		messages_are_clean,
		size_that_lies_is_told,
		cut_link_is_not_made,
		nothing_is_told,
		missing_folder_is_refused_at_once,
		holds_nothing_else,
		has_given_up_its_rights,
		killed_is_told,
		patience_ends,
		dies_with_its_parent,
	};
	const TTest *const as_user = becomes_the_user, *const confined = enters_landlock;
	bool landlock = syscall(SYS_landlock_create_ruleset, NULL, 0, 1) >= 1;
	Suite *s = suite_create("receive");
	TCase *tc = tcase_create("receive");

	tcase_add_checked_fixture(tc, setup, teardown);
	for (size_t i = 0; i < COUNT(tests); i++)
		tcase_add_test(tc, tests[i]);
	add_or_skip(tc, &as_user, 1, geteuid() ? "only root can become another user" : NULL);
	add_or_skip(tc, &confined, 1, landlock ? NULL : "no Landlock in this kernel");
	tcase_add_loop_test(tc, other_names_are_refused, 0, COUNT(names));
	tcase_add_loop_test(tc, special_files_are_not_made, 0, COUNT(special));
	tcase_add_loop_test(tc, truncated_is_told, 0, 117);
	tcase_add_loop_test(tc, garbage_is_told, 0, 4);
	tcase_add_loop_test(tc, signals_do_not_end_it, 0, COUNT(harmless));
	suite_add_tcase(s, tc);
	return s;
}
