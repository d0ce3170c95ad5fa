// gunzip IN OUT: decompresses gzip's format: RFC 1952 (the file) and RFC 1951 (deflate).
#include "tool.h"

const char tool[] = "gunzip";

enum { MAX_LENGTH = 15, LITERALS = 288, DISTANCES = 32, END = 256 };

static const char *name; // of the input

static void damaged(const char *reason) { fail("decompress %s: %s", name, reason); }

// Input, bit by bit, lowest first

static const unsigned char *next, *end;
static unsigned held, held_count; // the lowest held_count bits of `held` are not used yet

static int byte(void) {
    if (next == end)
        damaged("it is truncated");
    return *next++;
}

static unsigned bits(unsigned count) {
    unsigned value;
    for (; held_count < count; held_count += 8)
        held |= (unsigned)byte() << held_count;
    value = held & ((1u << count) - 1);
    held >>= count;
    held_count -= count;
    return value;
}

static unsigned bytes(int count) {
    unsigned value = 0;
    int i;
    for (i = 0; i < count; i++)
        value |= (unsigned)byte() << 8 * i;
    return value;
}

// Output

static unsigned char *output;
static size_t output_size, output_room;

static void put(int value) {
    if (output_size == output_room) {
        output_room = 2 * output_room + 65536;
        output = output_room < 0x7fff0000 ? realloc(output, output_room) : NULL;
        if (output == NULL)
            damaged("the result does not fit in memory");
    }
    output[output_size++] = value;
}

static unsigned crc_table[256];

static void make_crc_table(void) {
    unsigned i, bit, crc;
    for (i = 0; i < 256; i++) {
        crc = i;
        for (bit = 0; bit < 8; bit++)
            crc = crc & 1 ? crc >> 1 ^ 0xedb88320 : crc >> 1;
        crc_table[i] = crc;
    }
}

static unsigned crc_of(const unsigned char *p, const unsigned char *past) {
    unsigned crc = 0xffffffff;
    for (; p < past; p++)
        crc = crc >> 8 ^ crc_table[(crc ^ *p) & 255];
    return ~crc;
}

// Prefix codes: those of one length are consecutive numbers, and shorter ones come first.

struct code {
    int count[MAX_LENGTH + 1]; // of symbols by length
    unsigned short symbol[LITERALS];
};

static void make_code(struct code *code, const unsigned char *length, int symbols) {
    int place[MAX_LENGTH + 1], i, left = 1;
    memset(code->count, 0, sizeof code->count);
    for (i = 0; i < symbols; i++)
        code->count[length[i]]++;
    code->count[0] = 0;
    place[0] = 0;
    for (i = 1; i <= MAX_LENGTH; i++) {
        left = 2 * left - code->count[i];
        if (left < 0)
            damaged("a code has more symbols than room");
        place[i] = place[i - 1] + code->count[i - 1];
    }
    for (i = 0; i < symbols; i++)
        if (length[i])
            code->symbol[place[length[i]]++] = i;
}

static int read_symbol(const struct code *code) {
    int length, number = 0, first = 0, before = 0;
    for (length = 1; length <= MAX_LENGTH; length++) {
        number |= bits(1);
        if (number - first < code->count[length])
            return code->symbol[before + number - first];
        before += code->count[length];
        first = (first + code->count[length]) << 1;
        number <<= 1;
    }
    damaged("a code is not assigned");
    return 0;
}

// Blocks

static void copy_stored(void) {
    unsigned size, complement;
    held = held_count = 0; // the rest of the byte is padding
    size = bytes(2);
    complement = bytes(2);
    if ((size ^ complement) != 0xffff)
        damaged("a stored block's length is wrong");
    while (size-- > 0)
        put(byte());
}

