/** musl as programs meet it: each of these prints what the C standard, POSIX or the Unicode standard says. */
import { expect, it } from "vitest";
import { describeIn, toolchain } from "./root.ts";

/** Programs with what they print. All include the same headers. */
const programs: Readonly<Record<string, readonly [body: string, output: string]>> = {
  "stdio: numbers in all bases, exact and rounded to even": [
    `printf("%#x %o %+d %05.1f %g %a %.0f %.0f|%-6s|%*d\\n", 255, 8, 7, 2.25, 1e-5, 0.1, 0.5, 1.5, "ab", 4, 42);
     printf("%.55f %.3Lg\\n", 0.1, 1e4000L);`,
    "0xff 10 +7 002.2 1e-05 0x1.999999999999ap-4 0 2|ab    |  42\n" +
      "0.1000000000000000055511151231257827021181583404541015625 1e+4000\n",
  ],
  "stdio: reads what it wrote, in memory and in files beyond 4 GiB": [
    `char *text; size_t size; FILE *f = open_memstream(&text, &size);
     fprintf(f, "%d %s", 12, "words here"); fclose(f);
     int n; char w[9]; printf("%zu %d ", size, sscanf(text, "%i %4[a-z]", &n, w)); printf("%d %s ", n, w);
     f = tmpfile(); fseeko(f, 5LL << 30, SEEK_SET); fputc('x', f); fseeko(f, -1, SEEK_CUR);
     n = fgetc(f); printf("%c %lld\\n", n, (long long)ftello(f));`,
    "13 2 12 word x 5368709121\n",
  ],
  "stdlib: numbers from text, to the nearest and with their limits": [
    `errno = 0; char *end; long n = strtol("9223372036854775808z", &end, 10);
     printf("%d %d %c ", n == LONG_MAX, errno == ERANGE, *end);
     printf("%d %.17g %ld\\n", strtod("2.2250738585072011e-308", 0) < DBL_MIN, strtod("0x1.8p1", 0), strtol("-z", 0, 36));`,
    "1 1 z 1 3 -35\n",
  ],
  "stdlib: sorts, and searches what is sorted": [
    `int a[1000], k = 777; for (int i = 0; i < 1000; i++) a[i] = i * 7919 % 1000;
     qsort(a, 1000, sizeof *a, by_number); int sorted = 1; for (int i = 0; i < 1000; i++) sorted &= a[i] == i;
     printf("%d %td\\n", sorted, (int *)bsearch(&k, a, 1000, sizeof *a, by_number) - a);`,
    "1 777\n",
  ],
  "math: what IEEE 754 and the C standard's annex F fix": [
    `printf("%a %a %a %a ", sqrt(2), fma(0.1, 10, -1), nextafter(1, 2), remainder(5, 3));
     printf("%g %g %g %d %d ", pow(-1, INFINITY), atan2(-0.0, -0.0) + M_PI, hypot(INFINITY, NAN), isnan(0 / zero), ilogb(0x1p-1074));
     feclearexcept(FE_ALL_EXCEPT); volatile double q = 1 / zero;
     printf("%d %d\\n", q == INFINITY, fetestexcept(FE_ALL_EXCEPT) == FE_DIVBYZERO);`,
    "0x1.6a09e667f3bcdp+0 0x1p-54 0x1.0000000000001p+0 -0x1p+0 1 0 inf 1 -1074 1 1\n",
  ],
  "math: functions within a unit in the last place": [
    `double got[] = {sin(1e22), exp(1), log(10), cbrt(27), tgamma(5), erf(0.5), lgamma(0.5), tanh(0.1)};
     double want[] = {-0.8522008497671888018, M_E, M_LN10, 3, 24, 0.52049987781304653768, 0.57236494292470008707, 0.099667994624955817118};
     for (int i = 0; i < 8; i++) printf("%d", fabs(got[i] - want[i]) <= fabs(want[i]) * DBL_EPSILON);`,
    "11111111",
  ],
  "complex numbers": [
    `double complex z = cexp(I * M_PI), r = csqrt(-4); printf("%.3f %.3f %g", creal(z), fabs(cimag(z)), cimag(r));`,
    "-1.000 0.000 2",
  ],
  "threads: a lock, a condition, a barrier, storage for each, and an end from outside": [
    `pthread_t t[8]; for (int i = 0; i < 8; i++) pthread_create(t + i, 0, add, 0);
     for (int i = 0; i < 8; i++) pthread_join(t[i], 0);
     void *end; pthread_create(t, 0, forever, 0); pthread_cancel(*t); pthread_join(*t, &end);
     printf("%d %d %d %d", sum, atomic_load(&count), own, end == PTHREAD_CANCELED);`,
    "80000 80000 0 1",
  ],
  "locale: UTF-8 is the only encoding, in any locale": [
    `printf("%d ", setlocale(LC_ALL, "C.UTF-8") != 0); wchar_t w[9]; size_t n = mbstowcs(w, "aß€😀", 9);
     printf("%zu %x %d %d %lc%lc ", n, (unsigned)w[3], wcwidth(L'漢'), wcwidth(0x301), towupper(L'é'), towlower(L'Ж'));
     printf("%d %d", iswalpha(L'λ') != 0, mbtowc(w, "\\xc0\\x80", 2));`,
    "1 4 1f600 2 0 Éж 1 -1",
  ],
  "iconv: from Latin-1 to UTF-8 and back": [
    `char in[] = "\\xe9t\\xe9", mid[9] = "", out[9] = "", *i = in, *m = mid, *o = out; size_t a = 3, b = 8, c = 8;
     iconv_t to = iconv_open("UTF-8", "ISO-8859-1"), back = iconv_open("ISO-8859-1", "UTF-8");
     iconv(to, &i, &a, &m, &b); a = m - mid; i = mid; iconv(back, &i, &a, &o, &c); printf("%s %d", mid, !strcmp(in, out));`,
    "été 1",
  ],
  "time: days since 1970 in both directions, leap days and week numbers": [
    `struct tm t = {.tm_year = 100, .tm_mon = 1, .tm_mday = 29 + 366}; time_t s = timegm(&t); char x[64], y[64];
     strftime(x, 64, "%F %a %j %G-W%V", gmtime(&s)); s = -1; strftime(y, 64, "%c", gmtime(&s)); printf("%s; %s; ", x, y);
     strptime("Tue, 29 Feb 2028 23:59:60", "%a, %d %b %Y %T", &t); printf("%lld", (long long)timegm(&t));`,
    "2001-03-01 Thu 060 2001-W09; Wed Dec 31 23:59:59 1969; 1835481600",
  ],
  "time: zones by rule": [
    `setenv("TZ", "XST8XDT,M3.2.0,M11.1.0", 1); tzset(); time_t s = 1793523600; struct tm *t = localtime(&s);
     printf("%02d %s %d", t->tm_hour, t->tm_zone, t->tm_isdst); s = 1780000000; printf(" %d", localtime(&s)->tm_isdst);`,
    "01 XST 0 1",
  ],
  "names: addresses in figures, hosts from /etc/hosts, users, and services": [
    `struct addrinfo *a, h = {.ai_socktype = SOCK_STREAM}; char host[64], port[8]; FILE *f;
     mkdir("/etc", 0755); f = fopen("/etc/hosts", "w"); fputs("192.0.2.7 seven\\n", f); fclose(f);
     f = fopen("/etc/passwd", "w"); fputs("ann:x:7:8:Ann:/home/ann:/bin/sh\\n", f); fclose(f);
     f = fopen("/etc/services", "w"); fputs("web 80/tcp\\n", f); fclose(f);
     char *names[] = {"2001:db8::1", "seven"};
     for (int i = 0; i < 2; i++) { printf("%d ", getaddrinfo(names[i], "web", &h, &a));
       getnameinfo(a->ai_addr, a->ai_addrlen, host, 64, port, 8, NI_NUMERICHOST | NI_NUMERICSERV); printf("%s %s ", host, port); }
     printf("%u %s %d", getpwnam("ann")->pw_uid, getpwuid(7)->pw_dir, getpwnam("bob") == 0);`,
    "0 2001:db8::1 80 0 192.0.2.7 80 7 /home/ann 1",
  ],
  "patterns of files and of text": [
    `regex_t r; regmatch_t m[3]; regcomp(&r, "([a-z]+)=([0-9]{2,})", REG_EXTENDED); int found = regexec(&r, "x; key=123", 3, m, 0);
     printf("%d %d-%d %d ", found, (int)m[2].rm_so, (int)m[2].rm_eo, fnmatch("*.[ch]", ".c", FNM_PERIOD) == FNM_NOMATCH);
     glob_t g; fclose(fopen("b.x", "w")); fclose(fopen("a.x", "w")); glob("*.x", 0, 0, &g); printf("%zu %s", g.gl_pathc, g.gl_pathv[0]);`,
    "0 7-10 1 2 a.x",
  ],
  "processes, pipes and signals": [
    `int p[2], status; pipe(p); if (!fork()) { write(p[1], "child", 5); raise(SIGTERM); }
     char text[9] = ""; wait(&status); read(p[0], text, 5); signal(SIGALRM, handler); raise(SIGALRM);
     printf("%s %d %d %d", text, WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM, handled, system("exit 3") >> 8);`,
    "child 1 1 3",
  ],
  "jumps out of functions, and what runs at the end": [
    `atexit(bye); jmp_buf where; volatile int n = 0; if (setjmp(where) < 3) longjmp(where, ++n); printf("%d ", n);`,
    "3 bye",
  ],
};

