// SPDX-License-Identifier: MIT
#include "tests/unit/klog_image.h"

#include <elf.h>
#include <string.h>
#include <sys/mman.h>

#define PAGE 4096
#define COUNT (1ULL << IMAGE_COUNT_BITS)
#define SIZE (1ULL << IMAGE_SIZE_BITS)
#define ID(id) ((id) & ~0ULL >> 2)

/* Page N of the image is at VA + N pages. */
#define VA 0xffffffff81000000ULL

#define DESC_SIZE 24
#define INFO_SIZE 88

struct desc {
	uint64_t state, begin, next;
};

/* The lines of Debian's 6.1 that matter and some that do not; 5.10 and 6.12 have the same. */
const char klog_image_vmcoreinfo[] =
	"OSRELEASE=6.1.0-56-cloud-amd64\n"
	"BUILD-ID=3b43fad5034874490492495d552c0af6a5fab235\n"
	"PAGESIZE=4096\n"
	"SYMBOL(init_uts_ns)=ffffffff889f9b60\n"
	"OFFSET(uts_namespace.name)=0\n"
	"SYMBOL(swapper_pg_dir)=ffffffff81003000\n"
	"SYMBOL(_stext)=ffffffff86e00000\n"
	"OFFSET(list_head.prev)=8\n"
	"SYMBOL(prb)=ffffffff81007000\n"
	"SYMBOL(printk_rb_static)=ffffffff81007010\n"
	"SIZE(printk_ringbuffer)=88\n"
	"OFFSET(printk_ringbuffer.desc_ring)=0\n"
	"OFFSET(printk_ringbuffer.text_data_ring)=48\n"
	"OFFSET(printk_ringbuffer.fail)=80\n"
	"SIZE(prb_desc_ring)=48\n"
	"OFFSET(prb_desc_ring.count_bits)=0\n"
	"OFFSET(prb_desc_ring.descs)=8\n"
	"OFFSET(prb_desc_ring.infos)=16\n"
	"OFFSET(prb_desc_ring.head_id)=24\n"
	"OFFSET(prb_desc_ring.tail_id)=32\n"
	"SIZE(prb_desc)=24\n"
	"OFFSET(prb_desc.state_var)=0\n"
	"OFFSET(prb_desc.text_blk_lpos)=8\n"
	"SIZE(prb_data_blk_lpos)=16\n"
	"OFFSET(prb_data_blk_lpos.begin)=0\n"
	"OFFSET(prb_data_blk_lpos.next)=8\n"
	"SIZE(printk_info)=88\n"
	"OFFSET(printk_info.seq)=0\n"
	"OFFSET(printk_info.ts_nsec)=8\n"
	"OFFSET(printk_info.text_len)=16\n"
	"OFFSET(printk_info.caller_id)=20\n"
	"OFFSET(printk_info.dev_info)=24\n"
	"SIZE(prb_data_ring)=32\n"
	"OFFSET(prb_data_ring.size_bits)=0\n"
	"OFFSET(prb_data_ring.data)=8\n"
	"OFFSET(prb_data_ring.head_lpos)=16\n"
	"OFFSET(prb_data_ring.tail_lpos)=24\n"
	"SIZE(atomic_long_t)=8\n"
	"NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=-129\n"
	/* x86-64: where it is linked for 16 MiB, it is 1008 MiB higher */
	"NUMBER(phys_base)=1056964608\n"
	"SYMBOL(init_top_pgt)=ffffffff81003000\n"
	"NUMBER(pgtable_l5_enabled)=0\n"
	"KERNELOFFSET=5e00000\n"
	/* arm64 */
	"NUMBER(VA_BITS)=48\n"
	"NUMBER(kimage_voffset)=0xffffffff41000000\n"
	"NUMBER(PHYS_OFFSET)=0x40000000\n"
	"NUMBER(TCR_EL1_T1SZ)=0x10\n"
	"CRASHTIME=1795305600\n";

void *klog_image_at(const struct klog_image *image, unsigned int page, size_t offset)
{
	return image->base + page * PAGE + offset;
}

static void put64(const struct klog_image *image, unsigned int page, size_t offset, uint64_t value)
{
	memcpy(klog_image_at(image, page, offset), &value, sizeof(value));
}

void klog_image_say(struct klog_image *image, const char *text)
{
	const Elf64_Nhdr header = { sizeof("VMCOREINFO"), strlen(text), 0 };

	memset(klog_image_at(image, IMAGE_NOTE, 0), 0, 2 * PAGE);
	memcpy(klog_image_at(image, IMAGE_NOTE, 0), &header, sizeof(header));
	strcpy(klog_image_at(image, IMAGE_NOTE, sizeof(header)), "VMCOREINFO");
	strcpy(klog_image_at(image, IMAGE_NOTE, sizeof(header) + 12), text);
	strcpy(klog_image_at(image, IMAGE_TEXT, 0), text);
}

