#ifndef _SETJMP_H
#define _SETJMP_H

// ebx, esi, edi, ebp, esp, eip
typedef int jmp_buf[6];
typedef jmp_buf sigjmp_buf;

int setjmp(jmp_buf state);
void longjmp(jmp_buf state, int value);
#define _setjmp setjmp
#define _longjmp longjmp

#endif
