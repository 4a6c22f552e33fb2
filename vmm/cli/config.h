/* SPDX-License-Identifier: MIT */
/*
 * The config file, numavm.conf(5), read into settings. Called by main before anything is started.
 */
#ifndef VMM_CLI_CONFIG_H
#define VMM_CLI_CONFIG_H

#include "vmm/cli/settings.h"

/*
 * Reads the file at @path, which must live as long as @settings: also a pipe, until its end, and
 * stdin, called "-" or /dev/stdin. Paths in it are made relative to its folder, but for what is
 * below /dev and /proc. Returns 0, or -1 with "FILE:LINE: what is wrong and what would be right"
 * and @settings empty.
 */
int config_read(const char *path, struct settings *settings, struct error *err);

/* The same from @text, for tests and fuzzers. */
int config_parse(const char *path, const char *text, struct settings *settings, struct error *err);

#endif
