// SPDX-License-Identifier: MIT
#include "vmm/devices/serial.h"

#include <assert.h>

enum {
	REG_DATA = 0, /* RBR, THR; with DLAB DLL */
	REG_IER = 1, /* with DLAB DLM */
	REG_IIR = 2, /* FCR when written */
	REG_LCR = 3,
	REG_MCR = 4,
	REG_LSR = 5,
	REG_MSR = 6,
	REG_SCR = 7,
};

#define IER_RX 0x01
#define IER_THR_EMPTY 0x02
#define IER_LINE_STATUS 0x04
#define IIR_NONE 0x01
#define IIR_THR_EMPTY 0x02
#define IIR_RX 0x04
#define IIR_LINE_STATUS 0x06
#define IIR_RX_TIMEOUT 0x0c
#define IIR_FIFOS 0xc0
#define FCR_ENABLE 0x01
#define FCR_CLEAR_RX 0x02
#define LCR_DLAB 0x80
#define MCR_DTR 0x01
#define MCR_RTS 0x02
#define MCR_OUT1 0x04
#define MCR_OUT2 0x08
#define MCR_LOOPBACK 0x10
#define LSR_DATA_READY 0x01
#define LSR_OVERRUN 0x02
#define LSR_THR_EMPTY 0x20
#define LSR_IDLE 0x40
#define MSR_CTS 0x10
#define MSR_DSR 0x20
#define MSR_RI 0x40
#define MSR_DCD 0x80

/* Without the FIFOs the receiver holds one byte. */
static unsigned int rx_size(const struct serial *s)
{
	return s->fcr & FCR_ENABLE ? SERIAL_FIFO : 1;
}

static unsigned int rx_trigger(const struct serial *s)
{
	static const unsigned int levels[] = { 1, 4, 8, 14 };

	return s->fcr & FCR_ENABLE ? levels[s->fcr >> 6] : 1;
}

/* What is pending, by priority. Bytes below the trigger level count as timed out at once. */
static uint8_t pending(const struct serial *s)
{
	if (s->ier & IER_LINE_STATUS && s->overrun)
		return IIR_LINE_STATUS;
	if (s->ier & IER_RX && s->count)
		return s->count >= rx_trigger(s) ? IIR_RX : IIR_RX_TIMEOUT;
	if (s->ier & IER_THR_EMPTY && s->thr_empty)
		return IIR_THR_EMPTY;
	return IIR_NONE;
}

/* On PCs the line is gated by OUT2, which loopback cuts off. */
static void update_irq(struct serial *s)
{
	bool gate = (s->mcr & (MCR_OUT2 | MCR_LOOPBACK)) == MCR_OUT2;
	bool level = gate && pending(s) != IIR_NONE;

	if (level == s->irq_level)
		return;
	s->irq_level = level;
	s->irq.set(s->irq.vm, s->irq.line, level);
}

static void push(struct serial *s, uint8_t byte)
{
	if (s->count == rx_size(s)) {
		s->overrun = true;
		return;
	}
	s->fifo[(s->head + s->count++) % SERIAL_FIFO] = byte;
}

static uint8_t pop(struct serial *s)
{
	bool was_full = s->count == rx_size(s);
	uint8_t byte;

	if (!s->count)
		return 0;
	byte = s->fifo[s->head];
	s->head = (s->head + 1) % SERIAL_FIFO;
	s->count--;
	if (was_full)
		s->ops->room(s->opaque);
	return byte;
}

static uint8_t read_iir(struct serial *s)
{
	uint8_t iir = pending(s);

	if (iir == IIR_THR_EMPTY)
		s->thr_empty = false;
	return iir | (s->fcr & FCR_ENABLE ? IIR_FIFOS : 0);
}

static uint8_t read_lsr(struct serial *s)
{
	uint8_t lsr = LSR_THR_EMPTY | LSR_IDLE;

	if (s->count)
		lsr |= LSR_DATA_READY;
	if (s->overrun)
		lsr |= LSR_OVERRUN;
	s->overrun = false;
	return lsr;
}

/* The other end is always there; in loopback the outputs come back as inputs. */
static uint8_t read_msr(const struct serial *s)
{
	if (!(s->mcr & MCR_LOOPBACK))
		return MSR_CTS | MSR_DSR | MSR_DCD;
	return (s->mcr & MCR_RTS ? MSR_CTS : 0) | (s->mcr & MCR_DTR ? MSR_DSR : 0) |
	       (s->mcr & MCR_OUT1 ? MSR_RI : 0) | (s->mcr & MCR_OUT2 ? MSR_DCD : 0);
}

