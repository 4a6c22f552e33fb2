/* SPDX-License-Identifier: MIT */
/* A config file's text and a line of flags, made into settings as main does. */
#ifndef TESTS_UNIT_COMBINE_H
#define TESTS_UNIT_COMBINE_H

#include "vmm/cli/settings.h"

/* Reads both and lays the flags over the file. The flags' words are parted by one blank each. */
void combine(struct settings *s, const char *file, const char *flags);

#endif
