; The i386 instructions that the ladder uses, as definitions for asm. In their
; patterns, `r` stands for a register, `n` for a number, `o` for an operation
; such as add, and `j` for a conditional jump. esp and ebp are encoded unlike the
; other registers where they are a base, so they have patterns of their own.

n = 0
operand r r 0
operand r eax 0
operand r ecx 1
operand r edx 2
operand r ebx 3
operand r esi 6
operand r edi 7
operand A al 0
operand X ax 0
operand Y cx 1
operand S esp 4
operand B ebp 5

operand o o 0
operand o add 0
operand o or 1
operand o and 4
operand o sub 5
operand o xor 6
operand o cmp 7

operand j j 0
operand j jb 2
operand j jae 3
operand j je 4
operand j jne 5
operand j jbe 6
operand j ja 7
operand j jl 12
operand j jge 13
operand j jle 14
operand j jg 15

operand b byte 0
operand M movsb 0
operand K cmpsb 0
operand T to 0

; Data
define byte n               : n1
define byte n, n            : n1 n1
define half n, n            : n2 n2
define half n, n, n         : n2 n2 n2
define word n               : n4
define word n, n            : n4 n4

; Moves
define mov r, n             : b8+a n4
define mov r, r             : 89 c0+a+8b
define mov r, [n]           : 8b 05+8a n4
define mov r, [r]           : 8b 00+8a+b
define mov r, [r+n]         : 8b 80+8a+b n4
define mov r, [esp+n]       : 8b 84+8a 24 n4
define mov r, [ebp+n]       : 8b 85+8a n4
define mov r, esp           : 89 e0+a
define mov r, ebp           : 89 e8+a
define mov ebp, [n]         : 8b 2d n4
define mov ebp, [esp+n]     : 8b ac 24 n4
define mov [n], n           : c7 05 n4 n4
define mov [n], r           : 89 05+8a n4
define mov [r], n           : c7 00+a n4
define mov [r], r           : 89 00+a+8b
define mov [r+n], n         : c7 80+a n4 n4
define mov [r+n], r         : 89 80+a+8b n4
define mov [esp], r         : 89 04+8b 24
define mov [esp+n], r       : 89 84+8b 24 n4
define mov al, n            : b0 n1
define mov al, [r]          : 8a 00+b
define mov al, [r+n]        : 8a 80+b n4
define mov [n], al          : 88 05 n4
define mov ax, n            : 66 b8 n2
define movzx r, al          : 0f b6 c0+8a
define movzx r, byte [r]    : 0f b6 00+8a+c
define movzx r, byte [r+n]  : 0f b6 80+8a+c n4
define lea r, [r+n]         : 8d 80+8a+b n4
define xchg r, [esp]        : 87 04+8a 24
define push r               : 50+a
define push n               : 68 n4
define push [n]             : ff 35 n4
define push [r]             : ff 30+a
define pop r                : 58+a
define pop [n]              : 8f 05 n4
define lodsb                : ac
define stosb                : aa
define stosw                : 66 ab
define stosd                : ab
define rep movsb            : f3 a4
define repe cmpsb           : f3 a6

; Arithmetic
define o r, n               : 81 c0+8a+b n4
define o r, r               : 01+8a c0+b+8c
define o r, [n]             : 03+8a 05+8b n4
define o r, [r+n]           : 03+8a 80+8b+c n4
define o [n], n             : 81 05+8a n4 n4
define o [n], r             : 01+8a 05+8b n4
define o [r+n], n           : 81 80+8a+b n4 n4
define o [esp], n           : 81 04+8a 24 n4
define o ebp, n             : 81 c5+8a n4
define o al, n              : 04+8a n1
define inc r                : 40+a
define inc [n]              : ff 05 n4
define dec r                : 48+a
define neg [n]              : f7 1d n4
define imul r, r            : 0f af c0+8a+b
define div r                : f7 f0+a
define rol r, n             : c1 c0+a n1
define shl r, n             : c1 e0+a n1
define shr r, n             : c1 e8+a n1

; Jumps
define j n                  : 0f 80+a j4
define jmp n                : e9 j4
define call n               : e8 j4
define call r               : ff d0+a
define ret                  : c3
define int n                : cd n1

; Compare the first two operands, then jump to the third
define j r, n, n            : 81 f8+b n4 0f 80+a j4
define j r, r, n            : 39 c0+b+8c 0f 80+a j4
define j r, [n], n          : 3b 05+8b n4 0f 80+a j4
define j [n], n, n          : 81 3d n4 n4 0f 80+a j4
define j [n], r, n          : 39 05+8b n4 0f 80+a j4
define j [r+n], n, n        : 81 b8+b n4 n4 0f 80+a j4
define j [r+n], r, n        : 39 80+b+8c n4 0f 80+a j4
define j [esp], n, n        : 81 3c 24 n4 0f 80+a j4
define j [esp+n], n, n      : 81 bc 24 n4 n4 0f 80+a j4
define j [ebp+n], n, n      : 81 bd n4 n4 0f 80+a j4
define j al, n, n           : 3c n1 0f 80+a j4
define j byte [r], n, n     : 80 38+c n1 0f 80+a j4
define j byte [r+n], n, n   : 80 b8+c n4 n1 0f 80+a j4
define j [r], al, n         : 38 00+b 0f 80+a j4
define j [r], cx, n         : 66 39 08+b 0f 80+a j4

; Several pushes and pops
define push r, r            : 50+a 50+b
define push r, r, r         : 50+a 50+b 50+c
define pop r, r             : 58+a 58+b
define pop r, r, r          : 58+a 58+b 58+c

; Copy a word by way of eax
define copy [n] to [n]      : 8b 05 n4 89 05 n4
define copy [n] to [r+n]    : 8b 05 n4 89 80+b n4
define copy [r+n] to [n]    : 8b 80+a n4 89 05 n4
define copy [r+n] to [r]    : 8b 80+a n4 89 00+c
define copy [r+n] to [r+n]  : 8b 80+a n4 89 80+c n4
define copy [ebp+n] to [n]  : 8b 85 n4 89 05 n4
