// SPDX-License-Identifier: MIT
/* The release of kernels that are files of one segment, as this architecture takes them. */
#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "arch/arch.h"
#include "arch/kernel_release.h"
#include "mem/xalloc.h"
#include "tests/unit/suites.h"
#include "tests/unit/support.h"

#define SIZE (3 * MIB + 1000)
#define BANNER "Linux version 6.1.0-49-test (builder@host) (gcc-12"

static bool is_arm64(void)
{
	return !strcmp(arch_name, "aarch64");
}

/* An ELF file or an Image, all of it loaded. To be freed. */
static uint8_t *make_kernel(void)
{
	uint8_t *bytes = xcalloc(1, SIZE);
	Elf64_Ehdr *header = (void *)bytes;
	Elf64_Phdr *program = (void *)(header + 1);

	if (is_arm64()) {
		memcpy(bytes + 56, "ARM\x64", 4);
		bytes[18] = 0x40; /* image_size: 4 MiB */
		return bytes;
	}
	*header = (Elf64_Ehdr){
		.e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
		.e_type = ET_EXEC,
		.e_machine = EM_X86_64,
		.e_phoff = sizeof(*header),
		.e_phentsize = sizeof(*program),
		.e_phnum = 1,
	};
	*program = (Elf64_Phdr){
		.p_type = PT_LOAD, .p_paddr = 16 * MIB, .p_filesz = SIZE, .p_memsz = SIZE
	};
	return bytes;
}

static char *put_file(const void *bytes, size_t size)
{
	char *path = xasprintf("%s/release-%d", scratch_dir, getpid());
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	ck_assert_int_eq(write(fd, bytes, size), size);
	close(fd);
	return path;
}

/* What it says of the file with these bytes: the release, or the message. */
static const char *release_of(const void *bytes, size_t size)
{
	static char text[1000];
	char *path = put_file(bytes, size);
	char release[KERNEL_RELEASE_SIZE];
	struct boot boot = { .cmdline = "" };
	struct error err = { 0 };

	ck_assert_msg(!boot_open(&boot, path, NULL, &err), "%s", err.text);
	if (kernel_release(&boot, release, &err))
		ck_assert_msg(strstr(err.text, path) != NULL, "%s", err.text);
	snprintf(text, sizeof(text), "%s", err.text[0] ? err.text : release);
	boot_close(&boot);
	unlink(path);
	free(path);
	return text;
}

/* At the places where a chunk of the scan ends, too. */
static const size_t places[] = { 4096, MIB - 200, MIB - 60, MIB - 20, MIB - 1, MIB, 2 * MIB - 100 };

START_TEST(banner_is_found)
{
	uint8_t *bytes = make_kernel();

	strcpy((char *)bytes + 2000, "Linux version %s (%s)");
	strcpy((char *)bytes + 2100, "Linux version 6.1\n");
	for (int i = 0; i < 300; i++) {
		strcpy((char *)bytes + places[_i] + i, BANNER);
		ck_assert_str_eq(release_of(bytes, SIZE), "6.1.0-49-test");
		memset(bytes + places[_i] + i, 0, sizeof(BANNER));
	}
	free(bytes);
}
END_TEST

START_TEST(no_banner_is_refused)
{
	uint8_t *bytes = make_kernel();
	char *at = (char *)bytes + 5000;

	ck_assert_ptr_nonnull(strstr(release_of(bytes, SIZE),
				     "there is no \"Linux version ...\" in "
				     "it: it is no Linux, or damaged"));
	/* 64 characters are the most. */
	memset(at, '6', 200);
	memcpy(at, "Linux version ", 14);
	at[14 + 65] = ' ';
	ck_assert_ptr_nonnull(strstr(release_of(bytes, SIZE), "it is no Linux"));
	at[14 + 64] = ' ';
	ck_assert_uint_eq(strlen(release_of(bytes, SIZE)), 64);
	/* As the file's last bytes. */
	memset(at, 0, 200);
	memcpy(bytes + SIZE - 17, "Linux version 6.1", 17);
	ck_assert_ptr_nonnull(strstr(release_of(bytes, SIZE), "it is no Linux"));
	free(bytes);
}
END_TEST

