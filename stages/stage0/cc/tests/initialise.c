// Initialisers, static and automatic.
#include "show.h"

struct point { int x, y; };
struct line { struct point from, to; char *name; };
union either { int i; char c[4]; };
struct flexible { int n; char text[]; };
struct bits { unsigned a : 4, b : 12; int c; };

static int squares[] = { 0, 1, 4, 9, 16, };
static int partly[5] = { 1, 2 };
static int matrix[2][3] = { { 1, 2, 3 }, { 4 } }, flat[2][3] = { 1, 2, 3, 4 };
static char text[] = "text", cut[3] = "cut", padded[6] = "pad", braced[] = { "braced" };
static char *names[] = { "one", "two", "three" };
static struct line lines[] = { { { 1, 2 }, { 3, 4 }, "braces" }, 5, 6, 7, 8, "none" };
static struct line by_name = { .to = { .y = 9 }, .name = "named" };
static int by_index[] = { [3] = 30, 40, [7] = 70 };
static struct point *pointer = &lines[1].to, *null = 0;
static int *inside = &matrix[1][2], *past = matrix[1] + 3 - 1;
static char *tail = "string" + 3;
static union either either = { 0x41424344 };
static struct flexible flexible = { 3, "abc" };
static struct bits bits = { 5, 0x123, -1 };
static int (*function)(int) ;
static long long wide = -5, from_unsigned = 4000000000u;
static unsigned char small = 300;
static double number = 3, fraction = -0.5f;
static struct point zero, empty = { };
static int expression = (int)sizeof(struct line) * 2 + ('a' == 97 ? 10 : 20);
static void *address = &address;
int tentative;
int tentative;
int tentative = 6;
extern int later[];
static int use_later(void) { return later[2]; }
int later[] = { 7, 8, 9 };

static int twice(int x) { return 2 * x; }
static int (*functions[])(int) = { twice, &twice };

int main(void)
{
    int n = 3, computed[] = { n, n * 2, twice(n) }, partly_local[5] = { n }, all_zero[20] = { 0 };
    char word[] = "word", buffer[10] = "buf";
    struct point p = { n, n + 1 }, q = p, r = { .y = n };
    struct line line = { p, { 7 }, "local" };
    struct { struct point points[2]; int last; } nested = { { { 1, n }, 3, 4 }, 5 };
    struct bits local_bits = { n, n * 100, n };
    union either local_either = { .c = { 'a', 'b' } };
    int local_matrix[][2] = { 1, 2, { 3 }, { n, 5 } };
    static int counter = 5, *address_of_static = &counter;
    char *local_names[] = { "x", "y", 0 };
    double reals[3] = { 1, n, 0.25f };
    int i, sum = 0;
    show("size from values", sizeof squares);
    show("squares", squares[2] + squares[4]);
    show("partly", partly[1] + partly[2] + partly[4]);
    show("matrix", matrix[1][0] * 10 + matrix[1][1]);
    show("flat", flat[1][0] * 10 + flat[0][2]);
    show("sizes of strings", sizeof text + sizeof cut * 10 + sizeof padded * 100 + sizeof braced * 1000);
    show_text("text", text);
    show_bytes("cut", cut, 3);
    show_bytes("padded", padded, 6);
    show_text("names", names[2]);
    show_text("lines", lines[0].name);
    show_text("without braces", lines[1].name);
    show("without braces", lines[1].from.x + lines[1].to.y * 10);
    show("by name", by_name.to.y + by_name.to.x + by_name.from.x);
    show_text("by name", by_name.name);
    show("by index", sizeof by_index + by_index[3] + by_index[4] + by_index[7]);
    show("pointer", pointer->y + (null == 0));
    show("inside", inside == past);
    show_text("tail", tail);
    show("union", either.c[0]);
    show("flexible", flexible.n + sizeof flexible * 10);
    show_text("flexible", flexible.text);
    show("bits", bits.a + bits.b * 100 + bits.c);
    show("converted", wide + small * 1000 + from_unsigned * 1000000);
    show_double("integer for a double", number);
    show_double("float for a double", fraction);
    show("zero", zero.x + empty.y + (function == 0));
    show("expression", expression);
    show("own address", address == &address);
    show("tentative", tentative);
    show("defined later", use_later() + sizeof later);
    show("functions", functions[1](4));
    show("computed", computed[0] + computed[1] * 10 + computed[2] * 100);
    for (i = 0; i < 5; i++) sum += partly_local[i];
    for (i = 0; i < 20; i++) sum += all_zero[i];
    show("rest is zero", sum);
    show_text("word", word);
    show_bytes("buffer", buffer, 10);
    show("structs", p.x + q.y * 10 + r.x * 100 + r.y * 1000);
    show("struct in struct", line.from.y + line.to.x * 10 + line.to.y * 100);
    show_text("struct in struct", line.name);
    show("nested", nested.points[0].y + nested.points[1].x * 10 + nested.points[1].y * 100 + nested.last * 1000);
    show("local bits", local_bits.a + local_bits.b * 10 + local_bits.c * 10000);
    show_bytes("local union", &local_either, 4);
    show("local matrix", sizeof local_matrix + local_matrix[1][1] * 100 + local_matrix[2][0] * 1000);
    show("static", counter++ + (*address_of_static) * 10);
    show("array of pointers", local_names[1][0] + (local_names[2] == 0));
    show_double("reals", reals[0] + reals[1] + reals[2]);
    for (i = 0; i < 3; i++) {
        int again[3] = { i };
        again[2] += again[0] + 1;
        sum += again[2];
    }
    show("initialised each time", sum);
    return 0;
}
