// SPDX-License-Identifier: MIT
#include "vmm/cli/keys.h"

#include <stdlib.h>
#include <string.h>

#include "mem/xalloc.h"
#include "vmm/cli/guest_command.h"
#include "vmm/cli/settings.h"

#define MAX_POPULATE_THREADS 1024
#define MAX_PRIORITY 98 /* sched(7) has one more, for the main thread */

static int parse_boot(const char *text, unsigned int *mode, struct error *err)
{
	*mode = strcmp(text, "packed") ? BOOT_UNPACKED : BOOT_PACKED;
	if (*mode == BOOT_PACKED || !strcmp(text, "unpacked"))
		return 0;
	return error_set(err, "\"%s\": must be packed or unpacked", text);
}

static int parse_fail_on(const char *text, unsigned int *fails, struct error *err)
{
	*fails = true;
	return strcmp(text, "warning") ? error_set(err, "\"%s\": must be warning", text) : 0;
}

static int parse_reboot_is(const char *text, unsigned int *fails, struct error *err)
{
	*fails = !strcmp(text, "failure");
	if (*fails || !strcmp(text, "success"))
		return 0;
	return error_set(err, "\"%s\": must be failure or success", text);
}

static int check_topology(const char *text, struct error *err)
{
	struct topology_shape shape;

	return topology_parse_shape(text, &shape, err) || topology_check_shape(&shape, err) ? -1
											    : 0;
}

/* clang-format off */
/* Where a key is kept: as a number, and as text. */
#define AT(type, member) offsetof(type, member), sizeof(((type *)NULL)->member)
#define NOTHING 0, 0, 0, 0
#define NUMBER(member) AT(struct settings, member), 0, 0
#define TEXT(member) 0, 0, offsetof(struct settings, member), 0
#define LIST(member) 0, 0, 0, offsetof(struct settings, member)
#define OF_NODE(member) AT(struct topology_node, member), 0, 0
#define TEXT_OF_NODE(member) 0, 0, offsetof(struct topology_node, member), 0

