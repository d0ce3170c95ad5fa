// setjmp.c: jumps between functions.
#include "libc.h"

// jmp_buf holds ebx, esi, edi, ebp, esp after the return, eip.

asm(".globl setjmp\n"
    "setjmp:\n"
    ".byte 0x8b, 0x44, 0x24, 0x04\n"       // mov eax, [esp+4]
    ".byte 0x89, 0x18, 0x89, 0x70, 0x04\n" // mov [eax], ebx; mov [eax+4], esi
    ".byte 0x89, 0x78, 0x08\n"             // mov [eax+8], edi
    ".byte 0x89, 0x68, 0x0c\n"             // mov [eax+12], ebp
    ".byte 0x8d, 0x4c, 0x24, 0x04\n"       // lea ecx, [esp+4]
    ".byte 0x89, 0x48, 0x10\n"             // mov [eax+16], ecx
    ".byte 0x8b, 0x0c, 0x24\n"             // mov ecx, [esp]
    ".byte 0x89, 0x48, 0x14\n"             // mov [eax+20], ecx
    ".byte 0x31, 0xc0, 0xc3");             // xor eax, eax; ret

asm(".globl longjmp\n"
    "longjmp:\n"
    ".byte 0x8b, 0x54, 0x24, 0x04\n"       // mov edx, [esp+4]
    ".byte 0x8b, 0x44, 0x24, 0x08\n"       // mov eax, [esp+8]
    ".byte 0x85, 0xc0, 0x75, 0x01, 0x40\n" // test eax, eax; jnz past; inc eax; past:
    ".byte 0x8b, 0x1a, 0x8b, 0x72, 0x04\n" // mov ebx, [edx]; mov esi, [edx+4]
    ".byte 0x8b, 0x7a, 0x08\n"             // mov edi, [edx+8]
    ".byte 0x8b, 0x6a, 0x0c\n"             // mov ebp, [edx+12]
    ".byte 0x8b, 0x62, 0x10\n"             // mov esp, [edx+16]
    ".byte 0xff, 0x62, 0x14");             // jmp [edx+20]
