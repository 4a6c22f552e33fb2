// SPDX-License-Identifier: MIT
#include "tests/fault/inject.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/fault/errnos.h"

#define MAX_THREADS 64

#define OPTIONS (PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL)

struct tracer {
	pid_t child;
	pid_t known[MAX_THREADS]; /* whose first stop has been seen */
	pid_t failing; /* the thread that is in the call that fails; 0: none */
	bool begun;
	const struct call *fail;
	int error;
	struct trace *trace;
};

static volatile sig_atomic_t alarmed;

static void on_alarm(int number)
{
	(void)number;
	alarmed = 1;
}

static void die(const char *what)
{
	perror(what);
	exit(2);
}

/*
 * The call that @tid is about to make becomes a read(2) of no file, and its result after that what
 * is wanted. No call at all (-1) would be for a seccomp filter to judge.
 */
#ifdef __x86_64__
static unsigned long argument;

static void skip_call(pid_t tid)
{
	argument = ptrace(PTRACE_PEEKUSER, tid, offsetof(struct user, regs.rdi), NULL);
	ptrace(PTRACE_POKEUSER, tid, offsetof(struct user, regs.orig_rax), (long)SYS_read);
	ptrace(PTRACE_POKEUSER, tid, offsetof(struct user, regs.rdi), -1L);
}

static void set_result(pid_t tid, long result)
{
	ptrace(PTRACE_POKEUSER, tid, offsetof(struct user, regs.rdi), argument);
	ptrace(PTRACE_POKEUSER, tid, offsetof(struct user, regs.rax), result);
}
#elif defined(__aarch64__)
static void set_result(pid_t tid, long result)
{
	struct user_regs_struct regs;
	struct iovec iov = { &regs, sizeof(regs) };

	ptrace(PTRACE_GETREGSET, tid, NT_PRSTATUS, &iov);
	regs.regs[0] = result;
	ptrace(PTRACE_SETREGSET, tid, NT_PRSTATUS, &iov);
}

static void skip_call(pid_t tid)
{
	int number = SYS_read;
	struct iovec iov = { &number, sizeof(number) };

	ptrace(PTRACE_SETREGSET, tid, NT_ARM_SYSTEM_CALL, &iov);
	set_result(tid, -1);
}
#endif

static void read_text(pid_t tid, unsigned long at, char *text, size_t size)
{
	struct iovec here = { text, size - 1 }, there = { (void *)at, size - 1 };
	ssize_t got = process_vm_readv(tid, &here, 1, &there, 1, 0);

	if (got < 0) { /* it may end at the end of a page */
		there.iov_len = here.iov_len = 4096 - at % 4096;
		if (here.iov_len > size - 1)
			there.iov_len = here.iov_len = size - 1;
		got = process_vm_readv(tid, &here, 1, &there, 1, 0);
	}
	text[got > 0 ? got : 0] = 0;
}

/* The path that the call is given, or that of the file that it is for. */
static void find_object(pid_t tid, const struct __ptrace_syscall_info *info, char object[256])
{
	const struct errnos *row = errnos_find(info->entry.nr, info->entry.args[1]);
	char path[64];
	ssize_t got;

	object[0] = 0;
	if (!row || row->object == NO_OBJECT)
		return;
	if (row->object != OBJECT_FD)
		read_text(tid, info->entry.args[row->object == OBJECT_PATH1], object, 256);
	if (*object) /* else it is an empty path with AT_EMPTY_PATH */
		return;
	snprintf(path, sizeof(path), "/proc/%d/fd/%llu", tid,
		 (unsigned long long)info->entry.args[0]);
	got = readlink(path, object, 255);
	object[got > 0 ? got : 0] = 0;
}

static struct call *note_call(struct trace *trace, const struct __ptrace_syscall_info *info)
{
	struct call call = { info->entry.nr, 0, 0 };

