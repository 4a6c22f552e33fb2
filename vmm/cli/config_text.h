/* SPDX-License-Identifier: MIT */
/*
 * The words and signs that a config file is made of. config.c takes them one after another; each
 * byte is read once. Pure, but for the environment.
 */
#ifndef VMM_CLI_CONFIG_TEXT_H
#define VMM_CLI_CONFIG_TEXT_H

#include "vmm/cli/keys.h"

/* What config_text_next() found, beside the signs themselves: = { } ( ) , */
enum {
	CONFIG_MISTAKE = -1,
	CONFIG_END = 0,
	CONFIG_WORD = 'w', /* plain, or in quotes */
};

struct config_text {
	const char *at;
	int at_line;
	struct where where; /* of what was found: where it begins */
	char *word; /* of a CONFIG_WORD, until the next */
	size_t used, room;
	struct error *err;
};

/* Begins at @text of the file @path, which must live as long as @t; mistakes go to @err. */
void config_text_start(struct config_text *t, const char *path, const char *text,
		       struct error *err);

/* The next word or sign; CONFIG_MISTAKE with its place, what is wrong and the cure. */
int config_text_next(struct config_text *t);

void config_text_free(struct config_text *t);

#endif
