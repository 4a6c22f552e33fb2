/* SPDX-License-Identifier: MIT */
/*
 * The system calls that a run makes from its first vCPU's run to its end, as one table, and the
 * seccomp filter (seccomp(2)) that lets no other pass. confine.c loads it, once.
 *
 * A device names the calls of its own in its header, and each has its row in filter.c. A call that
 * has none raises SIGSYS, whose handler gives the terminal back, says which call it was and ends
 * the program. EPERM would send libc and ourselves down paths that nobody has tested, and lets who
 * has taken over the program try on; SECCOMP_RET_KILL_PROCESS leaves a raw terminal and not a word.
 * Who has taken over the program can take the handler away, and has gained nothing: the call is not
 * made.
 *
 * The filter is made here and not by libseccomp, which takes 0.12 ms of each start for these rows.
 * As a binary search it takes the kernel half the time to load that a list does.
 */
#ifndef VMM_RUN_FILTER_H
#define VMM_RUN_FILTER_H

/*
 * For all threads of the process, which has no_new_privs. Returns 0, or not 0 when the host does
 * not let us, with errno.
 */
int filter_load(void);

#endif
