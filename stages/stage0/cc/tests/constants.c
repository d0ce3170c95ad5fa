// Constants of integers, characters and strings.
#include "show.h"

enum { A, B, C = 10, D, E = C * 2 + 1, F = -3, G };
enum color { RED = 1, GREEN } paint = GREEN;
enum negative { BELOW = -1 };

int main(void)
{
    enum color green = GREEN;
    enum negative below = BELOW;
    show("decimal", 2147483647);
    show("octal", 0777 + 00);
    show("hexadecimal", 0xDeadBeef);
    show("hexadecimal is unsigned", 0xffffffff > 0);
    show("decimal beyond int is long long", 4294967295 + 1);
    show("size by value", sizeof(2147483648) + sizeof(0x80000000) * 10 + sizeof(0x100000000) * 100);
    show("suffixes", sizeof(1u) + sizeof(1L) * 10 + sizeof(1ul) * 100 + sizeof(1LL) * 1000 + sizeof(1uLL) * 10000);
    show("u makes unsigned", -1 < 0u);
    show("character", 'a');
    show("character is an int", sizeof 'a');
    show("character is signed", '\xff');
    show("escapes", '\n' + '\t' * 100 + '\r' * 10000 + '\\' * 1000000);
    show("more escapes", '\a' + '\b' * 100 + '\f' * 10000 + '\v' * 1000000);
    show("quotes", '\'' + '"' * 1000 + '\"' * 1000000);
    show("octal escapes", '\0' + '\7' * 10 + '\12' * 100 + '\101' * 10000);
    show("hexadecimal escape", '\x41');
    show("size of a string", sizeof "abc" + sizeof "" * 10 + sizeof "a\0b" * 100);
    show("adjacent strings", sizeof "abc" "def");
    show_bytes("adjacent escapes stay apart", "\x4" "1\08" "\1234", 7);
    show("index of a constant string", "hello"[1]);
    show("string continued\
 on a line", "a\
b"[1]);
    show("enum", A + B * 10 + C * 100 + D * 10000 + E * 1000000);
    show("enum goes down", F + G * 10);
    show("enum object", paint + green * 10);
    show("enum without negative constants is unsigned", green - 3 > 0);
    show("enum with one is signed", below < 0);
    show("size of types", sizeof(char) + sizeof(short) * 10 + sizeof(int) * 100 + sizeof(long) * 1000 + sizeof(void *) * 10000);
    show("size of an expression is not evaluated", sizeof(paint = RED) + paint);
    return 0;
}
