// SPDX-License-Identifier: MIT
#include "tests/fault/errnos.h"

#include <errno.h>
#include <linux/kvm.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#define CALL(name, object, expect, ...)                                     \
	{                                                                   \
		SYS_##name, 0, #name, object, expect, { __VA_ARGS__ }, NULL \
	}
#define KVM(name, expect, ...)                                                   \
	{                                                                        \
		SYS_ioctl, name, #name, OBJECT_FD, expect, { __VA_ARGS__ }, NULL \
	}

/* clang-format off */
static const struct errnos rows[] = {
	/* Files. */
	CALL(openat, OBJECT_PATH1, EITHER, EACCES, EMFILE, ENFILE, ENOENT, ENOMEM, ELOOP,
	     EROFS, EINTR, ENOSPC),
	CALL(read, OBJECT_FD, EITHER, EIO, EINTR, EAGAIN, EISDIR),
	CALL(pread64, OBJECT_FD, EITHER, EIO, EINTR, ESPIPE),
	CALL(write, OBJECT_FD, EITHER, EIO, ENOSPC, EPIPE, EFBIG, EDQUOT, EAGAIN),
	CALL(writev, OBJECT_FD, EITHER, EIO, ENOSPC, EPIPE, EFBIG, EDQUOT, EAGAIN),
	CALL(pwrite64, OBJECT_FD, EITHER, EIO, ENOSPC, EFBIG, EDQUOT),
	CALL(close, OBJECT_FD, EITHER, EIO, EINTR, ENOSPC),
	CALL(newfstatat, OBJECT_PATH1, EITHER, ENOENT, EACCES, ENOMEM, EOVERFLOW),
	CALL(fstat, OBJECT_FD, EITHER, ENOMEM, EOVERFLOW),
	CALL(statx, OBJECT_PATH1, EITHER, ENOENT, EACCES, ENOMEM),
	CALL(statfs, OBJECT_PATH0, EITHER, ENOENT, EACCES, ENOSYS),
	CALL(fstatfs, OBJECT_FD, EITHER, EIO, ENOSYS),
	CALL(faccessat, OBJECT_PATH1, EITHER, EACCES, ENOENT),
#ifdef SYS_access
	{ SYS_access, 0, "access", OBJECT_PATH0, EITHER, { ENOENT, EACCES }, "has no node" },
	CALL(readlink, OBJECT_PATH0, EITHER, EACCES, ENOENT, EINVAL),
	CALL(mkdir, OBJECT_PATH0, EITHER, EACCES, EEXIST, ENOSPC, EROFS),
	CALL(unlink, OBJECT_PATH0, EITHER, EACCES, ENOENT, EROFS),
	CALL(rename, OBJECT_PATH0, EITHER, EACCES, ENOSPC, EROFS),
	CALL(poll, NO_OBJECT, EITHER, EINTR, ENOMEM),
#endif
	CALL(readlinkat, OBJECT_PATH1, EITHER, EACCES, ENOENT, EINVAL),
	CALL(mkdirat, OBJECT_PATH1, EITHER, EACCES, EEXIST, ENOSPC, EROFS),
	CALL(unlinkat, OBJECT_PATH1, EITHER, EACCES, ENOENT, EROFS),
	CALL(renameat2, OBJECT_PATH1, EITHER, EACCES, ENOSPC, EROFS),
	CALL(linkat, OBJECT_PATH1, EITHER, EACCES, EEXIST, ENOSPC, EPERM),
	CALL(lseek, OBJECT_FD, EITHER, ESPIPE),
	CALL(ftruncate, OBJECT_FD, EITHER, EFBIG, EIO, EPERM, EINVAL),
	CALL(fsync, OBJECT_FD, EITHER, EIO, ENOSPC, EROFS),
	CALL(flock, OBJECT_FD, EITHER, ENOLCK, EINTR, EWOULDBLOCK),
	CALL(fchmod, OBJECT_FD, EITHER, EPERM, EROFS),
	CALL(fcntl, OBJECT_FD, EITHER, EBADF, EAGAIN),
	CALL(getdents64, OBJECT_FD, EITHER, ENOENT, ENOTDIR),
	CALL(fdatasync, OBJECT_FD, EITHER, EIO, ENOSPC, EROFS),
	CALL(fallocate, OBJECT_FD, EITHER, ENOSPC, EOPNOTSUPP, EINTR),
	CALL(faccessat2, OBJECT_PATH1, EITHER, EACCES, ENOENT),
	CALL(utimensat, OBJECT_PATH1, EITHER, EACCES, ENOENT, EPERM),
	CALL(renameat, OBJECT_PATH1, EITHER, EACCES, ENOSPC, EROFS),
	CALL(pipe2, NO_OBJECT, EITHER, EMFILE, ENFILE),
	CALL(dup, OBJECT_FD, EITHER, EMFILE),
	CALL(dup3, OBJECT_FD, EITHER, EMFILE),
	/* Memory. */
	{ SYS_mmap, 0, "mmap", NO_OBJECT, EITHER, { ENOMEM, EAGAIN, EACCES, EPERM },
	  "pthread_create" },
	CALL(munmap, NO_OBJECT, EITHER, EINVAL),
	CALL(mremap, NO_OBJECT, EITHER, ENOMEM),
	{ SYS_mprotect, 0, "mprotect", NO_OBJECT, EITHER, { ENOMEM, EACCES }, "pthread_create" },
	CALL(madvise, NO_OBJECT, EITHER, EINVAL, EAGAIN, ENOMEM, EPERM),
	CALL(mincore, NO_OBJECT, EITHER, EAGAIN, ENOMEM, EPERM, ENOSYS),
	CALL(mlock, NO_OBJECT, EITHER, ENOMEM, EPERM),
	CALL(brk, NO_OBJECT, SPARED, 0), /* has no errno: it returns the old break */
	CALL(memfd_create, NO_OBJECT, EITHER, EMFILE, ENFILE, ENOMEM),
	CALL(mbind, NO_OBJECT, ENDS, EPERM, EINVAL, ENOMEM, ENOSYS, EIO),
	CALL(set_mempolicy, NO_OBJECT, EITHER, EPERM, EINVAL, ENOMEM, ENOSYS),
	CALL(get_mempolicy, NO_OBJECT, EITHER, EPERM, ENOSYS, EINVAL),
	CALL(move_pages, NO_OBJECT, EITHER, EPERM, ENOSYS, EACCES, ENODEV),
	/* Processors and threads. */
	CALL(sched_getaffinity, NO_OBJECT, EITHER, EINVAL, EPERM),
	CALL(sched_setaffinity, NO_OBJECT, EITHER, EINVAL, EPERM),
	CALL(sched_setscheduler, NO_OBJECT, ENDS, EPERM, EINVAL),
	CALL(sched_setparam, NO_OBJECT, EITHER, EPERM, EINVAL),
	{ SYS_clone3, 0, "clone3", NO_OBJECT, ENDS, { EAGAIN, ENOMEM, EPERM }, "pthread_create" },
	CALL(futex, NO_OBJECT, SPARED, 0), /* the C library ends for what it does not know */
	{ SYS_clone, 0, "clone", NO_OBJECT, ENDS, { EAGAIN, ENOMEM }, "fork" },
	CALL(set_robust_list, NO_OBJECT, EITHER, EINVAL),
	CALL(rseq, NO_OBJECT, SPARED, 0), /* the C library's, before a thread's function */
	CALL(set_tid_address, NO_OBJECT, SPARED, 0), /* always succeeds */
	CALL(prctl, NO_OBJECT, EITHER, EINVAL, EPERM),
	CALL(prlimit64, NO_OBJECT, EITHER, EPERM, EINVAL),
	CALL(capset, NO_OBJECT, EITHER, EPERM), /* what cannot be given up is kept, confine.h */
	CALL(capget, NO_OBJECT, EITHER, EINVAL),
	CALL(seccomp, NO_OBJECT, EITHER, EINVAL, EACCES, ENOSYS),
	CALL(landlock_create_ruleset, NO_OBJECT, EITHER, EOPNOTSUPP, ENOSYS, EINVAL),
	CALL(landlock_restrict_self, NO_OBJECT, EITHER, EPERM, EINVAL),
	CALL(close_range, NO_OBJECT, EITHER, ENOSYS, EMFILE, ENOMEM),
	CALL(setgroups, NO_OBJECT, ENDS, EPERM, ENOMEM),
	CALL(setgid, NO_OBJECT, ENDS, EPERM),
	CALL(setuid, NO_OBJECT, ENDS, EPERM, EAGAIN),
	CALL(setresgid, NO_OBJECT, ENDS, EPERM),
	CALL(setresuid, NO_OBJECT, ENDS, EPERM, EAGAIN),
	CALL(sched_getscheduler, NO_OBJECT, EITHER, EPERM),
	CALL(exit, NO_OBJECT, SPARED, 0), /* does not return */
	CALL(exit_group, NO_OBJECT, SPARED, 0),
	CALL(getpid, NO_OBJECT, SPARED, 0), /* always succeed */
	CALL(gettid, NO_OBJECT, SPARED, 0),
	CALL(getuid, NO_OBJECT, SPARED, 0),
	CALL(geteuid, NO_OBJECT, SPARED, 0),
	CALL(getgid, NO_OBJECT, SPARED, 0),
	CALL(getegid, NO_OBJECT, SPARED, 0),
	CALL(getpgid, NO_OBJECT, SPARED, 0),
#ifdef SYS_getpgrp
	CALL(getpgrp, NO_OBJECT, SPARED, 0),
#endif
	CALL(sched_yield, NO_OBJECT, SPARED, 0),
	CALL(sysinfo, NO_OBJECT, EITHER, EFAULT),
	CALL(uname, NO_OBJECT, EITHER, EFAULT),
	CALL(getrandom, NO_OBJECT, EITHER, ENOSYS, EAGAIN, EINTR),
	CALL(getcwd, NO_OBJECT, EITHER, ENOENT, EACCES),
	/* Signals, time and waiting. */
	CALL(rt_sigaction, NO_OBJECT, SPARED, 0), /* fail for numbers that are no signal's */
	CALL(rt_sigprocmask, NO_OBJECT, SPARED, 0),
	CALL(rt_sigreturn, NO_OBJECT, SPARED, 0), /* does not return */
	CALL(sigaltstack, NO_OBJECT, EITHER, ENOMEM, EPERM),
	CALL(tgkill, NO_OBJECT, EITHER, EAGAIN, EPERM),
	CALL(signalfd4, NO_OBJECT, ENDS, EMFILE, ENFILE, ENODEV, ENOMEM),
	CALL(eventfd2, NO_OBJECT, ENDS, EMFILE, ENFILE, ENODEV, ENOMEM),
	CALL(timerfd_create, NO_OBJECT, ENDS, EMFILE, ENFILE, ENODEV, ENOMEM, EPERM),
	CALL(setitimer, NO_OBJECT, SPARED, 0), /* fails for times that are none */
	CALL(timerfd_settime, OBJECT_FD, EITHER, EINVAL, ECANCELED),
	CALL(clock_gettime, NO_OBJECT, EITHER, EINVAL),
	CALL(clock_nanosleep, NO_OBJECT, EITHER, EINTR),
	CALL(nanosleep, NO_OBJECT, EITHER, EINTR),
	CALL(rt_sigtimedwait, NO_OBJECT, EITHER, EAGAIN, EINTR),
	CALL(ppoll, NO_OBJECT, EITHER, EINTR, ENOMEM),
	/* Terminals: what is none says ENOTTY to all of them. */
	{ SYS_ioctl, 0x5401, "TCGETS", OBJECT_FD, EITHER, { ENOTTY, EIO }, NULL },
	{ SYS_ioctl, 0x5402, "TCSETS", OBJECT_FD, EITHER, { EIO, EINTR }, NULL },
	{ SYS_ioctl, 0x540f, "TIOCGPGRP", OBJECT_FD, EITHER, { ENOTTY }, NULL },
	{ SYS_ioctl, 0x5413, "TIOCGWINSZ", OBJECT_FD, EITHER, { ENOTTY }, NULL },
	/* KVM. */
	KVM(KVM_GET_API_VERSION, EITHER, ENOTTY, EINVAL),
	{ SYS_ioctl, KVM_CHECK_EXTENSION, "KVM_CHECK_EXTENSION", OBJECT_FD, EITHER, { EINVAL },
	  "this host's KVM" },
	KVM(KVM_CREATE_VM, ENDS, ENOMEM, EINVAL, EBUSY, EMFILE),
	KVM(KVM_GET_VCPU_MMAP_SIZE, ENDS, EINVAL),
	KVM(KVM_CREATE_VCPU, ENDS, ENOMEM, EINVAL, EEXIST, EMFILE),
	KVM(KVM_SET_USER_MEMORY_REGION, ENDS, ENOMEM, EINVAL, EEXIST, EFAULT),
	KVM(KVM_ENABLE_CAP, ENDS, EINVAL, EPERM),
	KVM(KVM_REGISTER_COALESCED_MMIO, EITHER, ENXIO, EINVAL), /* then each write is an exit */
	KVM(KVM_GET_ONE_REG, EITHER, ENOENT, EINVAL, EPERM),
	KVM(KVM_SET_ONE_REG, ENDS, ENOENT, EINVAL, EPERM),
	KVM(KVM_RUN, EITHER, EFAULT, EINTR, EAGAIN, ENOEXEC, EPERM),
	KVM(KVM_GET_MP_STATE, EITHER, ENXIO, EINVAL),
	KVM(KVM_SIGNAL_MSI, EITHER, EINVAL, ENOMEM), /* lost, as on a bus */
	KVM(KVM_SET_GSI_ROUTING, EITHER, EINVAL, ENOMEM),
	KVM(KVM_IRQ_LINE, EITHER, EINVAL),
	KVM(KVM_CREATE_DEVICE, ENDS, ENODEV, EEXIST, ENOMEM),
	KVM(KVM_SET_DEVICE_ATTR, ENDS, ENXIO, EPERM, EBUSY),
	KVM(KVM_HAS_DEVICE_ATTR, EITHER, ENXIO),
#ifdef __x86_64__
	KVM(KVM_GET_SUPPORTED_CPUID, EITHER, E2BIG, ENOMEM, EINVAL),
	KVM(KVM_SET_TSS_ADDR, ENDS, EINVAL, ENOMEM),
	KVM(KVM_SET_IDENTITY_MAP_ADDR, ENDS, EINVAL, ENOMEM),
	KVM(KVM_SET_BOOT_CPU_ID, ENDS, EINVAL, EBUSY),
	KVM(KVM_SET_CPUID2, ENDS, EINVAL, E2BIG, ENOMEM),
	KVM(KVM_SET_MSRS, ENDS, EINVAL, EFAULT),
	KVM(KVM_GET_SREGS, EITHER, EINVAL, ENOMEM),
	KVM(KVM_SET_SREGS, ENDS, EINVAL, ENOMEM),
	KVM(KVM_GET_REGS, EITHER, EINVAL),
	KVM(KVM_SET_REGS, ENDS, EINVAL, ENOMEM),
#endif
#ifdef __aarch64__
	KVM(KVM_ARM_PREFERRED_TARGET, ENDS, ENODEV),
	KVM(KVM_ARM_VCPU_INIT, ENDS, EINVAL, ENOENT, ENOEXEC),
#endif
};
/* clang-format on */

const struct errnos *errnos_find(long number, unsigned long request)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].number == number &&
		    (number != SYS_ioctl || (uint32_t)rows[i].request == (uint32_t)request))
			return &rows[i];
	return NULL;
}
