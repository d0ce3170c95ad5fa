// stddef.h: like TinyCC's own, which is found before this one, it names the fixed-width types too.
#ifndef _STDDEF_H
#define _STDDEF_H

#define NULL ((void *)0)
#define offsetof(type, member) ((size_t)&((type *)0)->member)

typedef unsigned int size_t;
typedef int ssize_t;
typedef int ptrdiff_t;
typedef int intptr_t;
typedef unsigned int uintptr_t;
typedef int wchar_t;

typedef signed char int8_t;
typedef short int16_t;
typedef int int32_t;
typedef long long int64_t;
typedef unsigned char uint8_t;
typedef unsigned short uint16_t;
typedef unsigned int uint32_t;
typedef unsigned long long uint64_t;

#endif
