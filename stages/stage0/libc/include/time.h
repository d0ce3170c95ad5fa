// time.h: time_t has 64 bits; the local time zone is UTC.
#ifndef _TIME_H
#define _TIME_H

#include <sys/types.h>

#define CLOCKS_PER_SEC 1000000
enum { CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_PROCESS_CPUTIME_ID };

struct tm { int tm_sec, tm_min, tm_hour, tm_mday, tm_mon, tm_year, tm_wday, tm_yday, tm_isdst; };
struct timespec { time_t tv_sec; long tv_nsec, __padding; };

char *asctime(const struct tm *date), *ctime(const time_t *when);
clock_t clock(void);
double difftime(time_t end, time_t begin);
int clock_gettime(int clock, struct timespec *now);
size_t strftime(char *text, size_t size, const char *format, const struct tm *date);
struct tm *gmtime(const time_t *when), *localtime(const time_t *when);
time_t mktime(struct tm *date), time(time_t *now);

#endif
