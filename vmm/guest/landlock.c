// SPDX-License-Identifier: MIT
#include "vmm/guest/landlock.h"

#include <linux/landlock.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#define TRUNCATE (1ULL << 14) /* LANDLOCK_ACCESS_FS_TRUNCATE, from version 3 on */

/* As newer headers have it; what is longer than the kernel's is right when it is 0. */
struct ruleset {
	uint64_t files, net, scoped;
};

static const uint64_t writing = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_FILE |
				LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
				LANDLOCK_ACCESS_FS_MAKE_SYM | TRUNCATE;

void landlock_enter(const int *folders, unsigned int nr)
{
	static const unsigned char bits[] = { 0, 13, 14, 15, 15, 16 }; /* of files, by version */
	long version =
		syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	struct ruleset set = {
		.net = version >= 4 ? 3 : 0, /* bind and connect by TCP */
		.scoped = version >= 6 ? 3 : 0, /* abstract sockets, signals to others */
	};
	int fd;

	if (version < 1)
		return;
	set.files = (1U << bits[version < 5 ? version : 5]) - 1;
	fd = syscall(SYS_landlock_create_ruleset, &set, sizeof(set), 0);
	if (fd < 0)
		return;
	for (unsigned int i = 0; i < nr; i++) {
		const struct landlock_path_beneath_attr below = { writing & set.files, folders[i] };

		syscall(SYS_landlock_add_rule, fd, LANDLOCK_RULE_PATH_BENEATH, &below, 0);
	}
	syscall(SYS_landlock_restrict_self, fd, 0);
	close(fd);
}
