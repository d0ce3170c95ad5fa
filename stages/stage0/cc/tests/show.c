// show.c: see show.h. The only file that knows how a program starts and calls the kernel.
#include "show.h"

asm(".globl system_call\n"
    "system_call:\n"
    ".byte 0x53, 0x8b, 0x44, 0x24, 0x08\n"     // push ebx; mov eax, [esp+8]
    ".byte 0x8b, 0x5c, 0x24, 0x0c\n"           // mov ebx, [esp+12]
    ".byte 0x8b, 0x4c, 0x24, 0x10\n"           // mov ecx, [esp+16]
    ".byte 0x8b, 0x54, 0x24, 0x14\n"           // mov edx, [esp+20]
    ".byte 0xcd, 0x80, 0x5b, 0xc3");           // int 0x80; pop ebx; ret

int system_call(int number, ...);
int main(int argc, char **argv);

void _start(char *argv0) { system_call(1, main(((int *)&argv0)[-1], &argv0)); }

static int length_of(const char *text)
{
    int length = 0;
    while (text[length])
        length++;
    return length;
}

static void print(const char *text) { system_call(4, 1, text, length_of(text)); }

void show_text(const char *name, const char *text)
{
    print(name);
    print(": ");
    print(text);
    print("\n");
}

void show(const char *name, long long value)
{
    char text[24], *p = text + 23;
    unsigned long long rest = value < 0 ? -(unsigned long long)value : value;
    *p = 0;
    do
        *--p = '0' + rest % 10;
    while (rest /= 10);
    if (value < 0)
        *--p = '-';
    show_text(name, p);
}

void show_bytes(const char *name, const void *data, int size)
{
    char text[64];
    const unsigned char *bytes = data;
    int i;
    for (i = 0; i < size; i++) {
        text[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
        text[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
    }
    text[2 * size] = 0;
    show_text(name, text);
}

void show_float(const char *name, float value) { show_bytes(name, &value, 4); }
void show_double(const char *name, double value) { show_bytes(name, &value, 8); }
void show_long_double(const char *name, long double value) { show_bytes(name, &value, 10); }