const program = (body: string) => `#define _GNU_SOURCE
${[
  ..."complex ctype errno fenv float fnmatch glob iconv limits locale math netdb pthread pwd regex setjmp signal".split(
    " ",
  ),
  ..."stdatomic stddef stdio stdlib string time unistd wchar wctype sys/socket sys/stat sys/wait".split(" "),
]
  .map((name) => `#include <${name}.h>`)
  .join("\n")}
volatile double zero; volatile sig_atomic_t handled; void handler(int s) { handled = s == SIGALRM; }
void bye(void) { fputs("bye", stdout); }
int by_number(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }
pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; pthread_cond_t all = PTHREAD_COND_INITIALIZER;
int sum, here; atomic_int count; _Thread_local int own;
void *add(void *x)
{
    pthread_mutex_lock(&lock);
    if (++here == 8) pthread_cond_broadcast(&all);
    while (here < 8) pthread_cond_wait(&all, &lock);
    pthread_mutex_unlock(&lock);
    for (own = 0; own < 10000; own++, count++) { pthread_mutex_lock(&lock); sum++; pthread_mutex_unlock(&lock); }
    return x;
}
void *forever(void *x) { for (;;) sleep(1000); return x; }
int main(void)
{
${body}
}
`;

describeIn([...toolchain], "musl", (sh) => {
  it.each(Object.entries(programs))("%s", async (_, [body, output]) => {
    const script = "gcc -std=gnu17 -O2 -w -o program program.c && ./program";
    expect(await sh(script, { "program.c": program(body) })).toBe(output);
  });
});