static void make_fixed_codes(struct code *literals, struct code *distances) {
    unsigned char length[LITERALS];
    int i;
    for (i = 0; i < LITERALS; i++)
        length[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
    make_code(literals, length, LITERALS);
    memset(length, 5, DISTANCES);
    make_code(distances, length, DISTANCES);
}

static void read_codes(struct code *literals, struct code *distances) {
    static const unsigned char order[] = { 16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15 };
    unsigned char length[LITERALS + DISTANCES];
    int literal_count = bits(5) + 257, distance_count = bits(5) + 1, length_count = bits(4) + 4;
    int i, symbol, value, times, total = literal_count + distance_count;
    memset(length, 0, sizeof length);
    for (i = 0; i < length_count; i++)
        length[order[i]] = bits(3);
    make_code(literals, length, 19);
    for (i = 0; i < total; i += times) {
        symbol = read_symbol(literals);
        value = symbol < 16 ? symbol : 0;
        times = 1;
        if (symbol == 16) {
            if (i == 0)
                damaged("a length repeats nothing");
            value = length[i - 1];
            times = 3 + bits(2);
        } else if (symbol == 17)
            times = 3 + bits(3);
        else if (symbol == 18)
            times = 11 + bits(7);
        if (times > total - i)
            damaged("a block has too many lengths");
        memset(length + i, value, times);
    }
    if (length[END] == 0)
        damaged("a block has no end");
    make_code(literals, length, literal_count);
    make_code(distances, length + literal_count, distance_count);
}

static void copy_compressed(const struct code *literals, const struct code *distances) {
    static const unsigned short length_base[] = { 3,  4,  5,  6,  7,  8,  9,  10, 11,  13,  15,  17,  19,  23, 27,
                                                  31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258 };
    static const unsigned short distance_base[] = { 1,   2,   3,   4,   5,   7,    9,    13,   17,   25,
                                                    33,  49,  65,  97,  129, 193,  257,  385,  513,  769,
                                                    1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577 };
    int symbol, length, distance;
    while ((symbol = read_symbol(literals)) != END) {
        if (symbol < END) {
            put(symbol);
            continue;
        }
        symbol -= END + 1;
        if (symbol > 28)
            damaged("a length does not exist");
        length = length_base[symbol];
        if (symbol >= 8 && symbol < 28)
            length += bits(symbol / 4 - 1);
        symbol = read_symbol(distances);
        if (symbol > 29)
            damaged("a distance does not exist");
        distance = distance_base[symbol];
        if (symbol >= 4)
            distance += bits(symbol / 2 - 1);
        if (distance > output_size)
            damaged("a copy begins before the text");
        while (length-- > 0)
            put(output[output_size - distance]);
    }
}

static void read_block(void) {
    struct code literals, distances;
    switch (bits(2)) {
    case 0:
        copy_stored();
        return;
    case 1:
        make_fixed_codes(&literals, &distances);
        break;
    case 2:
        read_codes(&literals, &distances);
        break;
    default:
        damaged("a block is of an unknown kind");
    }
    copy_compressed(&literals, &distances);
}

// Members

static void skip_header(void) {
    int flags, extra, field;
    if (bytes(3) != 0x088b1f)
        damaged("it is not in gzip's format");
    flags = byte();
    if (flags & 0xe0)
        damaged("it has flags that are not defined");
    bytes(4); // time
    bytes(2); // level and system
    for (extra = flags & 4 ? bytes(2) : 0; extra > 0; extra--)
        byte();
    for (field = 8; field <= 16; field *= 2) // the file's name; a comment
        while (flags & field && byte())
            ;
    if (flags & 2)
        bytes(2); // checksum of the header
}

static void read_member(void) {
    size_t begin = output_size;
    int last;
    skip_header();
    held = held_count = 0;
    do {
        last = bits(1);
        read_block();
    } while (!last);
    if (bytes(4) != crc_of(output + begin, output + output_size))
        damaged("its checksum is wrong");
    if (bytes(4) != output_size - begin)
        damaged("its length is wrong");
}

int main(int argc, char **argv) {
    size_t size;
    if (argc != 3)
        fail("decompress: usage: gunzip IN OUT");
    name = argv[1];
    next = (unsigned char *)read_file(name, &size);
    end = next + size;
    make_crc_table();
    do
        read_member();
    while (next < end);
    write_file(argv[2], (char *)output, output_size, 0);
    return 0;
}
