// empty.c: becomes crti.o and crtn.o, which TinyCC's linker asks for and this libc has no use for.
