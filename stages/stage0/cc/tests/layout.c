// Layout of structs, unions and bit-fields by the i386 System V ABI, and their use.
#include "show.h"

#define OFFSET(type, member) ((int)&((type *)0)->member)

struct mixed { char a; short b; char c; int d; char e; long long f; char g; double h; char i; long double j; char k; };
struct inner { short x, y; };
struct outer { char a; struct inner in[3]; union { char c; int i; double d; } u; char z; };
struct anonymous { int a; union { int b; struct { short low, high; }; }; int c; };
struct flexible { char n; int tail[]; };
struct empty { };
struct list { struct list *next; int value; };
union mixed_union { char c[5]; int i; short s; };

struct bits { unsigned a : 3; int b : 5; unsigned c : 30; signed char d : 4; unsigned char e : 5; unsigned : 0; _Bool f : 1; unsigned short g : 16; int h : 32; };
struct narrow { char a; int b : 8; };
struct crossing { int a : 20; int b : 20; short c : 9; char d : 7; };
struct unnamed { char a : 2; int : 3; char b : 2; };
enum color { RED, GREEN, BLUE };
struct enums { enum color c : 2; unsigned rest : 30; };
union bit_union { unsigned low : 4; unsigned char byte; };

struct big { int n; char text[60]; } one = { 7, "big" }, two;

struct inner make(int x, int y) { struct inner s; s.x = x; s.y = y; return s; }
struct big grow(struct big b) { b.n *= 2; b.text[0] = 'B'; return b; }
int area(struct inner s, char c, struct inner t) { return s.x * s.y + t.x * t.y + c; }
struct list *follow(struct list *l, int n) { return n ? follow(l->next, n - 1) : l; }

int main(void)
{
    struct bits b;
    struct crossing cr;
    struct outer o, *p = &o;
    struct anonymous an;
    struct list third = { 0, 3 }, second = { &third, 2 }, first = { &second, 1 };
    struct enums en;
    union mixed_union u;
    union bit_union bu;
    struct big local, *pointer = &local;
    int i = 1;
    show("size and offsets", sizeof(struct mixed));
    show("d", OFFSET(struct mixed, d));
    show("f", OFFSET(struct mixed, f));
    show("h", OFFSET(struct mixed, h));
    show("j", OFFSET(struct mixed, j));
    show("k", OFFSET(struct mixed, k));
    show("nested", sizeof(struct outer) * 100 + OFFSET(struct outer, u));
    show("offset in an array of structs", OFFSET(struct outer, in[2].y));
    show("anonymous", sizeof(struct anonymous) * 100 + OFFSET(struct anonymous, high));
    show("flexible", sizeof(struct flexible) * 100 + OFFSET(struct flexible, tail[2]));
    show("empty", sizeof(struct empty));
    show("union", sizeof(union mixed_union));
    show("bit-fields", sizeof(struct bits));
    show("narrow bit-field", sizeof(struct narrow));
    show("crossing bit-fields", sizeof(struct crossing));
    show("unnamed bit-fields", sizeof(struct unnamed));
    for (i = 0; i < sizeof b; i++) ((char *)&b)[i] = 0;
    b.a = 13; b.b = -9; b.c = 0x2fffffff; b.d = 7; b.e = 0x55; b.f = 4; b.g = 0x1234; b.h = -5;
    show_bytes("bits", &b, sizeof b);
    show("read a", b.a);
    show("read b", b.b);
    show("read c", b.c);
    show("read d and e", b.d * 100 + b.e);
    show("read f", b.f);
    show("read g and h", b.g + b.h);
    show("value of the assignment", (b.a = 9) * 100 + (b.b = 17));
    show("bit-field promotes to int", b.a - 2 < 0);
    show("32 unsigned bits stay unsigned", en.rest * 0 + (b.h - 1u > 0));
    b.a += 5; b.b -= 3; b.c <<= 2; b.d *= 3; b.e |= 16;
    show("assignments", b.a + b.b * 10 + b.d * 1000 + b.e * 10000);
    show("c", b.c);
    show("post increment", b.a++ * 10 + b.a);
    b.a = 7;
    show("wraps", ++b.a);
    show("post decrement wraps", b.a-- * 10 + b.a);
    show("neighbours are kept", b.b * 100 + b.d);
    cr.a = -1; cr.b = 0x7ffff; cr.c = -200; cr.d = -3;
    show("crossing", cr.a + cr.b + cr.c * cr.d);
    en.c = BLUE; en.rest = -1;
    show("enum bit-field is unsigned", en.c);
    bu.byte = 0xab;
    show("union of a bit-field", bu.low);
    u.i = 0x01020304;
    show("union", u.c[0] * 100 + u.s);
    p->in[1].x = 5; p->in[1].y = 6; (*p).u.d = 0.5; (p + 0)->z = 'z';
    show("members", o.in[1].x * o.in[1].y + o.z);
    show("shared bytes", o.u.i);
    an.b = 0x00050004; an.a = 1; an.c = 2;
    show("anonymous members", an.low * 10 + an.high);
    o.in[2] = o.in[1];
    show("struct assignment", o.in[2].x);
    show("struct result", make(3, 4).y);
    show("struct arguments", area(make(2, 3), 1, o.in[2]));
    two = one;
    show_text("large struct", two.text);
    local = grow(*(&two));
    show_text("large struct result", local.text);
    show_text("argument was a copy", two.text);
    show("chained", (two = *pointer).n);
    show("chosen struct", (i ? local : one).n + (i ? *pointer : two).n);
    show("comma struct", (i, one).n);
    show("list", follow(&first, 2)->value + first.next->next->value);
    pointer->n++;
    pointer->n <<= 2;
    show("through a pointer", local.n--);
    show("local struct type", sizeof(struct { char c; int i; }));
    return 0;
}
