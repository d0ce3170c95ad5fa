// system.c: what a C0 program gets from c0, for other compilers: its start and `syscall`.
asm(".globl syscall\n"
    "syscall:\n"
    ".byte 0x53, 0x8b, 0x44, 0x24, 0x08\n" // push ebx; mov eax, [esp+8]
    ".byte 0x8b, 0x5c, 0x24, 0x0c\n"       // mov ebx, [esp+12]
    ".byte 0x8b, 0x4c, 0x24, 0x10\n"       // mov ecx, [esp+16]
    ".byte 0x8b, 0x54, 0x24, 0x14\n"       // mov edx, [esp+20]
    ".byte 0xcd, 0x80, 0x5b, 0xc3");       // int 0x80; pop ebx; ret

int syscall(int number, int a, int b, int c);
int main(int argc, char **argv);

void _start(char *argv0) { syscall(1, main(((int *)&argv0)[-1], &argv0), 0, 0); }
