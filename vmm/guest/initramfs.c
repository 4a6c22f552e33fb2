// SPDX-License-Identifier: MIT
#include "vmm/guest/initramfs.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "mem/xalloc.h"
#include "vmm/guest/cache.h"
#include "vmm/guest/closure.h"
#include "vmm/guest/init_image.h"
#include "vmm/guest/job.h"
#include "vmm/guest/pack.h"
#include "vmm/guest/user_files.h"

/* A change that follows a look as closely may leave the time as it was: git's "racy" files. */
#define RACY_SECONDS 2

/* What a file takes in the guest's tmpfs: pages, and an inode with its name. */
#define PAGE 4096ULL
#define INODE 1024

/* What init mounts on and writes to, and the kernel's console before that. */
static void add_base(struct tree *tree)
{
	static const char *const folders[] = { "/dev", "/proc", "/sys",	   "/run",
					       "/etc", "/mnt",	"/var/tmp" };

	tree_add_folder(tree, JOB_FOLDER, 0700);
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		tree_add_folder(tree, folders[i], 0755);
	tree_add_folder(tree, "/tmp", 01777);
	tree_add_folder(tree, "/root", 0700);
	tree_add_device(tree, "/dev/console", S_IFCHR | 0600, makedev(5, 1));
}

/* Where /bin is a link to usr/bin on the host, it is one in the guest. */
static void add_base_links(struct tree *tree)
{
	static const char *const names[] = {
		"/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"
	};
	char target[64];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		ssize_t size = readlink(names[i], target, sizeof(target));

		if (size <= 0 || size == sizeof(target))
			continue;
		target[size] = '\0';
		tree_add_link(tree, names[i], target);
		tree_add_folder(tree, names[i], 0755); /* where the link leads */
	}
}

static void add_modules(struct tree *tree, const struct modules *modules)
{
	for (unsigned int i = 0; i < modules->nr; i++) {
		const struct module *module = &modules->list[i];
		char *path = xasprintf("%s/%s", JOB_MODULES, module->name);

		tree_add_data(tree, path, module->data, module->size, 0600);
		free(path);
	}
}

/* Who is who, for init's --user and for programs; NSS modules are not there. */
static void add_names(struct tree *tree)
{
	static const char *const names[][2] = {
		{ "/etc/passwd", "root:x:0:0:root:/root:/bin/sh\n" },
		{ "/etc/group", "root:x:0:\n" },
		{ "/etc/hosts", "127.0.0.1 localhost\n::1 localhost\n" },
	};
	static const char nsswitch[] = "passwd: files\ngroup: files\nshadow: files\nhosts: files\n";

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!tree_mirror(tree, names[i][0]))
			tree_add_data(tree, names[i][0], names[i][1], strlen(names[i][1]), 0644);
	tree_add_data(tree, "/etc/nsswitch.conf", nsswitch, sizeof(nsswitch) - 1, 0644);
}

/* For what draws on it, terminfo(5). */
static void add_terminal(struct tree *tree, const struct command *command)
{
	static const char *const folders[] = { "/etc", "/lib", "/usr/share" };
	const char *name = job_variable(command, "TERM");

	if (!command->terminal || !name || !*name || strchr(name, '/'))
		return;
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		char *path = xasprintf("%s/terminfo/%c/%s", folders[i], name[0], name);

		tree_mirror(tree, path);
		free(path);
	}
}

static bool is_guests(const struct tree_entry *entry)
{
	Elf64_Ehdr init;

	memcpy(&init, guest_init, sizeof(init));
	return entry->needs && entry->needs->kind == NEEDS_ELF &&
	       entry->needs->machine == init.e_machine;
}

/* A shell and what scripts call, by those names that are free. One that is damaged is no shell. */
static void add_busybox(struct closure *c)
{
	static const char applets[][12] = {
		"ash",	    "awk",	"basename", "cat",    "chmod",	   "chown",    "clear",
		"cp",	    "cut",	"date",	    "dd",     "df",	   "dirname",  "dmesg",
		"du",	    "echo",	"env",	    "expr",   "false",	   "find",     "free",
		"grep",	    "gunzip",	"gzip",	    "head",   "hexdump",   "hostname", "id",
		"ifconfig", "ip",	"kill",	    "ln",     "ls",	   "lsmod",    "md5sum",
		"mkdir",    "mknod",	"more",	    "mount",  "mv",	   "od",       "pidof",
		"ping",	    "printf",	"ps",	    "pwd",    "readlink",  "reset",    "rm",
		"rmdir",    "sed",	"seq",	    "sh",     "sha256sum", "sleep",    "sort",
		"stat",	    "stty",	"sync",	    "tail",   "tar",	   "tee",      "test",
		"time",	    "timeout",	"touch",    "tr",     "true",	   "umount",   "uname",
		"uniq",	    "uptime",	"vi",	    "wc",     "which",	   "whoami",   "xargs",
		"yes",	    "poweroff", "reboot",   "chroot", "cmp",	   "diff",     "insmod",
		"killall",  "less",	"mkfifo",   "mktemp", "nproc",	   "realpath", "rmmod",
		"setsid",   "sysctl",	"taskset",  "top",    "tty",	   "watch",
	};
	struct tree_entry *busybox = closure_find(c, "busybox");
	struct error ignored;

	if (!busybox || closure_add(c, busybox, &ignored) || !is_guests(busybox))
		return;
	for (size_t i = 0; i < sizeof(applets) / sizeof(applets[0]); i++) {
		char *path = xasprintf("/bin/%s", applets[i]);

		tree_add_link(c->tree, path, busybox->path);
		free(path);
	}
}

