/* SPDX-License-Identifier: MIT */
/*
 * The lock against two starts that count on the same memory. mem/fit takes it before it looks at
 * what is free, and owns the descriptor until the memory is taken.
 */
#ifndef MEM_LOCK_H
#define MEM_LOCK_H

/*
 * Waits until no other numavm is between checking what is free and having taken it: a lock,
 * flock(2), on the nodes' folder in sysfs, which every user can open and nobody has to remove. So
 * any user can keep it too: after a second stderr says which process does, and after 30 it goes on
 * without.
 * Returns a descriptor, which gives the lock back when it is closed; -1 without the lock:
 * EWOULDBLOCK where it was not to be had, else there is no such folder.
 */
int lock_take(void);

#endif
