// bunzip2 IN OUT: decompresses bzip2's format. There is no official description of the format; the reference
// is the decoder of bzip2 1.0.8 (https://sourceware.org/bzip2/).
#include "tool.h"

const char tool[] = "bunzip2";

enum { MAX_LENGTH = 20, GROUP = 50, RUN_A = 0, RUN_B = 1 };

static const char *name; // of the input

static void damaged(const char *reason) { fail("decompress %s: %s", name, reason); }

// Input, bit by bit, highest first

static const unsigned char *next, *end;
static unsigned held, held_count; // the last held_count bits of `held` are not used yet

// The next `count` bits, at most 24, left in place
static unsigned peek(unsigned count) {
    for (; held_count < count; held_count += 8) {
        if (next == end)
            damaged("it is truncated");
        held = held << 8 | *next++;
    }
    return held >> (held_count - count) & ((1u << count) - 1);
}

static unsigned bits(unsigned count) {
    unsigned value = peek(count);
    held_count -= count;
    return value;
}

static unsigned word(void) {
    unsigned high = bits(16);
    return high << 16 | bits(16);
}

// Output

static unsigned char *output;
static size_t output_size, output_room;

static void make_room(size_t size) {
    if (output_room - output_size >= size)
        return;
    output_room = 2 * output_room + size;
    output = output_room < 0x7fff0000 ? realloc(output, output_room) : NULL;
    if (output == NULL)
        damaged("the result does not fit in memory");
}

static unsigned crc_table[256];

static void make_crc_table(void) {
    unsigned i, bit, crc;
    for (i = 0; i < 256; i++) {
        crc = i << 24;
        for (bit = 0; bit < 8; bit++)
            crc = crc & 0x80000000 ? crc << 1 ^ 0x04c11db7 : crc << 1;
        crc_table[i] = crc;
    }
}

static unsigned crc_of(const unsigned char *p, const unsigned char *past) {
    unsigned crc = 0xffffffff;
    for (; p < past; p++)
        crc = crc << 8 ^ crc_table[crc >> 24 ^ *p];
    return ~crc;
}

// Prefix codes

// Codes of one length are consecutive numbers; offset[length] leads from them to their symbols' places. Followed
// by whatever bits up to MAX_LENGTH, they lie below limit[length].
struct code {
    int shortest;
    unsigned limit[MAX_LENGTH + 1];
    int offset[MAX_LENGTH + 1];
    unsigned short symbol[258];
};

static struct code codes[6];

static void read_code(struct code *code, int symbols) {
    unsigned char length[258];
    int i, size, place = 0, current = bits(5);
    unsigned number = 0;
    for (i = 0; i < symbols; i++) {
        while (bits(1))
            current += bits(1) ? -1 : 1;
        if (current < 1 || current > MAX_LENGTH)
            damaged("a code is too long");
        length[i] = current;
    }
    code->shortest = 0;
    for (size = 1; size <= MAX_LENGTH; size++) {
        number <<= 1;
        code->offset[size] = place - (int)number;
        for (i = 0; i < symbols; i++)
            if (length[i] == size) {
                code->symbol[place++] = i;
                number++;
            }
        code->limit[size] = number << (MAX_LENGTH - size);
        if (place > 0 && code->shortest == 0)
            code->shortest = size;
    }
}

static int read_symbol(const struct code *code) {
    // Even after the last symbol there are more bits than this, those of the checksums.
    unsigned window = peek(MAX_LENGTH);
    int length = code->shortest;
    while (window >= code->limit[length])
        if (++length > MAX_LENGTH)
            damaged("a code is not assigned");
    held_count -= length;
    return code->symbol[code->offset[length] + (int)(window >> (MAX_LENGTH - length))];
}

// Moves the element at `place` to the front, and returns it.
static int move_to_front(unsigned char *list, int place) {
    unsigned char value = list[place];
    for (; place > 0; place--)
        list[place] = list[place - 1];
    list[0] = value;
    return value;
}

// Blocks

static unsigned *block; // low 8 bits: a byte of the transformed text; above them: where the next one lies
static int block_room;
static unsigned char selectors[32768];

// Reads which byte values occur, into `used` in ascending order; returns how many.
static int read_used(unsigned char *used) {
    int count = 0, i, j, row, rows = bits(16);
    for (i = 0; i < 16; i++) {
        row = rows >> (15 - i) & 1 ? bits(16) : 0;
        for (j = 0; j < 16; j++)
            if (row >> (15 - j) & 1)
                used[count++] = i * 16 + j;
    }
    if (count == 0)
        damaged("a block uses no bytes");
    return count;
}