static uint8_t read_register(struct serial *s, uint64_t offset)
{
	bool dlab = s->lcr & LCR_DLAB;

	switch (offset) {
	case REG_DATA:
		return dlab ? s->dll : pop(s);
	case REG_IER:
		return dlab ? s->dlm : s->ier;
	case REG_IIR:
		return read_iir(s);
	case REG_LCR:
		return s->lcr;
	case REG_MCR:
		return s->mcr;
	case REG_LSR:
		return read_lsr(s);
	case REG_MSR:
		return read_msr(s);
	default:
		return s->scr;
	}
}

static void write_fcr(struct serial *s, uint8_t value)
{
	bool was_full = s->count == rx_size(s);

	/* Switching the FIFOs clears them. */
	if (value & FCR_CLEAR_RX || (value ^ s->fcr) & FCR_ENABLE)
		s->head = s->count = 0;
	s->fcr = value;
	if (was_full)
		s->ops->room(s->opaque);
}

/* Enabling the interrupt of an empty THR raises it. */
static void write_ier(struct serial *s, uint8_t value)
{
	if (value & ~s->ier & IER_THR_EMPTY)
		s->thr_empty = true;
	s->ier = value & 0xf;
}

/* In loopback the outside cannot send; after it, it can again. */
static void write_mcr(struct serial *s, uint8_t value)
{
	bool left_loopback = s->mcr & ~value & MCR_LOOPBACK;

	s->mcr = value & 0x1f;
	if (left_loopback)
		s->ops->room(s->opaque);
}

static bool is_sent(const struct serial *s, uint64_t offset)
{
	return offset == REG_DATA && !(s->lcr & LCR_DLAB) && !(s->mcr & MCR_LOOPBACK);
}

/* Only what stays in the port: in loopback, a byte for the transmitter too. */
static void write_register(struct serial *s, uint64_t offset, uint8_t value)
{
	bool dlab = s->lcr & LCR_DLAB;

	switch (offset) {
	case REG_DATA:
		if (dlab) {
			s->dll = value;
		} else {
			push(s, value);
			s->thr_empty = true;
		}
		break;
	case REG_IER:
		if (dlab)
			s->dlm = value;
		else
			write_ier(s, value);
		break;
	case REG_IIR:
		write_fcr(s, value);
		break;
	case REG_LCR:
		s->lcr = value;
		break;
	case REG_MCR:
		write_mcr(s, value);
		break;
	case REG_SCR:
		s->scr = value;
		break;
	}
}

/* Wider accesses reach one register; the others' bytes read as ones. */
static uint64_t serial_read(struct bus_device *device, uint64_t offset, unsigned int size)
{
	struct serial *s = (struct serial *)device;
	uint64_t value;

	(void)size;
	pthread_mutex_lock(&s->lock);
	value = ~0xffULL | read_register(s, offset);
	update_irq(s);
	pthread_mutex_unlock(&s->lock);
	return value;
}

/*
 * A byte is gone as soon as it is written: THR is empty again, which is told when it has been sent,
 * so that a CPU that learns of it cannot overtake it.
 */
static void serial_write(struct bus_device *device, uint64_t offset, uint64_t value,
			 unsigned int size)
{
	struct serial *s = (struct serial *)device;

	(void)size;
	pthread_mutex_lock(&s->lock);
	if (is_sent(s, offset)) {
		pthread_mutex_unlock(&s->lock);
		s->ops->send(s->opaque, value);
		pthread_mutex_lock(&s->lock);
		s->thr_empty = true;
	} else {
		write_register(s, offset, value);
	}
	update_irq(s);
	pthread_mutex_unlock(&s->lock);
}

void serial_init(struct serial *s, uint64_t base, struct irq_line irq)
{
	assert(s->ops);
	s->device = (struct bus_device){ base, SERIAL_REGISTERS, serial_read, serial_write };
	s->irq = irq;
	s->thr_empty = true;
	pthread_mutex_init(&s->lock, NULL);
}

size_t serial_receive(struct serial *s, const uint8_t *data, size_t size)
{
	size_t taken = 0;

	pthread_mutex_lock(&s->lock);
	while (taken < size && s->count < rx_size(s) && !(s->mcr & MCR_LOOPBACK))
		push(s, data[taken++]);
	update_irq(s);
	pthread_mutex_unlock(&s->lock);
	return taken;
}
