#ifndef _SYS_TYPES_H
#define _SYS_TYPES_H

#include <stddef.h>

typedef long long off_t, time_t;
typedef unsigned long long dev_t, ino_t;
typedef unsigned mode_t, uid_t, gid_t;
typedef long clock_t, suseconds_t;
typedef int pid_t;

#endif
