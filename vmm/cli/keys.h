/* SPDX-License-Identifier: MIT */
/*
 * The table of keys: one row for each thing that a config file, a --node or a flag can say. The
 * config reader, the command line, --help, the lists in messages, duplicates, override, freeing and
 * the nodes' members of plan --json are made from it. A value is parsed when it is read, into the
 * field that its row names: of a struct topology_node for a key of nodes, else of struct settings.
 * cli and plan read it. Pure.
 */
#ifndef VMM_CLI_KEYS_H
#define VMM_CLI_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mem/error.h"

#define KEYS_MAX 48 /* rows at most: as long are the arrays of where each value comes from */

enum key_type {
	KEY_TEXT,
	KEY_WORDS, /* text that a second one is added to */
	KEY_PATH, /* in a config file relative to the file's folder */
	KEY_SIZE, /* bytes, from min */
	KEY_COUNT, /* a whole number from min to max */
	KEY_DURATION, /* nanoseconds */
	KEY_YES_NO,
	KEY_NAME, /* one of those that parse() knows */
	KEY_PIN, /* a name or a list of CPUs */
	KEY_SEVERAL, /* sets other keys, KEY=VALUE,... */
	KEY_NODE,
	KEY_MATRIX,
	KEY_DISTANCE,
};

/* Where a key can be, beside the command line. With both it holds for nodes without their own. */
#define KEY_IN_FILE 1
#define KEY_IN_NODE 2
#define KEY_IN_BOTH 3

/* Groups of flags, as --help shows them. */
#define KEYS_OF_NUMAVM 0x01
#define KEYS_OF_ALL 0x02
#define KEYS_OF_MACHINE 0x04
#define KEYS_OF_PLACEMENT 0x08
#define KEYS_OF_KERNEL 0x10
#define KEYS_OF_RUN 0x20
#define KEYS_OF_PLAN 0x40
#define KEYS_OF_TABLES 0x80

struct key_field {
	size_t offset, size; /* 0 bytes: none */
};

struct key {
	const char *name;
	const char *value; /* what it takes, as help and messages show it; NULL: nothing */
	enum key_type type;
	unsigned int in;
	struct key_field number, text; /* where it is kept */
	unsigned int group;
	const char
		*flag; /* "-k" for -k and --kernel, "--cores" for one without a letter, or NULL */
	const char *help;
	const char *otherwise; /* the value of a flag that is given without one */
	uint64_t min, max;
	int (*parse)(const char *text, unsigned int *number, struct error *err);
	int (*check)(const char *text, struct error *err);
	const char *(*name_of)(unsigned int number);
	bool shape; /* goes with the file's nodes when flags bring others */
	bool resolved; /* the plan says what it became on this host */
	bool needed; /* its verb does nothing without it */
};

/* A file and its line, or a flag and 0. A NULL name: the value is not set. */
struct where {
	const char *name;
	int line;
};

/* A key of one node or of the machine: what holds its field, and where its value is from. */
struct slot {
	const struct key *key;
	void *fields;
	struct where *where;
};

extern const struct key keys[]; /* ends with a row without a name */

/* The key called @name that can stand in @in, or NULL. */
const struct key *key_find(const char *name, unsigned int in);

/* The key that is kept in @field of @fields: one of nodes, or not. */
const struct key *key_at(const void *fields, const void *field, bool of_node);

/* "memory, llcs, host or pin": all that can stand in @in. The caller frees it. */
char *key_list(unsigned int in);

/* The value in @fields: as a number; as its name or text, or NULL where it is a number. */
uint64_t key_number(const struct key *key, const void *fields);
const char *key_name(const struct key *key, const void *fields);

/* Sets what is in @to to a copy of what is in @from. */
void key_copy(const struct key *key, void *to, const void *from);

/*
 * Parses @text, which is from @where, into @slot. Returns 0, or -1 with the place and what would be
 * right, and nothing set.
 */
int slot_read(struct slot slot, const char *text, struct where where, struct error *err);

void slot_clear(struct slot slot);

/* Puts "FILE:LINE: " or "FLAG: " in front of the message. Returns -1. */
int where_error(struct error *err, const struct where *where);

#endif
