/* SPDX-License-Identifier: MIT */
/* The Check suites, one a file test_NAME.c; the build lists them and main.c runs them all. */
#ifndef TESTS_UNIT_SUITES_H
#define TESTS_UNIT_SUITES_H

#include <check.h>

#define SUITE(name) Suite *name##_suite(void);
#include "suites.inc"
#undef SUITE

#endif
