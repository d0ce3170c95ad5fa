// cmp A B: succeeds if the two files are equal; else says where they first differ.
#include "tool.h"

const char tool[] = "cmp";

int main(int argc, char **argv) {
    size_t a_size, b_size, i = 0;
    char *a, *b;
    if (argc != 3)
        fail("compare: usage: cmp A B");
    a = read_file(argv[1], &a_size);
    b = read_file(argv[2], &b_size);
    if (a_size == b_size && memcmp(a, b, a_size) == 0)
        return 0;
    while (i < a_size && i < b_size && a[i] == b[i])
        i++;
    fprintf(stderr, "cmp: %s (%u bytes) and %s (%u bytes) differ from byte %u on\n", argv[1], a_size, argv[2],
            b_size, i);
    return 1;
}
