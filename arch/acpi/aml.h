/* SPDX-License-Identifier: MIT */
/*
 * AML, ACPI 6.5 chapter 20: encoders for the objects of a DSDT, which an architecture's
 * dsdt.c puts together. Names are of four characters. Pure.
 */
#ifndef ARCH_ACPI_AML_H
#define ARCH_ACPI_AML_H

#include "arch/blob.h"

/* The shortest integer that holds @value; ACPI 6.5 20.2.3. */
void aml_add_integer(struct blob *blob, uint32_t value);

/* Name (@name, ...): the object is what is appended next. */
void aml_add_name(struct blob *blob, const char *name);

/* Name (@name, @value), of an integer, of a string and of a buffer. */
void aml_name_integer(struct blob *blob, const char *name, uint32_t value);
void aml_name_string(struct blob *blob, const char *name, const char *text);
void aml_name_buffer(struct blob *blob, const char *name, const void *data, size_t size);

/*
 * Device (@name), Scope (@path) and Package () of @nr elements: each holds what is appended until
 * aml_end(), which takes what these return.
 */
size_t aml_begin_device(struct blob *blob, const char *name);
size_t aml_begin_scope(struct blob *blob, const char *path);
size_t aml_begin_package(struct blob *blob, uint8_t nr);
void aml_end(struct blob *blob, size_t start);

#endif
