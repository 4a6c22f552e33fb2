// SPDX-License-Identifier: MIT
#include "vmm/run/filter.h"

#include <asm/termbits.h>
#include <assert.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/kvm.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "arch_types.h"
#include "vmm/run/patient.h"
#include "vmm/run/terminal.h"

/*
 * A call, and of its arguments the one whose low half has @value in the bits of @mask. The rows of
 * one call differ in @value alone.
 */
struct rule {
	unsigned int call;
	unsigned int argument;
	uint32_t mask, value; /* mask 0: any arguments */
};

#define ANY(name) .call = SYS_##name
#define REQUEST(name) SYS_ioctl, 1, UINT32_MAX, name
#define NO_CODE(name) SYS_##name, 2, PROT_EXEC, 0

/* tgkill is first, for the value that is known late. Of one call's rows the most frequent is. */
static struct rule rules[] = {
	{ SYS_tgkill, 0, UINT32_MAX, 0 }, /* to ourselves: vm_stop()'s kick, raise(3), abort(3) */

	/* vCPUs, and their registers for a dump: KVM_GET_ONE_REG is arm64's */
	{ REQUEST(KVM_RUN) },
	{ REQUEST(KVM_GET_MP_STATE) },
	{ REQUEST(KVM_GET_REGS) },
	{ REQUEST(KVM_GET_SREGS) },
	{ REQUEST(KVM_GET_ONE_REG) },
	{ REQUEST(KVM_NMI) }, /* x86-64's */

	/* arch_irq(): the IOAPIC of x86-64, arm64 */
	{ REQUEST(KVM_SIGNAL_MSI) },
	{ REQUEST(KVM_SET_GSI_ROUTING) },
	{ REQUEST(KVM_IRQ_LINE) },

	/* terminal.c; glibc 2.42 and later ask by the second kind */
	{ REQUEST(TIOCGPGRP) },
	{ REQUEST(TCGETS) },
	{ REQUEST(TCSETS) },
	{ REQUEST(TCGETS2) },
	{ REQUEST(TCSETS2) },
	{ REQUEST(TIOCGWINSZ) }, /* session.c */
	{ ANY(getpgid) },
#ifdef SYS_getpgrp
	{ ANY(getpgrp) },
#endif

	/* the console, stdin, stderr, the result, the ending's eventfd, signals */
	{ ANY(read) },
	{ ANY(write) },
	{ ANY(writev) },
	{ ANY(pwrite64) },
	{ ANY(pread64) }, /* symbols.c */
	{ ANY(ftruncate) },
	{ ANY(fstat) },
	{ ANY(newfstatat) }, /* fstat(3) in some C libraries; of a path it tells as much */
	{ ANY(close) },
	{ ANY(timerfd_settime) },
	{ ANY(ppoll) },
#ifdef SYS_poll
	{ ANY(poll) },
#endif

	/* malloc(3), and the stacks of threads that end */
	{ ANY(brk) },
	{ NO_CODE(mmap) },
	{ NO_CODE(mprotect) },
	{ ANY(mremap) },
	{ ANY(munmap) },
	{ ANY(madvise) },

	{ ANY(mincore) }, /* which pages to look for the kernel's log in: ram_peek.c */

	/* threads, time, signals, the end */
	{ ANY(futex) },
	{ ANY(sched_yield) },
	{ ANY(clock_gettime) },
	{ ANY(clock_nanosleep) },
	{ ANY(setitimer) }, /* ends a write that nobody reads */
	{ ANY(restart_syscall) },
	{ ANY(rt_sigaction) },
	{ ANY(rt_sigprocmask) },
	{ ANY(rt_sigreturn) },
	{ ANY(getpid) },
	{ ANY(gettid) },
	{ ANY(exit) },
	{ ANY(exit_group) },
};

#define NR_RULES (sizeof(rules) / sizeof(rules[0]))
#define LOAD(field) BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field)
#define IF_EQUAL BPF_JMP | BPF_JEQ | BPF_K
#define IF_NOT_LESS BPF_JMP | BPF_JGE | BPF_K

