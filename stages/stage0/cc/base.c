// base.c: what every part needs: system calls, memory, text and error messages.

enum {
    SYS_EXIT = 1, SYS_READ = 3, SYS_WRITE = 4, SYS_OPEN = 5, SYS_CLOSE = 6, SYS_UNLINK = 10,
    SYS_LSEEK = 19, SYS_BRK = 45
};
enum { SEEK_SET = 0, SEEK_END = 2 };
enum { HEAP_STEP = 0x100000 };

int heap_next;
int heap_end;

char *error_file; // where an error is: nothing is known before the first file is open
int error_line;

int length_of(char *text) {
    int length = 0;
    while (text[length]) length++;
    return length;
}

int equal(char *a, char *b) {
    while (*a && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

char *decimal(int n);

void copy_bytes(char *to, char *from, int size) {
    while (size > 0) {
        *to++ = *from++;
        size--;
    }
}

void print(char *text) {
    syscall(SYS_WRITE, 2, text, length_of(text));
}

// Ends the program with "file:line: error: message 'detail'"; detail may be 0.
void fail(char *message, char *detail) {
    print(error_file ? error_file : "cc");
    if (error_line) {
        print(":");
        print(decimal(error_line));
    }
    print(": error: ");
    print(message);
    if (detail) {
        print(" '");
        print(detail);
        print("'");
    }
    print("\n");
    syscall(SYS_EXIT, 1, 0, 0);
}

// Zeroed memory, never given back.
int allocate(int size) {
    int result;
    if (heap_end == 0) {
        heap_end = syscall(SYS_BRK, 0, 0, 0);
        heap_next = (heap_end + 3) & ~3;
    }
    size = (size + 3) & ~3;
    while (heap_end - heap_next < size) {
        result = heap_end + HEAP_STEP;
        if (syscall(SYS_BRK, result, 0, 0) != result) fail("out of memory", 0);
        heap_end = result;
    }
    result = heap_next;
    heap_next += size;
    return result;
}

// A copy of a struct, whose members are all words.
int copy_of(int *from, int size) {
    int *copy = allocate(size);
    int *to = copy;
    while (size > 0) {
        *to++ = *from++;
        size = size - 4;
    }
    return copy;
}

char *decimal(int n) {
    char *digits = allocate(12);
    digits = digits + 11;
    while (n >= 10) {
        *--digits = '0' + n % 10;
        n = n / 10;
    }
    *--digits = '0' + n;
    return digits;
}

char *join(char *a, char *b, char *c) {
    char *result = allocate(length_of(a) + length_of(b) + length_of(c) + 1);
    copy_bytes(result, a, length_of(a));
    copy_bytes(result + length_of(a), b, length_of(b));
    copy_bytes(result + length_of(a) + length_of(b), c, length_of(c));
    return result;
}

// The file's text between a line feed before it and a line feed and a zero after it, or 0 if it
// cannot be opened.
char *read_file(char *path) {
    int file = syscall(SYS_OPEN, path, 0, 0);
    int size;
    int done = 0;
    int count;
    char *text;
    if (file < 0) return 0;
    size = syscall(SYS_LSEEK, file, 0, SEEK_END);
    if (size < 0) fail("cannot read", path);
    syscall(SYS_LSEEK, file, 0, SEEK_SET);
    text = allocate(size + 3);
    text[0] = '\n';
    while (done < size) {
        count = syscall(SYS_READ, file, text + 1 + done, size - done);
        if (count <= 0) fail("cannot read", path);
        done += count;
    }
    syscall(SYS_CLOSE, file, 0, 0);
    for (count = 1; count <= size; count++)
        if (text[count] == 0) fail("a zero byte in the source", path);
    text[size + 1] = '\n';
    return text;
}