const struct key keys[] = {
	{ "config", "FILE", KEY_PATH, KEY_IN_FLAGS, TEXT(config), KEYS_OF_MACHINE, "-c",
	  .help = "read the machine from FILE, numavm.conf(5); - is stdin" },
	{ "kernel", "FILE", KEY_PATH, KEY_IN_FILE, TEXT(kernel), KEYS_OF_KERNEL, "-k",
	  .help = "bzImage or ELF vmlinux (x86-64), Image (arm64); default this host's own" },
	{ "initrd", "FILE", KEY_PATH, KEY_IN_FILE, TEXT(initrd), KEYS_OF_KERNEL, "-i",
	  .help = "initial RAM disk" },
	{ "cmdline", "TEXT", KEY_TEXT, .in = KEY_IN_FILE, TEXT(cmdline) },
	{ "append", "TEXT", KEY_WORDS, KEY_IN_FLAGS, TEXT(append), KEYS_OF_KERNEL, "-a",
	  .help = "add TEXT to the kernel's command line" },
	{ "boot", "MODE", KEY_NAME, KEY_IN_FLAGS, NUMBER(boot), KEYS_OF_KERNEL, "--boot",
	  .parse = parse_boot, .help = "packed: the guest unpacks the kernel; unpacked: the host "
	  "does, once, and keeps it; default unpacked" },
	{ "memory", "SIZE", KEY_SIZE, KEY_IN_FILE, NUMBER(memory), KEYS_OF_MACHINE, "-m",
	  .help = "memory in all, as in 1.5G; default 1G", .min = 1 },
	{ "topology", "NnNlNcNt", KEY_TEXT, KEY_IN_FILE, TEXT(topology), KEYS_OF_MACHINE,
	  "--topology", .help = "nodes, last-level caches in all, cores per cache and threads per "
	  "core, as in 2n4l4c2t; default 1n1l1c1t", .check = check_topology },
	{ "node", "KEY=VALUE,...", KEY_NODE, KEY_IN_FILE, NOTHING, KEYS_OF_MACHINE, "--node",
	  .help = "one more node, as in memory=1G,llcs=1; its keys, numavm.conf(5), are " },
	{ "distances", "{ N, ... }", KEY_MATRIX, .in = KEY_IN_FILE },
	{ "distance", "A,B=N", KEY_DISTANCE, KEY_IN_FLAGS, NOTHING, KEYS_OF_MACHINE, "--distance",
	  .help = "distance between nodes A and B, both ways; default 20" },
	{ "cores", "N", KEY_COUNT, KEY_IN_FILE, NUMBER(cores), KEYS_OF_MACHINE, "--cores",
	  .help = "cores per cache", .min = 1, .max = TOPOLOGY_MAX_CPUS },
	{ "threads", "N", KEY_COUNT, KEY_IN_FILE, NUMBER(threads), KEYS_OF_MACHINE, "--threads",
	  .help = "threads per core", .min = 1, .max = TOPOLOGY_MAX_CPUS },
	{ "packages", "N", KEY_COUNT, KEY_IN_FILE, NUMBER(packages), KEYS_OF_MACHINE, "--packages",
	  .help = "packages in all; default one per node with CPUs",
	  .min = 1, .max = TOPOLOGY_MAX_NODES },

	{ "memory", "SIZE", KEY_SIZE, .in = KEY_IN_NODE, OF_NODE(size) },
	{ "llcs", "N", KEY_COUNT, KEY_IN_NODE, OF_NODE(llcs), .max = TOPOLOGY_MAX_CPUS },
	{ "host", "NODES", KEY_TEXT, KEY_IN_BOTH, TEXT_OF_NODE(placement.host),
	  .check = placement_check_host },
	{ "policy", "NAME", KEY_NAME, KEY_IN_BOTH, OF_NODE(placement.policy),
	  .parse = placement_parse_policy, .name_of = placement_policy_name },
	{ "pages", "SIZE", KEY_NAME, KEY_IN_BOTH, OF_NODE(placement.pages), KEYS_OF_PLACEMENT,
	  "--pages", .help = "thp, 4k, 2M, 1G or auto; default thp",
	  .parse = placement_parse_pages, .name_of = placement_pages_name },
	{ "shared", "yes|no", KEY_YES_NO, .in = KEY_IN_BOTH, OF_NODE(placement.shared) },
	{ "populate", "yes|no", KEY_YES_NO, KEY_IN_BOTH, OF_NODE(placement.populate),
	  KEYS_OF_PLACEMENT, "--populate", .otherwise = "yes",
	  .help = "take all memory before the guest starts" },
	{ "populate-threads", "N", KEY_COUNT, KEY_IN_FLAGS, NUMBER(populate_threads),
	  KEYS_OF_PLACEMENT, "--populate-threads", .min = 1, .max = MAX_POPULATE_THREADS,
	  .help = "how many threads do; default one per CPU" },
	{ "verify", "yes|full|no", KEY_NAME, KEY_IN_FILE, NUMBER(verify), KEYS_OF_PLACEMENT,
	  "--verify", .parse = verify_parse_mode,
	  .help = "ask the kernel where the pages are; default yes" },
	{ "strict", "yes|no", KEY_YES_NO, KEY_IN_BOTH, OF_NODE(placement.strict),
	  KEYS_OF_PLACEMENT, "--strict", .help = "what cannot be had ends the start; default yes" },
	{ "pin", "node|core|none|LIST", KEY_PIN, KEY_IN_BOTH,
	  AT(struct topology_node, placement.pin),
	  offsetof(struct topology_node, placement.cpus), 0,
	  KEYS_OF_PLACEMENT, "--pin", .help = "where the vCPU threads run; default node" },
	{ "realtime", "N", KEY_COUNT, KEY_IN_FILE, NUMBER(realtime), KEYS_OF_PLACEMENT,
	  "--realtime", .help = "run them as SCHED_FIFO with priority N",
	  .min = 1, .max = MAX_PRIORITY },
	{ "performance", NULL, KEY_SEVERAL, KEY_IN_FLAGS, NOTHING, KEYS_OF_PLACEMENT,
	  "--performance", .help = "pin=core, pages=2M, populate, verify, strict; host "
	  "nodes are chosen where none are named",
	  .otherwise = "pin=core,pages=2M,populate=yes,strict=yes,verify=yes" },

	{ "shell", NULL, KEY_YES_NO, KEY_IN_FLAGS, NUMBER(shell), KEYS_OF_COMMAND, "--shell",
	  .otherwise = "yes", .help = "run a shell: bash where this host has it, else sh" },
	{ "file", "HOST[:GUEST]", KEY_LIST, KEY_IN_FLAGS, LIST(files), KEYS_OF_COMMAND,
	  "--file", .check = guest_command_check_file,
	  .help = "take the file HOST along, and what it needs" },
	{ "dir", "HOST[:GUEST]", KEY_LIST, KEY_IN_FLAGS, LIST(dirs), KEYS_OF_COMMAND, "--dir",
	  .check = guest_command_check_file, .help = "take the folder HOST along, and all in it" },
	{ "root", "DIR", KEY_PATH, KEY_IN_FLAGS, TEXT(root), KEYS_OF_COMMAND, "--root",
	  .help = "the guest's whole root is DIR" },
	{ "modules", "NAME,...", KEY_NAMES, KEY_IN_FLAGS, TEXT(modules), KEYS_OF_COMMAND,
	  "--modules", .check = guest_command_check_modules,
	  .help = "load these modules, and what they depend on, before it" },
	{ "module-dir", "DIR", KEY_LIST, KEY_IN_FLAGS, LIST(module_dirs), KEYS_OF_COMMAND,
	  "--module-dir", .help = "look for them in DIR, a build tree or an unpacked package; "
	  "default /lib/modules/VERSION" },
	{ "env", "NAME[=VALUE]", KEY_LIST, KEY_IN_FLAGS, LIST(env), KEYS_OF_COMMAND, "--env",
	  .check = guest_command_check_env,
	  .help = "a variable of its environment; without VALUE this host's" },
	{ "chdir", "DIR", KEY_TEXT, KEY_IN_FLAGS, TEXT(chdir), KEYS_OF_COMMAND, "--chdir",
	  .check = guest_command_check_chdir, .help = "run it in the guest's DIR; default /" },
	{ "user", "USER", KEY_TEXT, KEY_IN_FLAGS, TEXT(user), KEYS_OF_COMMAND, "--user",
	  .check = guest_command_check_user,
	  .help = "run it as USER, NAME or UID or either with :GID; default root" },
	{ "out", "GUEST:HOST", KEY_LIST, KEY_IN_FLAGS, LIST(outs), KEYS_OF_COMMAND, "--out",
	  .check = guest_command_check_out,
	  .help = "at the end copy GUEST, a file or folder, to HOST" },
	{ "poweroff", NULL, KEY_YES_NO, KEY_IN_FLAGS, NUMBER(poweroff), KEYS_OF_COMMAND,
	  "--poweroff", .otherwise = "yes", .help = "at the end wait for the guest to power off" },
	{ "boot-timeout", "TIME", KEY_DURATION, KEY_IN_FLAGS, NUMBER(boot_timeout_ns),
	  KEYS_OF_COMMAND, "--boot-timeout",
	  .help = "end a guest whose init has not begun after TIME (status 124)" },
	{ "verbose", NULL, KEY_YES_NO, KEY_IN_FLAGS, NUMBER(verbose), KEYS_OF_COMMAND, "-v",
	  .otherwise = "yes", .help = "show the kernel's console on stderr" },

	{ "timeout", "TIME", KEY_DURATION, KEY_IN_FLAGS, NUMBER(timeout_ns), KEYS_OF_RUN,
	  "--timeout", .help = "end the guest after TIME, as in 30s or 2h (status 124)" },
	{ "console", "FILE", KEY_PATH, KEY_IN_FLAGS, TEXT(console), KEYS_OF_RUN, "--console",
	  .help = "keep what the guest prints in FILE too; - is stdout alone" },
	{ "console-limit", "SIZE", KEY_SIZE, KEY_IN_FLAGS, NUMBER(console_limit), KEYS_OF_RUN,
	  "--console-limit", .help = "drop what the guest prints beyond SIZE; default none",
	  .min = 1 },
	{ "no-input", NULL, KEY_YES_NO, KEY_IN_FLAGS, NUMBER(no_input), KEYS_OF_RUN, "--no-input",
	  .otherwise = "yes", .help = "leave stdin alone, and the terminal as it is" },
	{ "result", "FILE", KEY_PATH, KEY_IN_FLAGS, TEXT(result), KEYS_OF_RUN, "--result",
	  .help = "write what became of the run to FILE, as JSON; - is stdout" },
	{ "fail-on", "warning", KEY_NAME, KEY_IN_FLAGS, NUMBER(fail_on_warning), KEYS_OF_RUN,
	  "--fail-on", .parse = parse_fail_on,
	  .help = "a warning in the kernel's log is a failure (status 1)" },
	{ "reboot-is", "failure|success", KEY_NAME, KEY_IN_FLAGS, NUMBER(reboot_is_failure),
	  KEYS_OF_RUN, "--reboot-is", .parse = parse_reboot_is,
	  .help = "what a reboot is, without a command; default success" },
	{ "symbols", "FILE", KEY_PATH, KEY_IN_FLAGS, TEXT(symbols), KEYS_OF_RUN, "--symbols",
	  .help = "vmlinux or System.map, for the addresses in a report; default the one beside "
	  "the kernel" },
	{ "run-as", "USER", KEY_TEXT, KEY_IN_FLAGS, TEXT(run_as), KEYS_OF_RUN, "--run-as",
	  .help = "as root: become USER, a name, UID or UID:GID, before the guest runs" },
	{ "no-confine", NULL, KEY_YES_NO, KEY_IN_FLAGS, NUMBER(no_confine), KEYS_OF_RUN,
	  "--no-confine", .otherwise = "yes", .help = "keep what a run gives up before the guest "
	  "runs, for debuggers; SECURITY in numavm(1)" },
	{ "json", NULL, KEY_YES_NO, KEY_IN_FLAGS, NUMBER(json), KEYS_OF_PLAN, "--json",
	  .otherwise = "yes", .help = "print JSON" },
	{ "output", "DIR", KEY_PATH, KEY_IN_FLAGS, TEXT(output), KEYS_OF_TABLES, "-o",
	  .help = "the folder to write to; made, with those above it, when it is not there" },

	{ "help", NULL, KEY_YES_NO, KEY_IN_FLAGS, NUMBER(help), KEYS_OF_ALL, "-h",
	  .otherwise = "yes", .help = "print this" },
	{ "version", NULL, KEY_YES_NO, KEY_IN_FLAGS, NUMBER(version), KEYS_OF_NUMAVM, "--version",
	  .help = "print the version", .otherwise = "yes" },
	{ 0 },
};
/* clang-format on */

_Static_assert(sizeof(keys) / sizeof(keys[0]) <= KEYS_MAX, "KEYS_MAX");

const struct key *key_find(const char *name, unsigned int in)
{
	for (const struct key *key = keys; key->name; key++)
		if (key->in & in && !strcmp(key->name, name))
			return key;
	return NULL;
}

char *key_list_add(char *list, const char *name, bool last)
{
	char *longer = list ? xasprintf("%s%s%s", list, last ? " or " : ", ", name) : xstrdup(name);

	free(list);
	return longer;
}

char *key_list(unsigned int in)
{
	const struct key *last = NULL;
	char *list = NULL;

	for (const struct key *key = keys; key->name; key++)
		last = key->in & in ? key : last;
	for (const struct key *key = keys; key->name; key++)
		if (key->in & in)
			list = key_list_add(list, key->name, key == last);
	return list;
}
