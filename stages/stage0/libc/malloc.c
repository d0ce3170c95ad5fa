// malloc.c: memory on demand. Sizes are rounded up to classes, four to each power of two; a freed block
// waits in its class's list for the next request and never returns to the kernel.
#include "libc.h"

enum { ARENA = 1024 * 1024, MAX_SIZE = 0x40000000, CLASSES = 112 };

// Before each block. A free block's memory begins with the address of the next one.
struct block { size_t size, class; };

static struct block *free_blocks[CLASSES];
static char *arena, *arena_end;

// The class of the smallest blocks that hold `*size` bytes; `*size` becomes what they hold: 16, 32, 48,
// 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, …
static size_t class_of(size_t *size) {
    size_t step = 16, class = 0;
    for (; *size > 8 * step; step *= 2)
        class += 4;
    *size = *size ? (*size + step - 1) & ~(step - 1) : step;
    return class + *size / step;
}

// Cuts `size` bytes off the arena; when it is too small, begins a new one.
static void *carve(size_t size) {
    size_t room = size > ARENA ? (size + 4095) & ~4095 : ARENA;
    if (arena_end - arena < size) {
        arena = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (arena == MAP_FAILED) {
            arena = arena_end = NULL;
            return NULL;
        }
        arena_end = arena + room;
    }
    arena += size;
    return arena - size;
}

void *malloc(size_t size) {
    size_t class;
    struct block *block;
    if (size > MAX_SIZE) {
        errno = ENOMEM;
        return NULL;
    }
    class = class_of(&size);
    block = free_blocks[class];
    if (block) {
        free_blocks[class] = *(struct block **)(block + 1);
        return block + 1;
    }
    block = carve(sizeof *block + size);
    if (block == NULL)
        return NULL;
    block->size = size;
    block->class = class;
    return block + 1;
}

void free(void *memory) {
    struct block *block = (struct block *)memory - 1;
    if (memory == NULL)
        return;
    *(struct block **)memory = free_blocks[block->class];
    free_blocks[block->class] = block;
}

void *calloc(size_t count, size_t size) {
    void *memory = malloc(size && count > MAX_SIZE / size ? -1 : count * size);
    return memory ? memset(memory, 0, count * size) : NULL;
}

void *realloc(void *memory, size_t size) {
    struct block *block = (struct block *)memory - 1;
    void *moved;
    if (memory == NULL)
        return malloc(size);
    if (size <= block->size)
        return memory;
    moved = malloc(size);
    if (moved == NULL)
        return NULL;
    memcpy(moved, memory, block->size);
    free(memory);
    return moved;
}
