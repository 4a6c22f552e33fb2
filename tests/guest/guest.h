/* SPDX-License-Identifier: MIT */
/*
 * What the tiny guests of every architecture share. A guest is one file with a guest_main();
 * returning from it powers off. Kernel-mode code may be emulated instruction by instruction where
 * the host's KVM has no hardware below it, so whatever is here keeps to plain instructions and to
 * few of them. What the machine itself is made of is in the architecture's machine.h, which
 * also has pause(), read8() to read64() and write8() to write64(), accesses that the compiler
 * neither widens, nor repeats, nor leaves out, uart_in() and uart_out() for the serial port's
 * registers, UNCLAIMED, addresses where nothing is, and MAY_BE_UNALIGNED, whether an access may be.
 */
#ifndef GUEST_H
#define GUEST_H

#include <stddef.h>
#include <stdint.h>

/* The 16550's registers. */
#define UART_DATA 0
#define UART_IER 1
#define UART_IIR 2
#define UART_FCR 2
#define UART_LCR 3
#define UART_MCR 4
#define UART_LSR 5
#define UART_MSR 6
#define UART_SCRATCH 7
#define UART_IER_RDI 0x01
#define UART_IER_THRI 0x02
#define UART_LSR_DR 0x01
#define UART_LSR_THRE 0x20

#include "machine.h"

void guest_main(void); /* each guest has its own */

/*
 * Which serial port is meant from now on: the console's, which is 0, or the second. Returns 0, and
 * stays where it is, when the machine has no such port.
 */
int uart_select(unsigned int port);

/* Printing: waits for the transmitter as a driver does. Reading: waits for the receiver. */
void put_byte(char c);
void put(const char *text);
void put_number(uint64_t value);
void put_hex(uint64_t value);
char get_byte(void);

/*
 * Prints "failed: WHAT 0xVALUE" and crashes the machine, so that a failure shows in the exit
 * status too.
 */
_Noreturn void fail(const char *what, uint64_t value);

/*
 * The ways out, the architecture's own: the firmware's power-off, a halt with interrupts off, and
 * a fault that the host's KVM has no answer to.
 */
_Noreturn void power_off(void);
_Noreturn void halt(void);
_Noreturn void crash(void);

/*
 * Frames, vmm/guest/frame.h, of a run with FRAMES_KEY: over the second serial port or over the fast
 * port, after a byte to the other one. Receiving waits for a frame and returns its kind, with up to
 * 64 bytes of payload in @payload, *@length of them.
 */
#define FRAMES_KEY 0x1234abcd
extern uint32_t frames_key; /* that, until a guest sets another */
void frames_open(int fast);
void frames_send(unsigned int kind, unsigned int stream, const void *payload, unsigned int length);
void frames_lose(void); /* one that is never sent */
void frames_repeat(void); /* the same bytes again, which takes no sum */
unsigned int frames_receive(void *payload, unsigned int *length);

/* Random numbers, the same at every run, and accesses at random to @address, of any width; only
 * bits of @mask are set in any byte that is written. */
uint64_t random(void);
void memory_access(uint64_t address, uint8_t mask);
#define STORM_ROUNDS 250

/* What the firmware says of memory, item by item from 0; 0 when there is no such item. No two RAM
 * ranges touch. */
int ram_range(unsigned int i, uint64_t *start, uint64_t *size);
/* The start of a part of a node's memory. */
int node_memory(unsigned int i, uint64_t *start);
/* Where the 8 bytes at @gpa can be had, until the next call. */
uint64_t reach(uint64_t gpa);

/*
 * Has the interrupt of the serial port that is meant delivered to @handler on this CPU; no more
 * when it is masked.
 */
void serial_interrupt(void (*handler)(void));
void serial_interrupt_mask(void);

/* Goes on after an NMI, as a kernel does; where there are none, nothing. Instead of the above. */
void ignore_nmi(void);

#endif
