/* SPDX-License-Identifier: MIT */
/*
 * Text that others made, a guest or a file, on its way to a terminal or into JSON. Called by
 * whatever prints it.
 */
#ifndef MEM_TEXT_H
#define MEM_TEXT_H

#include <stdio.h>

/*
 * Puts a "?" in place of each control character in @text, C1 (U+0080 to U+009F) among them, which
 * terminals obey as they do escape sequences, and of each byte that is no UTF-8.
 */
void text_clean(char *text);

/* Puts a "?" in place of each byte of @text that is no UTF-8 (RFC 3629). */
void text_make_utf8(char *text);

/* Prints @json with DEL and C1 escaped, which JSON (RFC 8259, 7) allows in strings as they are. */
void text_print_json(const char *json, FILE *file);

#endif
