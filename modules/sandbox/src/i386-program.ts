/** A static ELF that makes the directory /out/x: mkdir("/out/x", 0755), exit(0). */
export const I386_PROGRAM = Buffer.from(
  [
    "7f454c46 01010100 00000000 00000000", // ELF, 32 bits, little-endian, version 1
    "02000300 01000000 54800408 34000000", // executable for i386; entry 0x8048054; program header at 52
    "00000000 00000000 34002000 01000000", // this header has 52 bytes, the one program header 32
    "00000000",
    "01000000 00000000 00800408 00800408", // load from offset 0 to 0x8048000
    "73000000 73000000 05000000 00100000", // 115 bytes, to read and execute, in pages of 4 KiB
    "b827000000 bb6c800408 b9ed010000 cd80", // mov eax, 39; mov ebx, 0x804806c; mov ecx, 0755; int 0x80
    "31db 8d4301 cd80", // xor ebx, ebx; lea eax, [ebx + 1]; int 0x80
  ]
    .join("")
    .replaceAll(" ", "") + Buffer.from("/out/x\0").toString("hex"),
  "hex",
);
