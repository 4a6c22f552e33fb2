// SPDX-License-Identifier: MIT
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "vmm/guest/init/text.h"
#include "vmm/guest/init/user.h"

enum { NAME, PASSWORD, ID, GROUP, COMMENT, HOME, FIELDS };
#define MEMBERS GROUP /* of group(5) */

/* Cuts the next line of @at into fields, and returns where the one after it begins, or NULL. */
static char *next_line(char *at, const char *fields[FIELDS])
{
	char *end = strchr(at, '\n'), *colon;
	int i;

	if (end)
		*end = '\0';
	for (i = 0; i < FIELDS; i++) {
		fields[i] = at;
		colon = strchr(at, ':');
		at = colon ? colon + 1 : at + strlen(at);
		if (colon)
			*colon = '\0';
	}
	return end ? end + 1 : NULL;
}

static bool is_number(const char *text, unsigned int *number)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	*number = value;
	return *text >= '0' && *text <= '9' && !*end && value < ~0U;
}

static bool is_member(const char *members, const char *name)
{
	size_t length = strlen(name);

	for (;;) {
		if (strncmp(members, name, length) == 0 && strchr(",", members[length]))
			return true;
		members = strchr(members, ',');
		if (!members++)
			return false;
	}
}

static bool find_entry(struct user *user, const char *who, char name[static TEXT_SIZE])
{
	const char *fields[FIELDS];
	size_t size;
	char *at = text_read("/etc/passwd", &size);

	while (at) {
		at = next_line(at, fields);
		if ((strcmp(fields[NAME], who) && strcmp(fields[ID], who)) || !*who)
			continue;
		strncpy(name, fields[NAME], TEXT_SIZE - 1);
		user->home = *fields[HOME] ? fields[HOME] : "/";
		return is_number(fields[ID], &user->uid) && is_number(fields[GROUP], &user->gid);
	}
	return false;
}

static void find_groups(struct user *user, const char *name)
{
	const char *fields[FIELDS];
	size_t size;
	char *at = text_read("/etc/group", &size);

	while (at && user->nr_groups < USER_GROUPS) {
		at = next_line(at, fields);
		if (is_member(fields[MEMBERS], name) &&
		    is_number(fields[ID], &user->groups[user->nr_groups]))
			user->nr_groups++;
	}
}

static bool find_group(struct user *user, const char *group)
{
	const char *fields[FIELDS];
	size_t size;
	char *at = text_read("/etc/group", &size);

	if (is_number(group, &user->gid))
		return true;
	while (at) {
		at = next_line(at, fields);
		if (*group && strcmp(fields[NAME], group) == 0)
			return is_number(fields[ID], &user->gid);
	}
	return false;
}

const char *user_find(struct user *user, const char *spec)
{
	char who[TEXT_SIZE] = "", name[TEXT_SIZE] = "", *colon;

	*user = (struct user){ .home = "/" };
	if (spec)
		strncpy(who, spec, sizeof(who) - 1);
	else
		strcpy(who, "0");
	colon = strchr(who, ':');
	if (colon)
		*colon++ = '\0';
	if (find_entry(user, who, name))
		find_groups(user, name);
	else if (is_number(who, &user->uid))
		user->gid = user->uid;
	else
		return text_join("user ", who,
				 ": not in the guest's /etc/passwd: add it, or name a UID");
	if (!colon)
		return NULL;
	user->nr_groups = 0;
	return find_group(user, colon)
		       ? NULL
		       : text_join("group ", colon, ": not in the guest's /etc/group");
}
