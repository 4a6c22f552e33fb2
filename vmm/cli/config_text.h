/* SPDX-License-Identifier: MIT */
/*
 * What libConfuse gets wrong is seen to before it reads: it counts the line of a comment twice, and
 * takes a section that is never closed, and knows no line of a string that is not. config.c calls
 * it. Pure.
 */
#ifndef VMM_CLI_CONFIG_TEXT_H
#define VMM_CLI_CONFIG_TEXT_H

#include "mem/error.h"

/*
 * Turns the comments in @text into blanks, line by line. Returns 0, or -1 with @path and the line
 * of a "{" or a quote that is never closed.
 */
int config_text_prepare(const char *path, char *text, struct error *err);

#endif
