// SPDX-License-Identifier: MIT
#include "vmm/devices/serial.h"

#include <assert.h>
#include <linux/serial_reg.h>

#define IIR_FIFOS 0xc0 /* they are on */

/* Without the FIFOs the receiver holds one byte. */
static unsigned int rx_size(const struct serial *s)
{
	return s->regs[UART_FCR] & UART_FCR_ENABLE_FIFO ? SERIAL_FIFO : 1;
}

static unsigned int rx_trigger(const struct serial *s)
{
	static const unsigned int levels[] = { 1, 4, 8, 14 };

	return s->regs[UART_FCR] & UART_FCR_ENABLE_FIFO ? levels[s->regs[UART_FCR] >> 6] : 1;
}

/* What is pending, by priority. Bytes below the trigger level count as timed out at once. */
static uint8_t pending(const struct serial *s)
{
	if (s->regs[UART_IER] & UART_IER_RLSI && s->overrun)
		return UART_IIR_RLSI;
	if (s->regs[UART_IER] & UART_IER_RDI && s->count)
		return s->count >= rx_trigger(s) ? UART_IIR_RDI : UART_IIR_RX_TIMEOUT;
	if (s->regs[UART_IER] & UART_IER_THRI && s->thr_empty)
		return UART_IIR_THRI;
	return UART_IIR_NO_INT;
}

/* On PCs the line is gated by OUT2, which loopback cuts off. */
static void update_irq(struct serial *s)
{
	bool gate = (s->regs[UART_MCR] & (UART_MCR_OUT2 | UART_MCR_LOOP)) == UART_MCR_OUT2;
	bool level = gate && pending(s) != UART_IIR_NO_INT;

	if (level == s->irq_level)
		return;
	s->irq_level = level;
	s->irq.set(s->irq.vm, s->irq.line, level);
}

static void push(struct serial *s, uint8_t byte)
{
	if (s->count < rx_size(s))
		s->fifo[(s->head + s->count++) % SERIAL_FIFO] = byte;
	else
		s->overrun = true;
}

static uint8_t pop(struct serial *s)
{
	uint8_t byte;

	if (!s->count)
		return 0;
	if (s->count == rx_size(s))
		s->ops->room(s->opaque);
	byte = s->fifo[s->head];
	s->head = (s->head + 1) % SERIAL_FIFO;
	s->count--;
	return byte;
}

static uint8_t read_iir(struct serial *s)
{
	uint8_t iir = pending(s);

	if (iir == UART_IIR_THRI)
		s->thr_empty = false;
	return iir | (s->regs[UART_FCR] & UART_FCR_ENABLE_FIFO ? IIR_FIFOS : 0);
}

static uint8_t read_lsr(struct serial *s)
{
	uint8_t lsr = UART_LSR_THRE | UART_LSR_TEMT | (s->count ? UART_LSR_DR : 0) |
		      (s->overrun ? UART_LSR_OE : 0);

	s->overrun = false;
	return lsr;
}

/* The other end is always there; in loopback the outputs come back as inputs. */
static uint8_t read_msr(const struct serial *s)
{
	if (!(s->regs[UART_MCR] & UART_MCR_LOOP))
		return UART_MSR_CTS | UART_MSR_DSR | UART_MSR_DCD;
	return (s->regs[UART_MCR] & UART_MCR_RTS ? UART_MSR_CTS : 0) |
	       (s->regs[UART_MCR] & UART_MCR_DTR ? UART_MSR_DSR : 0) |
	       (s->regs[UART_MCR] & UART_MCR_OUT1 ? UART_MSR_RI : 0) |
	       (s->regs[UART_MCR] & UART_MCR_OUT2 ? UART_MSR_DCD : 0);
}

static bool is_divisor(const struct serial *s, uint64_t offset)
{
	return s->regs[UART_LCR] & UART_LCR_DLAB && offset <= UART_DLM;
}

static uint8_t read_register(struct serial *s, uint64_t offset)
{
	if (is_divisor(s, offset))
		return s->divisor[offset];
	switch (offset) {
	case UART_RX:
		return pop(s);
	case UART_IIR:
		return read_iir(s);
	case UART_LSR:
		return read_lsr(s);
	case UART_MSR:
		return read_msr(s);
	default:
		return s->regs[offset];
	}
}

static void write_fcr(struct serial *s, uint8_t value)
{
	if (s->count == rx_size(s))
		s->ops->room(s->opaque);
	/* Switching the FIFOs clears them. */
	if (value & UART_FCR_CLEAR_RCVR || (value ^ s->regs[UART_FCR]) & UART_FCR_ENABLE_FIFO)
		s->head = s->count = 0;
	s->regs[UART_FCR] = value;
}

/* Enabling the interrupt of an empty THR raises it. */
static void write_ier(struct serial *s, uint8_t value)
{
	if (value & ~s->regs[UART_IER] & UART_IER_THRI)
		s->thr_empty = true;
	s->regs[UART_IER] = value & 0xf;
}

/* In loopback the outside cannot send; after it, it can again. */
static void write_mcr(struct serial *s, uint8_t value)
{
	if (s->regs[UART_MCR] & ~value & UART_MCR_LOOP)
		s->ops->room(s->opaque);
	s->regs[UART_MCR] = value & 0x1f;
}

/*
 * A byte is gone as soon as it is written: THR is empty again, which is told when it has been sent,
 * so that a CPU that learns of it cannot overtake it. Meanwhile the lock is free.
 */
static void transmit(struct serial *s, uint8_t byte)
{
	if (s->regs[UART_MCR] & UART_MCR_LOOP) {
		push(s, byte);
	} else {
		pthread_mutex_unlock(&s->lock);
		s->ops->send(s->opaque, byte);
		pthread_mutex_lock(&s->lock);
	}
	s->thr_empty = true;
}

static void write_register(struct serial *s, uint64_t offset, uint8_t value)
{
	if (is_divisor(s, offset)) {
		s->divisor[offset] = value;
		return;
	}
	switch (offset) {
	case UART_TX:
		transmit(s, value);
		break;
	case UART_IER:
		write_ier(s, value);
		break;
	case UART_FCR:
		write_fcr(s, value);
		break;
	case UART_MCR:
		write_mcr(s, value);
		break;
	default: /* LCR and SCR; nobody reads what is written to LSR and MSR */
		s->regs[offset] = value;
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

static void serial_write(struct bus_device *device, uint64_t offset, uint64_t value,
			 unsigned int size)
{
	struct serial *s = (struct serial *)device;

	(void)size;
	pthread_mutex_lock(&s->lock);
	write_register(s, offset, value);
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
	while (taken < size && s->count < rx_size(s) && !(s->regs[UART_MCR] & UART_MCR_LOOP))
		push(s, data[taken++]);
	update_irq(s);
	pthread_mutex_unlock(&s->lock);
	return taken;
}