	if (call.number == SYS_ioctl)
		call.request = (uint32_t)info->entry.args[1];
	for (size_t i = 0; i < trace->nr; i++)
		call.nth += trace->calls[i].number == call.number &&
			    trace->calls[i].request == call.request;
	if (!(trace->nr & (trace->nr - 1)))
		trace->calls = reallocarray(trace->calls, 2 * trace->nr + 1, sizeof(call));
	trace->calls[trace->nr] = call;
	return &trace->calls[trace->nr++];
}

static void at_entry(struct tracer *t, pid_t tid, const struct __ptrace_syscall_info *info)
{
	const struct call *call;

	t->begun = t->begun || info->entry.nr == SYS_fcntl;
	if (!t->begun)
		return;
	call = note_call(t->trace, info);
	if (!t->fail || t->trace->reached || call->number != t->fail->number ||
	    call->request != t->fail->request || call->nth != t->fail->nth)
		return;
	t->trace->reached = true;
	find_object(tid, info, t->trace->object);
	t->failing = tid;
	skip_call(tid);
}

static void at_call(struct tracer *t, pid_t tid)
{
	struct __ptrace_syscall_info info;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, tid, sizeof(info), &info) < 0)
		return;
	if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
		at_entry(t, tid, &info);
	} else if (info.op == PTRACE_SYSCALL_INFO_EXIT && t->failing == tid) {
		set_result(tid, -t->error);
		t->failing = 0;
	}
}

/* A new thread begins with a stop that is no signal of its own. */
static bool is_known(struct tracer *t, pid_t tid)
{
	for (unsigned int i = 0; i < MAX_THREADS; i++) {
		if (t->known[i] == tid)
			return true;
		if (!t->known[i]) {
			t->known[i] = tid;
			return false;
		}
	}
	return true;
}

/* Looks at @tid's stop. Returns the signal that it goes on with. */
static int at_stop(struct tracer *t, pid_t tid, int status)
{
	int number = WSTOPSIG(status);
	bool known = is_known(t, tid);

	if (number == (SIGTRAP | 0x80)) {
		at_call(t, tid);
		return 0;
	}
	if (status >> 16 || (number == SIGSTOP && !known) || number == SIGTRAP)
		return 0;
	return number;
}

/* Until there are none of its threads any more. */
static void follow(struct tracer *t)
{
	int status;

	for (;;) {
		pid_t tid = waitpid(-1, &status, __WALL);

		if (alarmed && !t->trace->timed_out) {
			t->trace->timed_out = true;
			kill(t->child, SIGKILL);
		}
		if (tid < 0 && errno == EINTR)
			continue;
		if (tid < 0)
			return;
		if (WIFSTOPPED(status))
			ptrace(PTRACE_SYSCALL, tid, NULL, (long)at_stop(t, tid, status));
		else if (tid == t->child)
			t->trace->status = status;
	}
}

static _Noreturn void become(char *const argv[], const int files[3])
{
	for (int i = 0; i < 3; i++)
		if (files[i] != i && dup2(files[i], i) < 0)
			_exit(99);
	closefrom(3);
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	raise(SIGSTOP);
	execv(argv[0], argv);
	_exit(99);
}

void inject_run(char *const argv[], const int files[3], const struct call *fail, int error,
		unsigned int seconds, struct trace *trace)
{
	struct sigaction action = { .sa_handler = on_alarm };
	struct tracer t = { .fail = fail, .error = error, .trace = trace };
	int status;

	*trace = (struct trace){ 0 };
	t.child = fork();
	if (t.child < 0)
		die("fork");
	if (!t.child)
		become(argv, files);
	t.known[0] = t.child;
	alarmed = 0;
	sigaction(SIGALRM, &action, NULL);
	if (waitpid(t.child, &status, 0) != t.child || !WIFSTOPPED(status) ||
	    ptrace(PTRACE_SETOPTIONS, t.child, NULL, OPTIONS) < 0)
		die("ptrace");
	alarm(seconds);
	ptrace(PTRACE_SYSCALL, t.child, NULL, NULL);
	follow(&t);
	alarm(0);
}

void inject_free(struct trace *trace)
{
	free(trace->calls);
	*trace = (struct trace){ 0 };
}
