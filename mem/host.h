/* SPDX-License-Identifier: MIT */
/*
 * What this host's nodes are and have at the moment: free memory, free huge pages, CPUs. It is
 * read from sysfs each time that somebody asks, since all of it changes. A container may hide any
 * of it. What cannot be asked restricts nothing: a host that does not show its nodes has those that
 * /proc/self/status allows, or node 0 alone, and each of them has all that the host has.
 */
#ifndef MEM_HOST_H
#define MEM_HOST_H

#include <numa.h>
#include <stdbool.h>
#include <stdint.h>

/* One more than the highest node that this host has; 1 on a host without NUMA. */
unsigned int host_nr_nodes(void);

/* "only 0" or "0 to 3": those nodes, for messages. */
const char *host_nodes_text(char text[32]);

/*
 * The nodes of @list, a node string (numa(3)): its numbers whether this host has them or not, all
 * else among those that this process may use. The caller frees the mask; NULL: not such a string.
 */
struct bitmask *host_parse_nodes(const char *list);

/* The same for CPUs, of which only those that this process may run on are taken. */
struct bitmask *host_parse_cpus(const char *list);

/* Node @node is there and this process's cpuset.mems allows it; cpuset(7). */
bool host_has_node(unsigned int node);
bool host_allows_node(unsigned int node);

/*
 * Bytes that a bound allocation on @node can get before the kernel calls its OOM killer: what is
 * free, the page cache and reclaimable slab, less what the kernel keeps for itself.
 */
uint64_t host_free_memory(unsigned int node);

/*
 * The same of all nodes together, where there are several that do not show what each has:
 * host_free_memory() counts it for each of them. Else UINT64_MAX.
 */
uint64_t host_hidden_memory(void);

/* Free huge pages of @page_size bytes on @node; UINT64_MAX on a host that does not show them. */
uint64_t host_free_huge_pages(unsigned int node, uint64_t page_size);

/*
 * Memory that asks for transparent huge pages gets them on this host, as far as it can be asked;
 * @shared: of a memfd.
 */
bool host_gives_thp(bool shared);

/* The weight of @node in weighted interleaving; 1 where the kernel has none. */
unsigned int host_interleave_weight(unsigned int node);

/* Any of @nodes has CPUs, whether this process may run on them or not. */
bool host_has_cpus(const struct bitmask *nodes);

/*
 * The CPUs of @nodes that this process may run on; of all nodes when @nodes is NULL. The caller
 * frees the mask with numa_bitmask_free().
 */
struct bitmask *host_cpus(const struct bitmask *nodes);

/* @list is numbers and ranges with commas between, as in 0,2-3: none too large, none backwards. */
bool host_list_is_sound(const char *list);

/* "0-1,3": the nodes or CPUs of @mask. The caller frees the text; errno stays. */
char *host_list(const struct bitmask *mask);

/* The number that a file begins with; @otherwise when there is none, or no such file. */
uint64_t host_read_number(uint64_t otherwise, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