static unsigned int kept_at(const char *cache)
{
	char *command = xasprintf("ls %s/numavm | wc -l", cache);
	FILE *pipe = popen(command, "r");
	unsigned int nr = 99;

	ck_assert_int_eq(fscanf(pipe, "%u", &nr), 1);
	pclose(pipe);
	free(command);
	return nr;
}

/* As a whole, which is an Image.gz; and kept for the run that follows. */
START_TEST(compressed_is_unpacked_once)
{
	uint8_t *bytes = make_kernel(), *packed = xcalloc(1, SIZE);
	z_stream z = { .next_in = bytes, .avail_in = SIZE, .next_out = packed, .avail_out = SIZE };
	char *cache = xasprintf("%s/release-cache", scratch_dir);

	ck_assert_int_eq(mkdir(cache, 0700), 0);
	setenv("XDG_CACHE_HOME", cache, 1);
	strcpy((char *)bytes + MIB, BANNER);
	ck_assert_int_eq(deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	ck_assert_int_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
	ck_assert_str_eq(release_of(packed, z.total_out), "6.1.0-49-test");
	ck_assert_uint_eq(kept_at(cache), 1);
	ck_assert_str_eq(release_of(packed, z.total_out), "6.1.0-49-test");
	ck_assert_uint_eq(kept_at(cache), 1);
	deflateEnd(&z);
	free(cache);
	free(packed);
	free(bytes);
}
END_TEST

/* Documentation/arch/x86/boot.rst: kernel_version is at 0x20e, and counts from 0x200. */
static void make_bzimage(uint8_t image[8192])
{
	memset(image, 0, 8192);
	image[0x1f1] = 4; /* setup_sects */
	image[0x1f4] = (8192 - 2560) / 16 & 0xff; /* syssize */
	image[0x1f5] = (8192 - 2560) / 16 >> 8;
	memcpy(image + 0x1fe, "\x55\xaa\xeb\x6a", 4);
	memcpy(image + 0x202, "HdrS\x0f\x02", 6);
	image[0x20f] = 0x04; /* kernel_version: 0x400, at 0x600 */
	image[0x236] = 1; /* xloadflags */
	image[0x24c] = 100; /* payload_length */
	image[0x25b] = 1; /* pref_address: 16 MiB */
	strcpy((char *)image + 0x600, "6.12.1-bz (builder@host) #1 SMP");
}

START_TEST(header_of_bzimage_is_read)
{
	uint8_t image[8192];

	make_bzimage(image);
	ck_assert_str_eq(release_of(image, sizeof(image)), "6.12.1-bz");
	image[0x600 + 9] = '\0';
	ck_assert_str_eq(release_of(image, sizeof(image)), "6.12.1-bz");
	image[0x600] = 'v';
	ck_assert_ptr_nonnull(
		strstr(release_of(image, sizeof(image)), "does not say which version"));
	memset(image + 0x20e, 0, 2);
	ck_assert_ptr_nonnull(
		strstr(release_of(image, sizeof(image)), "does not say which version"));
	memset(image + 0x20e, 0xff, 2);
	ck_assert_ptr_nonnull(
		strstr(release_of(image, sizeof(image)), "does not say which version"));
}
END_TEST

Suite *kernel_release_suite(void)
{
	Suite *s = suite_create("kernel_release");
	TCase *tc = tcase_create("kernel_release");

	tcase_set_timeout(tc, 60); /* in a simulated host */
	tcase_add_loop_test(tc, banner_is_found, 0, COUNT(places));
	tcase_add_test(tc, no_banner_is_refused);
	if (is_arm64())
		tcase_add_test(tc, compressed_is_unpacked_once);
	else
		tcase_add_test(tc, header_of_bzimage_is_read);
	suite_add_tcase(s, tc);
	return s;
}
