// SPDX-License-Identifier: MIT
/*
 * fault: runs numavm with one system call after another made to fail, each with the errnos that its
 * man page names, and judges what becomes of it. Prints what tests/suite.sh does: a test is a way
 * to run numavm and a call in it.
 *
 *   fault NUMAVM GUESTS PACKED FOLDER [--sanitized] [--all] [WAY...]
 *
 * PACKED is a kernel that the host unpacks; FOLDER is made anew for each run. Without --all each
 * call fails with its first errno alone, and of the same call the first, the second and the last.
 * --sanitized: NUMAVM is made with sanitizers, which make some calls themselves that may not fail.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/fault/errnos.h"
#include "tests/fault/inject.h"

#define SECONDS 10 /* that a run may take; what is run takes a few hundredths */
#define STATUS_NONE 125
#define STATUS_TIMEOUT 124
#define STATUS_SANITIZER 99
#define MAX_ARGUMENTS 32

/* %k: the guests, %p: the packed kernel, %d: the folder. */
static const struct way {
	const char *name;
	const char *arguments;
} ways[] = {
	{ "run",
	  "run -k %k/poweroff -m 64M -i %k/poweroff --result %d/result --console %d/console" },
	{ "run-placed",
	  "run -k %k/poweroff --node memory=32M,llcs=1,host=0,policy=bind,populate=yes,shared=yes "
	  "--node memory=32M,llcs=1,pages=2M,strict=no,pin=0 --realtime 1 --verify full "
	  "--result %d/result" },
	{ "run-packed", "run -k %p -m 64M --boot unpacked --result %d/result" },
	{ "run-config", "run -c %d/config --result %d/result" },
	{ "run-limited", "run -k %k/hang_halt -m 32M --timeout 50ms --result %d/result" },
#ifdef __x86_64__
	{ "run-command", "run -k %k/hostile -m 64M --file %d/config:/config --out /out:%d/kept "
			 "--result %d/result -- /bin/true F S o1 c1 n X7 D h" },
#endif
	{ "plan", "plan --json --node memory=32M,llcs=1,host=0,populate=yes" },
	{ "tables", "tables -o %d/tables --topology 2n2l1c2t" },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *numavm, *guests, *packed, *folder;
static bool all, sanitized;
static unsigned int passed, failed, runs;

/* How a way ends when nothing fails. */
struct baseline {
	int status;
	char *out;
};

static _Noreturn void die(const char *what)
{
	perror(what);
	exit(2);
}

static char *path_of(const char *name)
{
	static char path[4][4096];
	static unsigned int next;
	char *at = path[next++ % 4];

	snprintf(at, sizeof(path[0]), "%s/%s", folder, name);
	return at;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

/* The folder with what is in it before a run. */
static void make_folder(void)
{
	FILE *config;

	nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
	if (mkdir(folder, 0700))
		die(folder);
	config = fopen(path_of("config"), "w");
	if (!config || fprintf(config, "kernel = \"%s/poweroff\"\nmemory = 64M\n", guests) < 0 ||
	    fclose(config))
		die("config");
}

/* What is in @path, as text; to be freed. NULL: it is not there. */
static char *read_all(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = NULL;
	size_t size = 0;

	if (!file)
		return NULL;
	if (getdelim(&text, &size, 0, file) < 0) {
		free(text);
		text = strdup(""); /* it is empty */
	}
	fclose(file);
	return text;
}

static char *expand(const char *template)
{
	char *text = NULL, *at;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	for (at = (char *)template; *at; at++)
		if (*at != '%')
			fputc(*at, file);
		else if (at++)
			fputs(*at == 'k' ? guests : *at == 'p' ? packed : folder, file);
	fclose(file);
	return text;
}

static void run_way(const char *template, const struct call *fail, int error, struct trace *trace)
{
	char *text = expand(template), *rest = text, *argv[MAX_ARGUMENTS + 2] = { (char *)numavm };
	int argc = 1, files[3];

	make_folder();
	files[0] = open("/dev/null", O_RDONLY);
	files[1] = open(path_of("out"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
	files[2] = open(path_of("err"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
	while (argc <= MAX_ARGUMENTS && (argv[argc] = strsep(&rest, " ")))
		argc++;
	inject_run(argv, files, fail, error, SECONDS, trace);
	for (int i = 0; i < 3; i++)
		close(files[i]);
	free(text);
	runs++;
}

/* ---- what is expected ---- */

static char reasons[4096];

static void __attribute__((format(printf, 1, 2))) wrong(const char *fmt, ...)
{
	size_t used = strlen(reasons);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(reasons + used, sizeof(reasons) - used, fmt, ap);
	va_end(ap);
}

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), size = strlen(end);

	return length >= size && !strcmp(text + length - size, end);
}

static bool is_ours(const char *line)
{
	return !strncmp(line, "numavm: ", 8);
}

/* The message names the call, its object or what went wrong, each line after "numavm: ". */
static void check_message(const struct errnos *row, int error, const char *object, const char *said)
{
	const char *base = strrchr(object, '/');
	bool named = strstr(said, row->name) || strcasestr(said, strerror(error)) ||
		     (row->caller && strstr(said, row->caller)) ||
		     (*object && strstr(said, object)) ||
		     (base && base[1] && strstr(said, base + 1));

	for (const char *line = said; *line;
	     line = strchrnul(line, '\n') + !!*strchrnul(line, '\n'))
		if (!is_ours(line))
			wrong("a line on stderr that is not ours; ");
	if (!named && !ends_with(object, "/err"))
		wrong("the message names neither the call nor its object nor \"%s\"; ",
		      strerror(error));
}

/* It is whole and says @status. Where the fault was in the result itself there may be none. */
static void check_result(int status, const char *object)
{
	json_error_t mistake;
	json_t *result;

	if (ends_with(object, "/result"))
		return;
	result = json_load_file(path_of("result"), JSON_REJECT_DUPLICATES, &mistake);
	if (!result)
		wrong("no result: %s; ", mistake.text);
	else if (json_integer_value(json_object_get(result, "status")) != status ||
		 !json_is_string(json_object_get(result, "outcome")))
		wrong("the result says another status; ");
	json_decref(result);
}

static const char *const expected_files[] = {
	"config", "out", "err", "result", "console", "tables", "cache", "kept",
};

static void check_left(const char *path, bool shm)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		bool known = entry->d_name[0] == '.' && strlen(entry->d_name) < 3;

		for (size_t i = 0; !shm && i < COUNT(expected_files); i++)
			known |= !strcmp(entry->d_name, expected_files[i]);
		if (!known && (!shm || strcasestr(entry->d_name, "numavm")))
			wrong("left over: %s/%s; ", path, entry->d_name);
	}
	if (dir)
		closedir(dir);
}

/* On a slow host a time limit may come before the guest has printed all. */
static bool is_console(const char *out, const struct baseline *base)
{
	return base->status == STATUS_TIMEOUT ? !strncmp(out, base->out, strlen(out))
					      : !strcmp(out, base->out);
}

static void judge(const char *template, const struct baseline *base, const struct errnos *row,
		  int error, const struct trace *trace)
{
	char *said = read_all(path_of("err")), *out = read_all(path_of("out"));
	int status = WIFEXITED(trace->status) ? WEXITSTATUS(trace->status) : -1;
	bool is_run = strstr(template, "--result");

	reasons[0] = 0;
	if (trace->timed_out)
		wrong("it does not end within %d s; ", SECONDS);
	else if (status < 0)
		wrong("killed by signal %d; ", WTERMSIG(trace->status));
	else if (status == STATUS_SANITIZER)
		wrong("a sanitizer's report; ");
	else if (status == STATUS_NONE)
		check_message(row, error, trace->object, said);
	else if (status != base->status)
		wrong("status %d; ", status);
	else if (row->expect == ENDS)
		wrong("it goes on as if nothing were; ");
	else if (is_run && !is_console(out, base) && !ends_with(trace->object, "/out"))
		wrong("the guest's console is not as it was; ");
	if (is_run && status >= 0 && status != STATUS_SANITIZER)
		check_result(status, trace->object);
	check_left(folder, false);
	check_left("/dev/shm", true);
	if (reasons[0])
		wrong("stderr \"%.*s\"", (int)strcspn(said, "\n"), said);
	free(said);
	free(out);
}

/* ---- the runs ---- */

static void print_fault(const char *way, const struct errnos *row, const struct call *call,
			int error, const struct trace *trace)
{
	printf("not ok fault/%s/%s-%u: %s%s%s: %s\n", way, row->name, call->nth,
	       strerrorname_np(error), *trace->object ? " of " : "", trace->object, reasons);
}

/* Makes @call fail in every way. Returns whether all was right. */
static bool fail_call(const char *way, const char *template, const struct baseline *base,
		      const struct errnos *row, const struct call *call)
{
	bool right = true;

	for (unsigned int i = 0; row->errors[i] && (!i || all); i++) {
		struct trace trace;

		run_way(template, call, row->errors[i], &trace);
		/* Else threads went another way. An eventfd fails only when it is full. */
		if (trace.reached && !strstr(trace.object, "[eventfd]"))
			judge(template, base, row, row->errors[i], &trace);
		else
			reasons[0] = 0;
		if (reasons[0]) {
			print_fault(way, row, call, row->errors[i], &trace);
			right = false;
		}
		inject_free(&trace);
	}
	return right;
}

/* The first, second and last of its kind. */
static bool is_chosen(const struct trace *trace, size_t i)
{
	const struct call *call = &trace->calls[i];

	if (all || call->nth < 2)
		return true;
	for (size_t j = i + 1; j < trace->nr; j++)
		if (trace->calls[j].number == call->number &&
		    trace->calls[j].request == call->request)
			return false;
	return true;
}

/* A sanitizer's own, which look like the program's. */
static bool is_sanitizers(const struct errnos *row)
{
	static const char *const names[] = { "mmap", "munmap", "mprotect", "sigaltstack" };

	for (size_t i = 0; i < COUNT(names); i++)
		if (!strcmp(row->name, names[i]))
			return true;
	return false;
}

static void test_call(const char *way, const char *template, const struct baseline *base,
		      const struct call *call)
{
	const struct errnos *row = errnos_find(call->number, call->request);

	if (!row) {
		printf("not ok fault/%s: no errnos named for call %ld, request 0x%lx: add a row to "
		       "tests/fault/errnos.c\n",
		       way, call->number, call->request);
		failed++;
	} else if (row->expect != SPARED && !(sanitized && is_sanitizers(row))) {
		bool right = fail_call(way, template, base, row, call);

		passed += right;
		failed += !right;
	}
}

static void test_way(const char *way, const char *template)
{
	struct baseline base = { 0 };
	struct trace trace;

	run_way(template, NULL, 0, &trace);
	base.status = WIFEXITED(trace.status) ? WEXITSTATUS(trace.status) : -1;
	base.out = read_all(path_of("out"));
	printf("fault: %s: status %d, %zu calls\n", way, base.status, trace.nr);
	if (base.status < 0 || base.status == STATUS_NONE || !trace.nr) {
		printf("not ok fault/%s: it does not run at all\n", way);
		failed++;
	}
	for (size_t i = 0; i < trace.nr; i++)
		if (is_chosen(&trace, i))
			test_call(way, template, &base, &trace.calls[i]);
	inject_free(&trace);
	free(base.out);
}

static bool is_wanted(const char *way, char **wanted)
{
	for (char **at = wanted; *at; at++)
		if (!strcmp(*at, way))
			return true;
	return !*wanted;
}

int main(int argc, char **argv)
{
	if (argc < 5) {
		fprintf(stderr, "usage: fault NUMAVM GUESTS PACKED FOLDER [--sanitized] [--all] "
				"[WAY...]\n");
		return 2;
	}
	numavm = argv[1];
	guests = argv[2];
	packed = argv[3];
	folder = argv[4];
	argv += 5;
	sanitized = *argv && !strcmp(*argv, "--sanitized");
	argv += sanitized;
	all = *argv && !strcmp(*argv, "--all");
	argv += all;
	setvbuf(stdout, NULL, _IOLBF, 0);
	setenv("ASAN_OPTIONS", "detect_leaks=0:exitcode=99", 1);
	setenv("UBSAN_OPTIONS", "exitcode=99", 1);
	setenv("HOME", folder, 1);
	setenv("XDG_CACHE_HOME", path_of("cache"), 1);
	for (size_t i = 0; i < COUNT(ways); i++)
		if (is_wanted(ways[i].name, argv))
			test_way(ways[i].name, ways[i].arguments);
	nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
	printf("fault: %u runs\n%u passed, %u failed, 0 skipped\n", runs, passed, failed);
	return failed > 0;
}
