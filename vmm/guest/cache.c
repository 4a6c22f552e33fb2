// SPDX-License-Identifier: MIT
#include "vmm/guest/cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mem/xalloc.h"

#define MAX_KEPT (1ULL << 30) /* of all files: about 20 stock kernels */
#define KEY_NAME ".key"

/* The folder's path, to be freed, and its parent made; NULL without an absolute one. */
static char *make_path(void)
{
	const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	char *parent, *path;

	if (cache && cache[0] == '/')
		parent = xstrdup(cache);
	else if (home && home[0] == '/')
		parent = xasprintf("%s/.cache", home);
	else
		return NULL;
	mkdir(parent, 0700);
	path = xasprintf("%s/numavm", parent);
	free(parent);
	return path;
}

static bool is_ours(int fd, mode_t type, struct stat *st)
{
	return !fstat(fd, st) && (st->st_mode & S_IFMT) == type && st->st_uid == geteuid() &&
	       !(st->st_mode & (S_IRWXG | S_IRWXO));
}

/* Once for each folder: a run opens it for its kernel and for its command. */
static void refuse_folder(const char *path)
{
	static char *told;

	if (told && !strcmp(told, path))
		return;
	free(told);
	told = xstrdup(path);
	fprintf(stderr,
		"numavm: warning: kernels are not kept in %s: it is to be a folder of this user "
		"and closed to others: remove it, or give it mode 700\n",
		path);
}

/* A folder that cannot be made or read, in a container or on a read-only disk, is done without. */
static int open_folder(const char *path)
{
	struct stat st;
	int fd;

	mkdir(path, 0700);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0 ? is_ours(fd, S_IFDIR, &st) : errno != ENOTDIR)
		return fd;
	refuse_folder(path);
	if (fd >= 0)
		close(fd);
	return -1;
}

/* For reading. What others may have put there or can change is removed. */
static int open_ours(int folder, const char *name)
{
	/* A FIFO must not hold us up. */
	int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;

	if (fd >= 0 && is_ours(fd, S_IFREG, &st) && st.st_nlink == 1 && st.st_size)
		return fd;
	if (fd >= 0)
		close(fd);
	if (fd >= 0 || errno == ELOOP || errno == EACCES || errno == ENXIO)
		unlinkat(folder, name, 0);
	return -1;
}

static int link_name(int folder, int fd, const char *name)
{
	char from[64];

	snprintf(from, sizeof(from), "/proc/self/fd/%d", fd);
	return linkat(AT_FDCWD, from, folder, name, AT_SYMLINK_FOLLOW);
}

static bool load_key(const struct cache *cache, uint8_t key[UMAC_KEY_SIZE])
{
	int fd = open_ours(cache->folder, KEY_NAME);
	bool ok = fd >= 0 && read(fd, key, UMAC_KEY_SIZE) == UMAC_KEY_SIZE;

	if (fd < 0)
		return false;
	close(fd);
	if (!ok)
		unlinkat(cache->folder, KEY_NAME, 0);
	return ok;
}

/* Fails when another run was faster, whose key it is then. */
static bool make_key(const struct cache *cache, uint8_t key[UMAC_KEY_SIZE])
{
	int fd = cache_create(cache);
	bool ok = fd >= 0 && getrandom(key, UMAC_KEY_SIZE, 0) == UMAC_KEY_SIZE &&
		  write(fd, key, UMAC_KEY_SIZE) == UMAC_KEY_SIZE &&
		  !link_name(cache->folder, fd, KEY_NAME);

	if (fd >= 0)
		close(fd);
	return ok;
}

void cache_open(struct cache *cache)
{
	char *path = make_path();
	uint8_t key[UMAC_KEY_SIZE];

	cache->folder = path ? open_folder(path) : -1;
	free(path);
	if (cache->folder < 0)
		return;
	if (load_key(cache, key) || make_key(cache, key) || load_key(cache, key))
		umac128_set_key(&cache->hash, key);
	else
		cache_close(cache);
}

void cache_close(struct cache *cache)
{
	if (cache->folder >= 0)
		close(cache->folder);
	cache->folder = -1;
}

void cache_hash(struct cache *cache, const void *data, size_t size)
{
	if (cache->folder >= 0)
		umac128_update(&cache->hash, size, data);
}

/* The nonce stays the same, since the same bytes must have the same name. */
void cache_name(struct cache *cache, const char *kind, char name[CACHE_NAME_SIZE])
{
	static const uint8_t nonce[AES_BLOCK_SIZE];
	uint8_t digest[UMAC128_DIGEST_SIZE];

	umac128_set_nonce(&cache->hash, sizeof(nonce), nonce);
	umac128_digest(&cache->hash, sizeof(digest), digest);
	for (unsigned int i = 0; i < sizeof(digest); i++)
		sprintf(name + 2 * i, "%02x", digest[i]);
	strcat(name, kind);
}

int cache_find(const struct cache *cache, const char *name)
{
	int fd = open_ours(cache->folder, name);

	if (fd >= 0)
		futimens(fd, NULL);
	return fd;
}

int cache_create(const struct cache *cache)
{
	return openat(cache->folder, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
}

static bool is_kept(const char *name)
{
	size_t digits = strspn(name, "0123456789abcdef");

	return digits == 2 * UMAC128_DIGEST_SIZE &&
	       (!strcmp(name + digits, CACHE_KERNEL) || !strcmp(name + digits, CACHE_INITRD));
}

/* The size of all that is kept, and the name of what was used longest ago. */
static uint64_t sum_kept(DIR *dir, char oldest[CACHE_NAME_SIZE])
{
	double since = INFINITY, used;
	const struct dirent *entry;
	uint64_t total = 0;
	struct stat st;

	rewinddir(dir);
	while ((entry = readdir(dir))) {
		if (!is_kept(entry->d_name) ||
		    fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW))
			continue;
		total += st.st_size;
		used = st.st_mtim.tv_sec + st.st_mtim.tv_nsec / 1e9;
		if (used < since) {
			since = used;
			memcpy(oldest, entry->d_name, CACHE_NAME_SIZE);
		}
	}
	return total;
}

/* A run that uses what is removed goes on with it, for it is open there. */
static void remove_oldest(const struct cache *cache)
{
	int fd = openat(cache->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	char oldest[CACHE_NAME_SIZE];

	if (!dir)
		return;
	while (sum_kept(dir, oldest) > MAX_KEPT && !unlinkat(cache->folder, oldest, 0))
		;
	closedir(dir);
}

/* Losing a race against another run is as good. */
void cache_keep(const struct cache *cache, int fd, const char *name)
{
	if (fsync(fd))
		return;
	if (!link_name(cache->folder, fd, name))
		remove_oldest(cache);
	else if (errno != EEXIST)
		fprintf(stderr, "numavm: cannot keep %s in the cache: %s\n", name, strerror(errno));
}

void cache_forget(const struct cache *cache, const char *name)
{
	unlinkat(cache->folder, name, 0);
}