/* An entry's low bits: a table or a page of either architecture. */
static void map_pages(const struct klog_image *image)
{
	for (unsigned int level = 0; level < 3; level++)
		put64(image, IMAGE_TABLES + level, (VA >> (39 - 9 * level)) % 512 * 8,
		      IMAGE_GPA + (IMAGE_TABLES + level + 1) * PAGE + 3);
	for (unsigned int i = 0; i < IMAGE_PAGES; i++)
		put64(image, IMAGE_TABLES + 3, i * 8, IMAGE_GPA + i * PAGE + 3);
}

static void make_ring(struct klog_image *image)
{
	const struct desc first = { ID(image->id) | 3ULL << 62, 1, 1 };
	const uint32_t count_bits = IMAGE_COUNT_BITS, size_bits = IMAGE_SIZE_BITS;

	put64(image, IMAGE_RING, 0, VA + IMAGE_RING * PAGE + 16);
	memcpy(klog_image_at(image, IMAGE_RING, 16), &count_bits, sizeof(count_bits));
	put64(image, IMAGE_RING, 24, VA + IMAGE_DESCS * PAGE);
	put64(image, IMAGE_RING, 32, VA + IMAGE_INFOS * PAGE);
	put64(image, IMAGE_RING, 40, ID(image->id));
	put64(image, IMAGE_RING, 48, ID(image->id));
	memcpy(klog_image_at(image, IMAGE_RING, 64), &size_bits, sizeof(size_bits));
	put64(image, IMAGE_RING, 72, VA + IMAGE_DATA * PAGE);
	memcpy(klog_image_at(image, IMAGE_DESCS, (COUNT - 1) * DESC_SIZE), &first, sizeof(first));
}

void klog_image_make(struct klog_image *image)
{
	size_t size = IMAGE_PAGES * PAGE;

	*image = (struct klog_image){ .id = (uint32_t) - (COUNT + 1), .head = -SIZE };
	image->base = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	madvise(image->base, size, MADV_NOHUGEPAGE);
	image->range = (struct layout_range){ .gpa = IMAGE_GPA, .size = size };
	image->machine.layout = (struct layout){ &image->range, 1, size };
	image->ram = (struct ram){ .machine = &image->machine, .base = image->base };
	klog_image_say(image, klog_image_vmcoreinfo);
	map_pages(image);
	make_ring(image);
}

void klog_image_free(struct klog_image *image)
{
	munmap(image->base, IMAGE_PAGES * PAGE);
}

/* The records whose text is overwritten by data up to @next. */
static void reuse(const struct klog_image *image, uint64_t next)
{
	for (unsigned int i = 0; i < COUNT; i++) {
		struct desc *desc = klog_image_at(image, IMAGE_DESCS, i * DESC_SIZE);

		if (!(desc->begin & 1) && desc->next && next - desc->begin > SIZE)
			desc->state |= 3ULL << 62;
	}
}

/* data_alloc() */
static void add_text(struct klog_image *image, struct desc *desc, uint64_t id, const char *text,
		     size_t size)
{
	uint64_t blk = (sizeof(id) + size + 7) & ~7ULL, at = image->head % SIZE;

	desc->begin = image->head;
	desc->next = image->head + blk;
	if (desc->begin / SIZE != (desc->next - image->fits_at_end) / SIZE) {
		desc->next = (desc->begin / SIZE + 1) * SIZE + blk;
		put64(image, IMAGE_DATA, at, id);
		at = 0;
	}
	reuse(image, desc->next);
	put64(image, IMAGE_DATA, at, id);
	memcpy(klog_image_at(image, IMAGE_DATA, at + sizeof(id)), text, size);
	image->head = desc->next;
}

uint64_t klog_image_add(struct klog_image *image, enum image_state state, unsigned int facility,
			const char *text, size_t size)
{
	uint64_t id = ID(++image->id), index = id % COUNT, seq = image->id - (uint32_t)-COUNT;
	struct desc desc = { id | (uint64_t)state << 62, 3, 3 };
	const uint8_t lengths[] = { size, size >> 8, facility };

	if (size)
		add_text(image, &desc, id, text, size);
	memcpy(klog_image_at(image, IMAGE_DESCS, index * DESC_SIZE), &desc, sizeof(desc));
	put64(image, IMAGE_INFOS, index * INFO_SIZE, seq);
	put64(image, IMAGE_INFOS, index * INFO_SIZE + 8, seq * 1000000);
	memcpy(klog_image_at(image, IMAGE_INFOS, index * INFO_SIZE + 16), lengths, sizeof(lengths));
	put64(image, IMAGE_RING, 40, id);
	if (seq >= COUNT - 1)
		put64(image, IMAGE_RING, 48, ID(image->id - (COUNT - 1)));
	return id;
}
