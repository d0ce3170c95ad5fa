// Functions: arguments of all kinds, variable arguments, results, storage.
#include "show.h"

typedef char *va_list;
#define ROUNDED(type) ((sizeof(type) + 3) & ~3)
#define va_start(list, last) ((list) = (char *)&(last) + ROUNDED(last))
#define va_arg(list, type) (*(type *)(((list) += ROUNDED(type)) - ROUNDED(type)))

struct small { char c; };
struct odd { char text[7]; };

extern int shared, shared_function(int);
static int hidden = 1;
static int hidden_function(void) { return hidden; }
int other_hidden(void);

int counter(void) { static int n = 10; return n++; }
int other(void) { static int n; return --n; }

long long wide(char a, long long b, short c, unsigned long long d) { return a + b * c + d; }
unsigned char narrow(int x) { return x; }
short promoted(char c, short s, unsigned char u) { return c + s + u; }
struct small small(char c) { struct small s; s.c = c; return s; }
struct odd odd(struct odd o, int i) { o.text[i]++; return o; }
int take(struct small s, struct odd o, int i) { return s.c + o.text[6] + i; }
int parameter(int x) { x += 5; { int x = 3; hidden += x; } return x; }

int sum(int n, ...)
{
    va_list list;
    int s = 0;
    va_start(list, n);
    while (n--) s += va_arg(list, int);
    return s;
}

double mixed(char *kinds, ...)
{
    va_list list;
    double s = 0;
    struct odd o;
    va_start(list, kinds);
    for (; *kinds; kinds++) {
        if (*kinds == 'i') s += va_arg(list, int);
        if (*kinds == 'l') s += va_arg(list, long long);
        if (*kinds == 'd') s += va_arg(list, double);
        if (*kinds == 'L') s += va_arg(list, long double);
        if (*kinds == 's') { o = va_arg(list, struct odd); s += o.text[2]; }
        if (*kinds == 'p') s += *va_arg(list, char *);
    }
    return s;
}

int unprototyped();
int (*pointer)() = unprototyped;
inline static int inlined(int x) { return x + 1; }
int main(int argc, char **argv)
{
    struct odd o = { "abcdef" };
    char c = 100;
    float f = 0.5f;
    auto int automatic = 1;
    register int fast = 2;
    const volatile int fixed = 3;
    show("arguments", argc);
    show_text("first argument", argv[1]);
    show("static local", counter() + counter() * 100);
    show("static locals are distinct", other());
    show("wide arguments", wide(-1, 1LL << 33, 4, 0xffffffffffull));
    show("narrow result", narrow(511));
    show("promoted arguments", promoted(-1, 300, 255));
    show("small struct", small('x').c);
    show_text("odd struct", odd(o, 2).text);
    o.text[6] = 7;
    show("struct arguments", take(small(1), o, 3));
    show("parameter is a copy", parameter(c));
    show("inner variable", hidden);
    show("variable arguments", sum(5, 1, 2, 3, 4, 5));
    show("chars and shorts promote", sum(3, c, (short)-1, (unsigned char)255));
    show_double("mixed arguments", mixed("ildLsfp", 1, 1LL << 40, 0.25, 0.5L, o, "A"));
    show_double("float promotes to double", mixed("d", f));
    show("unprototyped", unprototyped(1, 2) + pointer(3, 4) * 100);
    show("inline", inlined(1));
    show("storage classes", automatic + fast + fixed);
    show("other unit", shared + shared_function(2));
    shared = 50;
    show("shared object", shared_function(0));
    show("static names are the unit's own", hidden_function() + other_hidden() * 100);
    { extern int shared; int hidden = 9; show("extern in a block", shared + hidden); }
    return 0;
}
int unprototyped(int a, int b) { return a * 10 + b; }
