// SPDX-License-Identifier: MIT
#include "arch/acpi/aml.h"

#include <string.h>

#define AML_NAME 0x08
#define AML_BYTE 0x0a
#define AML_WORD 0x0b
#define AML_DWORD 0x0c
#define AML_STRING 0x0d
#define AML_SCOPE 0x10
#define AML_BUFFER 0x11
#define AML_PACKAGE 0x12
#define AML_EXT 0x5b
#define AML_EXT_DEVICE 0x82

void aml_add_integer(struct blob *blob, uint32_t value)
{
	unsigned int bytes = value <= 0xff ? 1 : value <= 0xffff ? 2 : 4;

	blob_add_u8(blob, bytes == 1 ? AML_BYTE : bytes == 2 ? AML_WORD : AML_DWORD);
	blob_add_le(blob, value, bytes);
}

void aml_add_name(struct blob *blob, const char *name)
{
	blob_add_u8(blob, AML_NAME);
	blob_add(blob, name, 4);
}

void aml_name_integer(struct blob *blob, const char *name, uint32_t value)
{
	aml_add_name(blob, name);
	aml_add_integer(blob, value);
}

void aml_name_string(struct blob *blob, const char *name, const char *text)
{
	aml_add_name(blob, name);
	blob_add_u8(blob, AML_STRING);
	blob_add(blob, text, strlen(text) + 1);
}

void aml_name_buffer(struct blob *blob, const char *name, const void *data, size_t size)
{
	size_t start;

	aml_add_name(blob, name);
	start = blob_add_u8(blob, AML_BUFFER) + 1;
	aml_add_integer(blob, size);
	blob_add(blob, data, size);
	aml_end(blob, start);
}

size_t aml_begin_device(struct blob *blob, const char *name)
{
	blob_add(blob, (uint8_t[]){ AML_EXT, AML_EXT_DEVICE }, 2);
	return blob_add(blob, name, 4);
}

size_t aml_begin_scope(struct blob *blob, const char *path)
{
	blob_add_u8(blob, AML_SCOPE);
	return blob_add(blob, path, strlen(path));
}

size_t aml_begin_package(struct blob *blob, uint8_t nr)
{
	blob_add_u8(blob, AML_PACKAGE);
	return blob_add_u8(blob, nr);
}

/*
 * Puts the PkgLength of what was appended since @start in front of it; it counts itself.
 * ACPI 6.5 20.2.4: one byte up to 63, else a nibble and 1 to 3 bytes.
 */
void aml_end(struct blob *blob, size_t start)
{
	size_t length = blob->size - start;
	uint8_t encoded[4];
	unsigned int extra = 0;

	if (length + 1 <= 0x3f) {
		encoded[0] = length + 1;
	} else {
		for (extra = 1; length + 1 + extra >= 1UL << (4 + 8 * extra);)
			extra++;
		length += 1 + extra;
		encoded[0] = extra << 6 | (length & 0xf);
		for (unsigned int i = 0; i < extra; i++)
			encoded[1 + i] = length >> (4 + 8 * i);
	}
	blob_insert(blob, start, encoded, 1 + extra);
}