/*
 * The command, what it and the user's files need, and a shell. A command that is not here may be in
 * the user's initrd: init says when it is not there either.
 */
static int add_programs(struct tree *tree, const struct command *command, const char *path,
			struct error *err)
{
	struct closure c = { .tree = tree, .path = path };
	struct tree_entry *program;
	int ret;

	c.chdir = command->chdir ? command->chdir : "/";
	libraries_open(&c.libraries, tree, job_variable(command, "LD_LIBRARY_PATH"));
	program = closure_find(&c, command->argv[0]);
	ret = (program && closure_add(&c, program, err)) || user_files_close(&c, command, err);
	if (!ret)
		add_busybox(&c);
	libraries_close(&c.libraries);
	return ret ? -1 : 0;
}

/* Init first, then the user's, to stay where another wants the same path. */
static int fill_tree(struct tree *tree, const struct command *command,
		     const struct modules *modules, const char *path, struct error *err)
{
	int ret;

	add_modules(tree, modules);
	tree_add_data(tree, "/init", guest_init, guest_init_size, 0755);
	if (!command->root)
		add_base_links(tree);
	if (user_files_add(tree, command, err))
		return -1;
	ret = command->root ? 0 : add_programs(tree, command, path, err);
	if (!command->root) {
		add_names(tree);
		add_terminal(tree, command);
	}
	add_base(tree);
	return ret;
}

/* What the archive's name is made of, whether it may be kept by that, and what it unpacks to. */
struct naming {
	struct cache *cache;
	time_t start;
	bool racy;
	uint64_t unpacked;
};

static void hash_text(struct cache *cache, const char *text)
{
	if (text)
		cache_hash(cache, text, strlen(text));
	cache_hash(cache, "", 1);
}

static void name_entry(const struct tree_entry *entry, void *naming)
{
	const struct stat *st = &entry->st;
	struct naming *n = naming;
	const int64_t facts[] = {
		st->st_mode,	     st->st_uid,	 st->st_gid,	      st->st_rdev,
		st->st_size,	     st->st_dev,	 st->st_ino,	      st->st_mtim.tv_sec,
		st->st_mtim.tv_nsec, st->st_ctim.tv_sec, st->st_ctim.tv_nsec,
	};

	cache_hash(n->cache, facts, sizeof(facts));
	hash_text(n->cache, entry->path);
	hash_text(n->cache, entry->host);
	hash_text(n->cache, entry->target);
	if (entry->data)
		cache_hash(n->cache, entry->data, st->st_size);
	n->unpacked += INODE + (S_ISREG(st->st_mode) ? (st->st_size + PAGE - 1) & ~(PAGE - 1) : 0);
	n->racy |= entry->host && st->st_ctim.tv_sec >= n->start - RACY_SECONDS;
}

static int make_in(int fd, const struct tree *tree, struct error *err)
{
	if (fd < 0)
		return error_errno(err, "the command's archive: memfd_create");
	if (!pack_write(tree, fd, err))
		return fd;
	close(fd);
	return -1;
}

/* A cache that cannot take it (no right, no room) is done without. */
static int make_archive(const struct cache *cache, const struct tree *tree, const char *name,
			struct error *err)
{
	int fd = name ? cache_create(cache) : -1;

	if (fd >= 0 && make_in(fd, tree, err) >= 0) {
		cache_keep(cache, fd, name);
		return fd;
	}
	if (fd >= 0 && !err->contention)
		return -1;
	return make_in(memfd_create("initrd", MFD_CLOEXEC), tree, err);
}

static int find_archive(const struct cache *cache, const char *name)
{
	int fd = cache_find(cache, name);

	if (fd < 0 || pack_is_whole(fd))
		return fd;
	close(fd);
	cache_forget(cache, name);
	return -1;
}

static int open_archive(const struct tree *tree, struct boot *boot, struct error *err)
{
	struct cache cache;
	struct naming naming = { .cache = &cache, .start = time(NULL) };
	char name[CACHE_NAME_SIZE];
	struct file file;
	int fd = -1;

	cache_open(&cache);
	hash_text(&cache, NUMAVM_VERSION);
	tree_walk(tree, name_entry, &naming);
	if (cache.folder >= 0) {
		cache_name(&cache, CACHE_INITRD, name);
		fd = find_archive(&cache, name);
	} else {
		naming.racy = true;
	}
	if (fd < 0)
		fd = make_archive(&cache, tree, naming.racy ? NULL : name, err);
	cache_close(&cache);
	if (fd < 0 || file_from_fd(&file, fd, "of the command", err))
		return -1;
	boot_add(boot, &file);
	boot->unpacked = naming.unpacked;
	return 0;
}

int initramfs_open(const struct command *command, const struct modules *modules, struct boot *boot,
		   struct error *err)
{
	char *path = job_path(command);
	struct tree tree = { 0 };
	struct file job;
	int ret = fill_tree(&tree, command, modules, path, err) || open_archive(&tree, boot, err) ||
		  job_open(command, modules, &job, err);

	tree_free(&tree);
	free(path);
	if (ret)
		return -1;
	boot_add(boot, &job);
	return 0;
}
