/* SPDX-License-Identifier: MIT */
/*
 * compare.h: what the parts of the program `compare` share. The plan and the guest's report are
 * read once, at the start, and are globals of this small program; nothing is ever freed of them.
 */
#ifndef COMPARE_H
#define COMPARE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* A line NAME=VALUE that guest_init.c printed. */
struct line {
	const char *name, *value;
};

extern json_t *plan;
extern struct line *lines;
extern size_t line_count;
extern int differences; /* how often differ() was called */

/* Prints one difference. */
void differ(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Prints why nothing can be compared, and ends with status 1: that is a failure as well. */
void die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
/* @memory, unless it is NULL: then it ends. */
void *need(void *memory);

/* Read the two inputs into the globals above. */
void read_plan(const char *path);
void read_console(const char *path);

/* The number @key of one of the plan's objects; ends when it is missing, because a default would
 * make the comparison empty. */
int64_t number(const json_t *object, const char *key);
/* The object of a CPU, dense from 0; ends when the plan lacks it. */
const json_t *plan_cpu(int cpu);
int cpu_count(void);
/* The object of a node; NULL when the plan lacks it. */
const json_t *plan_node(int node);
int node_count(void);
/* Does a device tree tell the guest what it has? Else E820 and ACPI do. */
bool has_device_tree(void);
/* The value of a line of the guest's, "(nothing)" when there is no such line. */
const char *seen(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Differs unless the two are the same. */
void same_text(const char *what, const char *expected, const char *got);

/* The numbers below @count that @has holds for, as the kernel writes a list: "0-2,5". @arg is for
 * @has. The caller frees. */
char *list_of(int count, bool (*has)(int number, const void *arg), const void *arg);

/* Compare what their names say, all nodes or all CPUs. */
void compare_nodes(void);
void compare_memory(void);
void compare_cpus(void);

#endif
