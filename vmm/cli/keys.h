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

#define KEYS_MAX 64 /* rows at most: as long are the arrays of where each value comes from */

enum key_type {
	KEY_TEXT,
	KEY_WORDS, /* text that a second one is added to, after a blank */
	KEY_NAMES, /* the same, after a comma */
	KEY_LIST, /* texts, each by itself */
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

/* Where a key can be. With both file and node it holds for nodes without their own. */
#define KEY_IN_FLAGS 0x01 /* on the command line alone */
#define KEY_IN_FILE 0x02
#define KEY_IN_NODE 0x04
#define KEY_IN_BOTH (KEY_IN_FILE | KEY_IN_NODE)

/* Groups of flags, as --help shows them. */
#define KEYS_OF_NUMAVM 0x01
#define KEYS_OF_ALL 0x02
#define KEYS_OF_MACHINE 0x04
#define KEYS_OF_PLACEMENT 0x08
#define KEYS_OF_KERNEL 0x10
#define KEYS_OF_RUN 0x20
#define KEYS_OF_PLAN 0x40
#define KEYS_OF_TABLES 0x80
#define KEYS_OF_COMMAND 0x100 /* that need one */
#define KEYS_OF_VERBS \
	(KEYS_OF_MACHINE | KEYS_OF_PLACEMENT | KEYS_OF_KERNEL | KEYS_OF_COMMAND | KEYS_OF_RUN)

struct key {
	const char *name;
	const char *value; /* what it takes, as help and messages show it; NULL: nothing */
	enum key_type type;
	unsigned int in;
	size_t number, size; /* where it is kept as a number, of so many bytes; 0 bytes: nowhere */
	size_t text; /* where it is kept as text; 0: nowhere */
	size_t list; /* a KEY_LIST, a char ** that ends with NULL; of flags alone */
	unsigned int group;
	const char *flag; /* "-k" of -k and --kernel, "--cores" where there is no letter, or NULL */
	const char *help;
	const char *otherwise; /* the value of a flag that is given without one */
	uint64_t min, max;
	int (*parse)(const char *text, unsigned int *number, struct error *err);
	const char *(*name_of)(unsigned int number);
	int (*check)(const char *text, struct error *err);
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

/* The key called @name that can be in @in, or NULL. */
const struct key *key_find(const char *name, unsigned int in);

/* "memory, llcs, host or pin": all that can be in @in. The caller frees it. */
char *key_list(unsigned int in);

/* Adds @name to such a list, which it takes over; NULL is one without names. */
char *key_list_add(char *list, const char *name, bool last);

/* The value in @fields: as a number; as its name or text, or NULL where it is a number. */
uint64_t key_number(const struct key *key, const void *fields);
const char *key_name(const struct key *key, const void *fields);

/* Sets what is in @to to a copy of what is in @from. */
void key_copy(const struct key *key, void *to, const void *from);

/* Parses @text, from @where. Returns 0, or -1 with the place and the cure, and nothing set. */
int slot_read(struct slot slot, const char *text, struct where where, struct error *err);

/* Both the value and its place. */
void slot_copy(struct slot to, struct slot from);
void slot_clear(struct slot slot);

/* Puts "FILE:LINE: " or "FLAG: " in front of the message. Returns -1. */
int where_error(struct error *err, const struct where *where);

#endif
