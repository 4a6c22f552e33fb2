/* SPDX-License-Identifier: MIT */
/*
 * A 16550A UART. The arch puts it on a bus; what the guest sends goes to a function of the port's
 * user (run.c: the console), what it is to receive comes in through serial_receive(). Its lock is
 * held for moments only: a byte is sent without it. Its system calls are those of arch_irq().
 * Source: National Semiconductor PC16550D data sheet.
 */
#ifndef VMM_DEVICES_SERIAL_H
#define VMM_DEVICES_SERIAL_H

#include <pthread.h>
#include <stddef.h>

#include "vmm/devices/bus.h"

#define SERIAL_FIFO 16
#define SERIAL_REGISTERS 8

/* The world around the port; called with the port's lock held, but for send. */
struct serial_ops {
	void (*send)(void *opaque, uint8_t byte); /* may block; the guest's byte waits with it */
	void (*room)(void *opaque); /* a receiver that was full has room, once the lock is free */
};

struct serial {
	struct bus_device device;
	const struct serial_ops *ops; /* the port's user's, there before serial_init() */
	void *opaque;
	struct irq_line irq;
	pthread_mutex_t lock;

	uint8_t regs[SERIAL_REGISTERS]; /* as last written: IER, FCR, LCR, MCR, SCR */
	uint8_t divisor[2]; /* DLL and DLM */
	bool thr_empty; /* and not yet seen in IIR */
	bool overrun;
	bool irq_level;
	uint8_t fifo[SERIAL_FIFO];
	unsigned int head, count;
};

/* @serial is zeroed but for ops and opaque; @base is the bus address of its first register. */
void serial_init(struct serial *serial, uint64_t base, struct irq_line irq);

/*
 * Hands @size bytes to the receiver and returns how many it took; ops->room() tells of more room.
 * Does not wait for a byte that is being sent.
 */
size_t serial_receive(struct serial *serial, const uint8_t *data, size_t size);

#endif
