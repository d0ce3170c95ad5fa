// sort.c: sorting and searching. The sort is stable, so equal elements come out in one order everywhere.
#include "libc.h"

typedef int (*order)(const void *, const void *);

// Merge sort: `spare` has room for half of the elements.
static void sort(char *base, size_t count, size_t size, order compare, char *spare) {
    size_t half = count / 2;
    char *left = spare, *left_end = spare + half * size;
    char *right = base + half * size, *right_end = base + count * size, **smaller;
    if (count < 2)
        return;
    sort(base, half, size, compare, spare);
    sort(right, count - half, size, compare, spare);
    memcpy(spare, base, half * size);
    for (; left < left_end; base += size) {
        smaller = right == right_end || compare(left, right) <= 0 ? &left : &right;
        memcpy(base, *smaller, size);
        *smaller += size;
    }
}

void qsort(void *base, size_t count, size_t size, order compare) {
    char *spare = malloc(count / 2 * size);
    if (spare == NULL)
        abort(); // qsort has no way to fail
    sort(base, count, size, compare, spare);
    free(spare);
}

void *bsearch(const void *key, const void *base, size_t count, size_t size, order compare) {
    const char *middle;
    int found;
    for (; count > 0; count /= 2) {
        middle = (const char *)base + count / 2 * size;
        found = compare(key, middle);
        if (found == 0)
            return (void *)middle;
        if (found > 0) {
            base = middle + size;
            count--;
        }
    }
    return NULL;
}