/* Jumps to the program's last two instructions, wherever these come to be. A jump is a byte. */
#define PASS 254
#define REFUSE 255

struct program {
	struct sock_filter code[PASS];
	unsigned int size;
};

/* Stable. */
static void sort_rules(void)
{
	for (struct rule *end = rules + 1; end < rules + NR_RULES; end++)
		for (struct rule *at = end; at > rules && at[-1].call > at->call; at--) {
			struct rule swapped = at[-1];

			at[-1] = *at;
			*at = swapped;
		}
}

static void emit(struct program *p, uint16_t code, uint32_t k, uint8_t yes, uint8_t no)
{
	assert(p->size < PASS);
	p->code[p->size++] = (struct sock_filter){ code, yes, no, k };
}

static void emit_call(struct program *p, const struct rule *rule, const struct rule *end)
{
	emit(p, IF_EQUAL, rule->call, rule->mask ? 0 : PASS, REFUSE);
	if (!rule->mask)
		return;
	emit(p, LOAD(args[rule->argument]), 0, 0);
	emit(p, BPF_ALU | BPF_AND | BPF_K, rule->mask, 0, 0);
	for (; rule < end; rule++)
		emit(p, IF_EQUAL, rule->value, PASS, rule + 1 == end ? REFUSE : 0);
}

/* Searches the call among @nr, whose rules begin at calls[0] and end at calls[nr]. */
static void emit_search(struct program *p, const struct rule *const *calls, unsigned int nr)
{
	unsigned int half = nr / 2, jump = p->size;

	if (nr == 1) {
		emit_call(p, calls[0], calls[1]);
		return;
	}
	emit(p, IF_NOT_LESS, calls[half]->call, 0, 0);
	emit_search(p, calls, half);
	p->code[jump].jt = p->size - jump - 1;
	emit_search(p, calls + half, nr - half);
}

static uint8_t resolve(const struct program *p, unsigned int jump, uint8_t to)
{
	return to < PASS ? to : p->size - (REFUSE - to) - jump - 2;
}

static void end_program(struct program *p)
{
	emit(p, BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
	emit(p, BPF_RET | BPF_K, SECCOMP_RET_TRAP, 0, 0);
	for (unsigned int i = 0; i < p->size; i++) {
		p->code[i].jt = resolve(p, i, p->code[i].jt);
		p->code[i].jf = resolve(p, i, p->code[i].jf);
	}
}

static void make_program(struct program *p)
{
	const struct rule *calls[NR_RULES + 1];
	unsigned int nr = 0;

	rules[0].value = getpid();
	sort_rules();
	for (const struct rule *rule = rules; rule < rules + NR_RULES; rule++)
		if (rule == rules || rule->call != rule[-1].call)
			calls[nr++] = rule;
	calls[nr] = rules + NR_RULES;
	emit(p, LOAD(arch), 0, 0);
	emit(p, IF_EQUAL, ARCH_AUDIT, 0, REFUSE);
	emit(p, LOAD(nr), 0, 0);
	emit_search(p, calls, nr);
	end_program(p);
}

/* It comes from a call, never out of the middle of snprintf() or the like. */
static void end_by_call(int number, siginfo_t *info, void *context)
{
	char text[160];
	int size = snprintf(text, sizeof(text),
			    "numavm: system call %d is none that a run makes; see --no-confine\n",
			    info->si_syscall);

	(void)context;
	terminal_restore();
	signal(number, SIG_DFL);
	patient_write(STDERR_FILENO, text, size);
	raise(number);
}

/*
 * The guest never runs in our user mode, so that what the kernel does there against speculation, to
 * threads with a filter, would only slow them down.
 */
int filter_load(void)
{
	struct sigaction action = { .sa_sigaction = end_by_call, .sa_flags = SA_SIGINFO };
	struct program program = { .size = 0 };
	struct sock_fprog filter = { .filter = program.code };
	long ret;

	make_program(&program);
	filter.len = program.size;
	sigaction(SIGSYS, &action, NULL);
	ret = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
		      SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_SPEC_ALLOW, &filter);

	if (ret > 0)
		errno = ESRCH; /* the thread of this number cannot follow */
	return ret;
}
