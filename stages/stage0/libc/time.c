// time.c: clocks, dates, sleep. All dates are in UTC.
#include "libc.h"

enum { DAY = 86400, DAYS_400_YEARS = 146097, DAYS_TO_1970 = 719468 }; // counted from 1 March of year 0

static const char days[] = "Sunday\0   Monday\0   Tuesday\0  Wednesday\0Thursday\0 Friday\0   Saturday\0 ";
static const char months[] = "January\0  February\0 March\0    April\0    May\0      June\0     "
                             "July\0     August\0   September\0October\0  November\0 December\0 ";

int clock_gettime(int clock, struct timespec *now) { return __syscall(SYS_clock_gettime64, clock, now); }

time_t time(time_t *now) {
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    if (now)
        *now = t.tv_sec;
    return t.tv_sec;
}

int gettimeofday(struct timeval *now, void *zone) {
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    now->tv_sec = t.tv_sec;
    now->tv_usec = t.tv_nsec / 1000;
    return 0;
}

clock_t clock(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return t.tv_sec * CLOCKS_PER_SEC + t.tv_nsec / 1000;
}

unsigned sleep(unsigned seconds) {
    struct timespec duration = { seconds, 0 };
    return __syscall(SYS_clock_nanosleep_time64, CLOCK_REALTIME, 0, &duration, &duration) ? duration.tv_sec + 1 : 0;
}

double difftime(time_t end, time_t begin) { return end - begin; }

// Days before the given day of the proleptic Gregorian calendar, counted from 1970-01-01. Years begin in
// March, so that the leap day comes last.
static long long days_before(long long year, int month, int day) {
    long long era;
    int march = (month + 10) % 12, year_of_era;
    year -= month < 2;
    era = (year >= 0 ? year : year - 399) / 400;
    year_of_era = year - era * 400;
    return era * DAYS_400_YEARS + year_of_era * 365 + year_of_era / 4 - year_of_era / 100
           + (153 * march + 2) / 5 + day - 1 - DAYS_TO_1970;
}

struct tm *gmtime(const time_t *when) {
    static struct tm result, *date = &result;
    long long day = *when / DAY, era, year;
    int second = *when % DAY, year_of_era, day_of_era, day_of_year, march;
    if (second < 0) {
        second += DAY;
        day--;
    }
    date->tm_hour = second / 3600;
    date->tm_min = second / 60 % 60;
    date->tm_sec = second % 60;
    date->tm_wday = ((day + 4) % 7 + 7) % 7;
    era = day + DAYS_TO_1970;
    era = (era >= 0 ? era : era - (DAYS_400_YEARS - 1)) / DAYS_400_YEARS;
    day_of_era = day + DAYS_TO_1970 - era * DAYS_400_YEARS;
    year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    march = (5 * day_of_year + 2) / 153;
    date->tm_mday = day_of_year - (153 * march + 2) / 5 + 1;
    date->tm_mon = (march + 2) % 12;
    year = era * 400 + year_of_era + (date->tm_mon < 2);
    date->tm_year = year - 1900;
    date->tm_yday = day - days_before(year, 0, 1);
    return date;
}

struct tm *localtime(const time_t *when) { return gmtime(when); }

time_t mktime(struct tm *date) {
    int years = (date->tm_mon >= 0 ? date->tm_mon : date->tm_mon - 11) / 12;
    time_t when = days_before(1900LL + date->tm_year + years, date->tm_mon - years * 12, 1) + date->tm_mday - 1;
    when = when * DAY + date->tm_hour * 3600LL + date->tm_min * 60LL + date->tm_sec;
    *date = *gmtime(&when);
    return when;
}

char *asctime(const struct tm *date) {
    static char text[64];
    strftime(text, sizeof text, "%a %b %e %H:%M:%S %Y\n", date);
    return text;
}

char *ctime(const time_t *when) { return asctime(gmtime(when)); }

// One conversion of strftime, as text of at most 63 bytes.
static void write_part(char *text, char letter, const struct tm *date) {
    const char *format = NULL;
    int hour = date->tm_hour % 12 ? date->tm_hour % 12 : 12;
    switch (letter) {
    case 'a': sprintf(text, "%.3s", days + date->tm_wday * 10); return;
    case 'A': strcpy(text, days + date->tm_wday * 10); return;
    case 'b': sprintf(text, "%.3s", months + date->tm_mon * 10); return;
    case 'B': strcpy(text, months + date->tm_mon * 10); return;
    case 'd': sprintf(text, "%02d", date->tm_mday); return;
    case 'e': sprintf(text, "%2d", date->tm_mday); return;
    case 'H': sprintf(text, "%02d", date->tm_hour); return;
    case 'I': sprintf(text, "%02d", hour); return;
    case 'j': sprintf(text, "%03d", date->tm_yday + 1); return;
    case 'm': sprintf(text, "%02d", date->tm_mon + 1); return;
    case 'M': sprintf(text, "%02d", date->tm_min); return;
    case 'p': strcpy(text, date->tm_hour < 12 ? "AM" : "PM"); return;
    case 'S': sprintf(text, "%02d", date->tm_sec); return;
    case 'U': sprintf(text, "%02d", (date->tm_yday + 7 - date->tm_wday) / 7); return;
    case 'w': sprintf(text, "%d", date->tm_wday); return;
    case 'W': sprintf(text, "%02d", (date->tm_yday + 7 - (date->tm_wday + 6) % 7) / 7); return;
    case 'y': sprintf(text, "%02d", (date->tm_year + 1900) % 100); return;
    case 'Y': sprintf(text, "%d", date->tm_year + 1900); return;
    case 'Z': strcpy(text, "UTC"); return;
    case '%': strcpy(text, "%"); return;
    case 'c': format = "%a %b %e %H:%M:%S %Y"; break;
    case 'D': case 'x': format = "%m/%d/%y"; break;
    case 'F': format = "%Y-%m-%d"; break;
    case 'R': format = "%H:%M"; break;
    case 'T': case 'X': format = "%H:%M:%S"; break;
    }
    *text = 0;
    if (format)
        strftime(text, 64, format, date);
}

size_t strftime(char *text, size_t size, const char *format, const struct tm *date) {
    char part[64];
    size_t used = 0, length;
    for (; *format; format++) {
        part[0] = *format;
        part[1] = 0;
        if (*format == '%' && format[1])
            write_part(part, *++format, date);
        length = strlen(part);
        if (used + length >= size)
            return 0;
        memcpy(text + used, part, length);
        used += length;
    }
    if (size == 0)
        return 0;
    text[used] = 0;
    return used;
}
