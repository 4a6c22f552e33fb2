/* SPDX-License-Identifier: MIT */
/* A config file's text and a line of flags, made into settings as main does, and what they hold. */
#ifndef TESTS_UNIT_COMBINE_H
#define TESTS_UNIT_COMBINE_H

#include "vmm/cli/options.h"

/* Reads both and merges them. The flags' words are parted by one blank each. Returns 0, or -1. */
int try_combine(struct settings *s, const char *file, const char *flags, struct error *err);

/* The same, of what must be right. */
void combine(struct settings *s, const char *file, const char *flags);

/*
 * The value of the key @name of @node, or without one of the machine, as text, yes and no too; NULL
 * where it is not set or a number.
 */
const char *text_of(struct settings *s, struct settings_node *node, const char *name);

#endif