// Reads the codes and which of them each group of symbols uses; returns the number of groups.
static int read_codes(int symbols) {
    unsigned char order[6] = { 0, 1, 2, 3, 4, 5 };
    int count = bits(3), groups = bits(15), i, place;
    if (count < 2 || count > 6 || groups == 0)
        damaged("a block has no proper codes");
    for (i = 0; i < groups; i++) {
        for (place = 0; bits(1); place++)
            if (place == count - 1)
                damaged("a group's code does not exist");
        selectors[i] = move_to_front(order, place);
    }
    for (i = 0; i < count; i++)
        read_code(&codes[i], symbols);
    return groups;
}

static void append(int value, unsigned times, int *size) {
    if (times > block_room - *size)
        damaged("a block is longer than announced");
    while (times-- > 0)
        block[(*size)++] = value;
}

// Reads a block's symbols: runs of the byte in front, places of other bytes, end. Returns the number of bytes.
static int read_symbols(unsigned char *used, int end_symbol, int groups) {
    const struct code *code = NULL;
    unsigned run = 0, weight = 1;
    int size = 0, group = 0, left = 0, symbol;
    for (;;) {
        if (left == 0) {
            if (group == groups)
                damaged("a block has no end");
            code = &codes[selectors[group++]];
            left = GROUP;
        }
        left--;
        symbol = read_symbol(code);
        if (symbol <= RUN_B) {
            if (weight > 1 << 21)
                damaged("a run is too long");
            run += weight << symbol;
            weight <<= 1;
            continue;
        }
        if (run > 0)
            append(used[0], run, &size);
        run = 0;
        weight = 1;
        if (symbol == end_symbol)
            return size;
        append(move_to_front(used, symbol - 1), 1, &size);
    }
}

// Undoes the Burrows-Wheeler transform and the first run-length code: after four equal bytes, a count.
static void write_block(int size, int origin) {
    unsigned start[256], total = 0, count, position, equal = 0;
    int i, byte, last = -1;
    unsigned char *to;
    memset(start, 0, sizeof start);
    for (i = 0; i < size; i++)
        start[block[i]]++;
    for (i = 0; i < 256; i++) {
        count = start[i];
        start[i] = total;
        total += count;
    }
    for (i = 0; i < size; i++)
        block[start[block[i] & 255]++] |= i << 8;
    position = block[origin] >> 8;
    make_room(size);
    to = output + output_size;
    for (i = 0; i < size; i++) {
        byte = block[position] & 255;
        position = block[position] >> 8;
        if (equal == 4) {
            output_size = to - output;
            make_room(byte + size - i);
            to = output + output_size;
            memset(to, last, byte);
            to += byte;
            equal = 0;
            continue;
        }
        equal = byte == last ? equal + 1 : 1;
        last = byte;
        *to++ = byte;
    }
    output_size = to - output;
}

static unsigned read_block(void) {
    unsigned char used[256];
    unsigned crc = word(), begin = output_size;
    int randomised = bits(1), origin = bits(24), count, size, groups;
    if (randomised)
        damaged("it was made by bzip2 0.9.0 or older");
    count = read_used(used);
    groups = read_codes(count + 2);
    size = read_symbols(used, count + 1, groups);
    if (origin >= size)
        damaged("a block begins outside itself");
    write_block(size, origin);
    if (crc_of(output + begin, output + output_size) != crc)
        damaged("a block's checksum is wrong");
    return crc;
}

static void read_stream(void) {
    unsigned combined = 0, high, low;
    int level;
    if (bits(8) != 'B' || bits(8) != 'Z' || bits(8) != 'h')
        damaged("it is not in bzip2's format");
    level = bits(8) - '0';
    if (level < 1 || level > 9)
        damaged("its block size is unknown");
    block_room = level * 100000;
    block = realloc(block, block_room * sizeof *block);
    for (;;) {
        high = bits(24);
        low = bits(24);
        if (high == 0x177245 && low == 0x385090)
            break;
        if (high != 0x314159 || low != 0x265359)
            damaged("no block begins where one should");
        combined = (combined << 1 | combined >> 31) ^ read_block();
    }
    if (word() != combined)
        damaged("its checksum is wrong");
    held_count = 0; // the rest of the last byte is padding
}

int main(int argc, char **argv) {
    size_t size;
    if (argc != 3)
        fail("decompress: usage: bunzip2 IN OUT");
    name = argv[1];
    next = (unsigned char *)read_file(name, &size);
    end = next + size;
    make_crc_table();
    do
        read_stream();
    while (next < end);
    write_file(argv[2], (char *)output, output_size, 0);
    return 0;
}
