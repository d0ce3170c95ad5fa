; c0: compiler for the language C0, described in README.md.
;
;     c0 OUT IN...
;
; One pass: every construct is parsed and its machine code emitted at once, and
; jumps forward are filled in when their target is reached.
;
; Registers with one meaning throughout:
;     esi  the next character of the source
;     edi  the next byte of the program being written
; The lexer and the functions for expressions keep ebx. Anything else may change
; with a call, unless the comment of the function says that it keeps it.

; ---------------------------------------------------------------- macros

; Write bytes of machine code. Only al changes.
define emit n            : b0 n1 aa
define emit n, n         : b0 n1 aa b0 n1 aa
define emit n, n, n      : b0 n1 aa b0 n1 aa b0 n1 aa
; Write a word of it that is known only now.
define emit_word [n]     : 8b 05 n4 ab
; Go past the token n, which must come here.
define expect n          : b8 n4 e8 >expect
; The operand's kind and type.
define result n, n       : c7 05 =kind n4 c7 05 =type n4
; A row of the table `operators`.
define operator n, n, n, n, n, n : n4 n1 n1 n1 n1 n4

; ---------------------------------------------------------------- the image
; The first bytes of c0 are also the first bytes of every program it writes:
; ELF header, program header, the call of main, and the builtin syscall().

image:
                word 0x464c457f                 ; magic: 0x7f, "ELF"
                word 0x00010101                 ; 32 bit, little endian, version 1
                word 0, 0                       ; System V ABI, padding
                half 2, 3                       ; executable, i386
                word 1                          ; version
                word start                      ; entry point
                word 52                         ; program header: offset in the file
                word 0, 0                       ; no sections, no flags
                half 52, 32, 1                  ; ELF header size, program header size and count
                half 40, 0, 0                   ; section header size, count, names: none
                word 1                          ; a segment to load
                word 0                          ; from the start of the file
                word image, image               ; to this address
image_file_size:
                word end - image
image_memory_size:
                word memory_end - image
                word 7                          ; read, write, execute
                word 0x1000                     ; page size

start:
                mov eax, esp                    ; the stack: argc, then argv[0], argv[1], ...
                push [eax]
                add eax, 4
                push eax
                call main
main_return:
                mov ebx, eax
                mov eax, sys_exit
                int 0x80

; int syscall(int number, int a, int b, int c): arguments are pushed in order.
syscall:
                mov edx, [esp+4]
                mov ecx, [esp+8]
                mov ebx, [esp+12]
                mov eax, [esp+16]
                int 0x80
                ret
image_end:

main_call = main_return - 4         ; where `call main` holds the distance to main

; ---------------------------------------------------------------- constants

base_address  = 0x08048000
program_limit = 0x00100000          ; code may be 1 MiB long: globals lie behind it

sys_exit      = 1
sys_read      = 3
sys_write     = 4
sys_open      = 5
sys_close     = 6
sys_creat     = 8
sys_ftruncate = 93

; A token is an operator's one or two characters, a keyword's number, or one of
; these. Keyword numbers follow from the order of the list `keywords`.
END    = 0
NUMBER = 1
STRING = 2
NAME   = 3

INT      = 4
CHAR     = 5
VOID     = 6
STRUCT   = 7
ENUM     = 8
IF       = 9
ELSE     = 10
WHILE    = 11
FOR      = 12
RETURN   = 13
BREAK    = 14
CONTINUE = 15
SIZEOF   = 16

; A type is the token of its base type, plus 8 for every `*`.
POINTER      = 8
CHAR_POINTER = CHAR + POINTER

; What a name stands for, and where an operand is. The first three serve as both
; and are "simple": loading them needs no register.
CONSTANT = 1                        ; the value itself
GLOBAL   = 2                        ; in memory at the address `value`
LOCAL    = 3                        ; in memory at ebp + value
INDIRECT = 4                        ; in memory at eax + value
VALUE    = 5                        ; in eax
FLAGS    = 6                        ; true if the condition code `value` holds
FUNCTION = 7                        ; a name only: code at `value`

; A name met in the source, with its meaning in each of C's name spaces.
name_next     = 0                   ; next name with the same hash
name_text     = 4                   ; where it stands in the source
name_length   = 8
name_keyword  = 12                  ; its token if it is a keyword
name_kind     = 16                  ; 0: not declared
name_type     = 20
name_value    = 24                  ; of an undefined function: chain of its calls
name_defined  = 28                  ; a function whose body has been seen
name_file     = 32                  ; where an undefined function was first called
name_line     = 36
member_type   = 40                  ; 0: not a member
member_offset = 44
struct_size   = 48
name_size     = 52

; ---------------------------------------------------------------- main

main:
                mov ebp, [esp+4]                ; ebp walks along argv
                jl [esp+8], 3, usage
                copy [ebp+4] to [output_name]
                call prepare_output
                call enter_keywords
                add ebp, 4                      ; past OUT
.next_file:     add ebp, 4
                je [ebp+0], 0, .finish
                call compile_file
                jmp .next_file
.finish:        call check_functions
                call write_output
                xor eax, eax
                ret

usage:
                mov ebx, usage_arguments
                call die "usage: c0 "

prepare_output:
                mov esi, image
                mov edi, output
                mov ecx, image_end - image
                rep movsb
                mov [main_call - image + output], 0
                ret

; Keywords and builtin functions are names like all others, read by the lexer.
enter_keywords:
                mov esi, keywords
                mov [source_end], keywords_end - 1
                mov ebx, INT
.next:          call next_token
                je [token], END, .functions
                mov edx, [token_value]
                mov [edx+name_keyword], ebx
                inc ebx
                jmp .next
.functions:     mov esi, builtins
                mov [source_end], builtins_end - 1
                call next_token
                mov eax, main_call - image + output
                call builtin
                mov [edx+name_file], program_name
                call next_token
                mov eax, syscall - image + output
                call builtin
                mov [edx+name_defined], 1
                ret

; The token is the name of an int function with value eax. edx: the name.
builtin:
                mov edx, [token_value]
                mov [edx+name_kind], FUNCTION
                mov [edx+name_type], INT
                mov [edx+name_value], eax
                ret

keywords:
                "int char void struct enum if else while for return break continue sizeof"
keywords_end:
builtins:
                "main syscall"
builtins_end:
program_name:
                "c0"
usage_arguments:
                "OUT IN..."

; ebp points to the file's name.
compile_file:
                mov ebx, [ebp+0]
                mov [file], ebx
                mov [line], 1
                mov eax, sys_open
                xor ecx, ecx
                int 0x80
                jl eax, 0, .unreadable
                mov ebx, eax
                mov esi, [heap]
.read:          mov eax, sys_read
                mov ecx, [heap]
                mov edx, heap_end
                sub edx, ecx
                int 0x80
                jl eax, 0, .unreadable
                je .complete                    ; 0: the end of the file
                add [heap], eax
                jmp .read
.complete:      mov eax, sys_close
                int 0x80
                copy [heap] to [source_end]
                inc eax                         ; a zero byte ends the text
                jae eax, heap_end, .too_large
                mov [heap], eax
                call next_token
.declaration:   je [token], END, .done
                call declaration
                jmp .declaration
.done:          ret
.unreadable:    mov ebx, [ebp+0]
                call die "cannot read "
.too_large:     mov ebx, [ebp+0]
                call die "no memory is left for "

; Every function that is called must have been defined.
check_functions:
                mov ebx, buckets
.bucket:        mov edx, [ebx]
.name:          je edx, 0, .next
                jne [edx+name_kind], FUNCTION, .fine
                jne [edx+name_defined], 0, .fine
                je [edx+name_value], 0, .fine   ; declared but never called
                copy [edx+name_file] to [file]
                copy [edx+name_line] to [line]
                call blame "function is not defined"
.fine:          mov edx, [edx+name_next]
                jmp .name
.next:          add ebx, 4
                jne ebx, buckets_end, .bucket
                ret

write_output:
                mov eax, edi
                sub eax, output
                mov [image_file_size - image + output], eax
                mov eax, [global_next]
                sub eax, base_address
                mov [image_memory_size - image + output], eax
                mov ebp, [output_name]
                mov ebx, ebp
                mov eax, sys_creat
                mov ecx, 0x1ed                  ; mode 0755
                int 0x80
                jl eax, 0, .failed
                mov ebx, eax
                mov esi, output
.write:         mov eax, sys_write
                mov ecx, esi
                mov edx, edi
                sub edx, esi
                je .written
                int 0x80
                jle eax, 0, .incomplete
                add esi, eax
                jmp .write
.written:       ret
.incomplete:    mov eax, sys_ftruncate          ; part of a program must not stay
                xor ecx, ecx
                int 0x80
.failed:        mov ebx, ebp
                call die "cannot write "

; ---------------------------------------------------------------- errors

; Called with the message behind the call: `c0: MESSAGE WHAT`, where ebx points
; to WHAT.
die:
                mov edi, output
                mov esi, program_name
                call append
                mov ax, ': '
                stosw
                pop esi
                call append
                mov esi, ebx
                call append
                jmp print_and_exit

; As fail, about the name edx instead of the current token.
blame:
                copy [edx+name_text] to [token_text]
                add eax, [edx+name_length]
                mov esi, eax

; Called with the message behind the call: `FILE:LINE: MESSAGE: TOKEN`.
fail:
                mov ecx, esi                    ; end of the token
                mov edi, output
                mov esi, [file]
                call append
                mov al, ':'
                stosb
                mov eax, [line]
                call append_number
                mov ax, ': '
                stosw
                pop esi
                call append
                mov esi, [token_text]
                sub ecx, esi
                je print_and_exit
                mov ax, ': '
                stosw
                rep movsb
print_and_exit:
                mov al, 10
                stosb
                mov eax, sys_write
                mov ebx, 2
                mov ecx, output
                mov edx, edi
                sub edx, ecx
                int 0x80
                mov eax, sys_exit
                mov ebx, 1
                int 0x80

; Append the text at esi, which ends with a zero.
append:
                lodsb
                je al, 0, .done
                stosb
                jmp append
.done:          ret

; Append eax in decimal. Keeps ecx.
append_number:
                xor edx, edx
                mov ebx, 10
                div ebx
                push edx
                je eax, 0, .digit
                call append_number
.digit:         pop eax
                add al, '0'
                stosb
                ret

; ---------------------------------------------------------------- lexer

; Read the next token into token, token_value and token_text.
next_token:
                xor eax, eax
                mov [token_text], esi
                lodsb
                ja al, ' ', .visible
                je al, 10, .newline
                jne al, 0, next_token
                dec esi
                jne esi, [source_end], .bad_character
                mov [token], END
                ret
.newline:       inc [line]
                jmp next_token
.visible:       jne al, '/', .token
                je byte [esi], '/', .line_comment
                je byte [esi], '*', .block_comment
.token:         je al, '"', .string
                je al, 39, .character           ; '
                jb al, '0', .operator
                jbe al, '9', .number
                call is_name_character
                jne .operator
                jmp .name
.bad_character: call fail "zero byte in the source"

.line_comment:  lodsb
                je al, 10, .newline
                jne al, 0, .line_comment
                dec esi
                jmp next_token

.block_comment: inc esi
.in_comment:    lodsb
                jne al, 10, .no_line
                inc [line]
.no_line:       je al, 0, .open_comment
                jne al, '*', .in_comment
                jne byte [esi], '/', .in_comment
                inc esi
                jmp next_token
.open_comment:  mov [token_text], esi
                call fail "comment without an end"

.operator:      movzx ecx, byte [esi]
                shl ecx, 8
                or ecx, eax
                mov edx, long_operators
.long:          je [edx], cx, .found
                add edx, 2
                jne byte [edx], 0, .long
                mov [token], eax
                ret
.found:         inc esi
                mov [token], ecx
                ret

; token_value of a string: where its text begins. String constants are decoded
; when they are emitted.
.string:        mov [token], STRING
                mov [token_value], esi
.in_string:     lodsb
                je al, '"', .done
                je al, 10, .open_string
                je al, 0, .open_string
                jne al, '\', .in_string
                lodsb
                jmp .in_string
.open_string:   dec esi
                call fail "string without an end"

.character:     mov [token], NUMBER
                call read_character
                mov [token_value], eax
                lodsb
                je al, 39, .done                ; '
                call fail "bad character constant"

; edx: the value so far, ecx: the base.
.number:        mov [token], NUMBER
                dec esi
                mov ecx, 10
                jne al, '0', .digits
                mov ecx, 8
                jne byte [esi+1], 'x', .digits
                mov ecx, 16
                add esi, 2
.digits:        xor edx, edx
                lodsb
                call digit_value
                jae eax, ecx, .bad_number       ; `0x` needs a digit
.digit:         imul edx, ecx
                add edx, eax
                lodsb
                call digit_value
                jb eax, ecx, .digit
                dec esi
                mov [token_value], edx
                mov al, [esi]
                call is_name_character
                je .bad_number
                ret
.bad_number:    call fail "bad number"

.name:          xor edx, edx                    ; hash of the characters
.hash:          rol edx, 5
                xor edx, eax
                lodsb
                call is_name_character
                je .hash
                dec esi
                mov ecx, esi
                sub ecx, [token_text]
                mov eax, edx
                shr eax, 15
                xor eax, edx
                and eax, 4095
                push ebx
                shl eax, 2
                lea ebx, [eax+buckets]
.probe:         mov edx, [ebx+name_next]        ; ebx: the bucket, or the name before
                je edx, 0, .new
                jne [edx+name_length], ecx, .other
                push ecx, esi, edi
                mov esi, [token_text]
                mov edi, [edx+name_text]
                repe cmpsb
                pop edi, esi, ecx
                je .known
.other:         mov ebx, edx
                jmp .probe
.new:           mov edx, [heap]
                add [heap], name_size
                jae [heap], heap_end, .no_memory
                mov [ebx+name_next], edx
                mov [edx+name_length], ecx
                copy [token_text] to [edx+name_text]
.known:         pop ebx
                mov [token_value], edx
                mov [token], NAME
                mov eax, [edx+name_keyword]
                je eax, 0, .done
                mov [token], eax
.done:          ret
.no_memory:     call fail "too many names"

long_operators:
                "==!=<=>=&&||<<>>++--+=-=->"
                byte 0                          ; for the last pair's second half

; Condition `e`: al is a letter, digit or underscore. Keeps all registers.
is_name_character:
                je al, '_', .done
                push eax
                call digit_value                ; a letter is a digit of some base
                jae eax, 36, .no
                cmp eax, eax
.no:            pop eax
.done:          ret

; eax: the value of the digit al, where letters follow 9; 255 if it is none.
digit_value:
                movzx eax, al
                sub eax, '0'
                jbe eax, 9, .done
                add eax, '0'
                or eax, 0x20                    ; fold upper case into lower case
                sub eax, 'a' - 10
                jb eax, 10, .none
                jb eax, 36, .done
.none:          mov eax, 255
.done:          ret

; eax: the next character of a string or character constant.
read_character:
                xor eax, eax
                lodsb
                je al, '\', .escape
                je al, 10, .bad
                ret
.escape:        lodsb
                je al, 'x', .hex
                mov edx, escapes
.next:          je [edx], al, .found
                add edx, 2
                jne byte [edx], 0, .next
.bad:           call fail "bad character"
.found:         mov al, [edx+1]
                jne al, 0, .done
                mov al, [esi]                   ; \0 and another digit would be octal in C
                call digit_value
                jb eax, 10, .bad
                xor eax, eax
.done:          ret
.hex:           lodsb
                call digit_value
                jae eax, 16, .bad
                mov edx, eax
                lodsb
                call digit_value
                jae eax, 16, .bad
                shl edx, 4
                add edx, eax
                mov al, [esi]                   ; C would read a third digit
                call digit_value
                jb eax, 16, .bad
                mov eax, edx
                ret
escapes:
                byte 'n', 10
                byte 't', 9
                byte 'r', 13
                byte '0', 0
                byte '\', '\'
                byte 39, 39
                byte '"', '"'
                byte 0, 0

; The token must be the character eax: go past it. See the macro.
expect:
                je [token], eax, next_token
                mov [expected_character], al
                call fail
expect_message:
                "expected ' ' before"
expected_character = expect_message + 10

; The token must be a name: edx. Go past it.
expect_name:
                jne [token], NAME, .no
                push [token_value]
                call next_token
                pop edx
                ret
.no:            call fail "expected a name before"

; ---------------------------------------------------------------- declarations

declaration:
                je [token], ENUM, enumeration
                call base_type
                jne eax, STRUCT, .next
                je [token], '{', structure
.next:          push eax                        ; the base type
                call declarator
                je [token], '(', .function
                call global
                pop eax
                jne [token], ',', .end
                call skip_token
                jmp .next
.end:           expect ';'
                ret
.function:      pop ecx
                jmp function

; eax: the type that the token names. A struct's name is left in struct_name.
base_type:
                mov eax, [token]
                call is_type
                jne .no
                call skip_token
                jne eax, STRUCT, .done
                call expect_name
                mov [struct_name], edx
                mov eax, STRUCT
.done:          ret
.no:            call fail "expected a declaration before"

; Condition `e`: the token eax begins a type. Keeps eax.
is_type:
                jb eax, INT, .done
                ja eax, STRUCT, .done
                cmp eax, eax
.done:          ret

; From the base type eax: `*`s (eax: the type) and a name (edx).
declarator:
                call pointers
                push eax
                call expect_name
                pop eax
                ret

pointers:
                jne [token], '*', .done
                add eax, POINTER
                call skip_token
                jmp pointers
.done:          ret

; enum { NAME [= constant], ... };
enumeration:
                call next_token
                expect '{'
                xor ebx, ebx                    ; the next constant's value
.next:          call expect_name
                call must_be_new
                jne [token], '=', .define
                push edx
                call next_token
                call constant
                pop edx
                mov ebx, eax
.define:        mov [edx+name_kind], CONSTANT
                mov [edx+name_type], INT
                mov [edx+name_value], ebx
                inc ebx
                jne [token], ',', .end
                call next_token
                jne [token], '}', .next
.end:           expect '}'
                expect ';'
                ret

must_be_new:
                jne [edx+name_kind], 0, .no
                ret
.no:            call blame "defined twice"

; struct NAME { type member; ... };
structure:
                mov ebx, [struct_name]
                mov edx, ebx
                jne [ebx+struct_size], 0, .twice
                call next_token
.line:          call base_type
.member:        push eax                        ; the base type
                call declarator
                jne [edx+member_type], 0, .twice
                mov [edx+member_type], eax
                copy [ebx+struct_size] to [edx+member_offset]
                add [ebx+struct_size], 4
                pop eax
                jne [token], ',', .end
                call skip_token
                jmp .member
.end:           expect ';'
                jne [token], '}', .line
                call next_token
                expect ';'
                ret
.twice:         call blame "defined twice"

; next_token that keeps eax.
skip_token:
                push eax
                call next_token
                pop eax
                ret

; A variable edx of type eax, or an array of them.
global:
                call must_be_new
                mov ecx, [global_next]
                mov [edx+name_kind], GLOBAL
                mov [edx+name_type], eax
                mov [edx+name_value], ecx
                je [token], '[', .array
                add [global_next], 4
                ret
.array:         mov [edx+name_kind], CONSTANT   ; the address does not change
                add [edx+name_type], POINTER
                push eax
                call next_token
                call constant
                pop ecx
                je ecx, CHAR, .size
                shl eax, 2
.size:          add eax, 3
                and eax, -4
                add [global_next], eax
                expect ']'
                ret

; A function edx with the result type eax; the token is its '('.
function:
                je [edx+name_kind], FUNCTION, .known
                jne [edx+name_kind], 0, .twice
                mov [edx+name_kind], FUNCTION
.known:         mov [edx+name_type], eax
                push edx
                push [scope]
                call parameters
                pop ecx
                pop edx
                push ecx
                je [token], '{', .define
                pop eax
                call close_scope
                expect ';'
                ret
.define:        jne [edx+name_defined], 0, .twice
                jne [edx+name_kind], FUNCTION, .twice   ; now it names a parameter
                mov [edx+name_defined], 1
                mov eax, [edx+name_value]
                mov [edx+name_value], edi
                call patch
                emit 0x55                       ; push ebp
                emit 0x89, 0xe5                 ; mov ebp, esp
                emit 0x81, 0xec                 ; sub esp, size of the locals
                push edi
                stosd
                mov [frame], 0
                call statement
                call emit_return
                pop edx
                xor eax, eax
                sub eax, [frame]
                mov [edx], eax
                ja edi, output + program_limit, .too_large
                pop eax
                jmp close_scope
.too_large:     call fail "the program is larger than 1 MiB"
.twice:         call blame "defined twice"

; Declare the parameters as locals. Arguments are pushed in order, so the last
; one is at ebp+8.
parameters:
                push [scope]
                call next_token
                je [token], ')', .end
.next:          call base_type
                call pointers
                jne [token], NAME, .unnamed     ; `(void)` has none, a prototype needs none
                mov edx, [token_value]
                call declare_local
                call next_token
.unnamed:       jne [token], ',', .end
                call next_token
                jmp .next
.end:           pop ecx
                mov edx, [scope]
                mov eax, 8
.place:         je edx, ecx, .placed
                sub edx, scope_record
                mov ebx, [edx]
                mov [ebx+name_value], eax
                add eax, 4
                jmp .place
.placed:        expect ')'
                ret

; Declare the local variable edx of type eax, remembering what the name meant.
declare_local:
                mov ecx, [scope]
                jae ecx, scopes_end, .too_many
                mov [ecx], edx
                mov ebx, [edx+name_kind]
                mov [ecx+4], ebx
                mov ebx, [edx+name_type]
                mov [ecx+8], ebx
                mov ebx, [edx+name_value]
                mov [ecx+12], ebx
                add [scope], scope_record
                sub [frame], 4
                mov [edx+name_kind], LOCAL
                mov [edx+name_type], eax
                copy [frame] to [edx+name_value]
                ret
.too_many:      call fail "too many local variables"

; Forget the locals declared since scope was eax.
close_scope:
                mov ecx, [scope]
.next:          je ecx, eax, .done
                sub ecx, scope_record
                mov edx, [ecx]
                mov ebx, [ecx+4]
                mov [edx+name_kind], ebx
                mov ebx, [ecx+8]
                mov [edx+name_type], ebx
                mov ebx, [ecx+12]
                mov [edx+name_value], ebx
                jmp .next
.done:          mov [scope], ecx
                ret

; ---------------------------------------------------------------- statements

statement:
                mov eax, [token]
                je eax, '{', block
                je eax, ';', next_token
                je eax, IF, if_statement
                je eax, WHILE, while_statement
                je eax, FOR, for_statement
                je eax, RETURN, return_statement
                je eax, BREAK, break_statement
                je eax, CONTINUE, continue_statement
                call expression
end_of_statement:
                expect ';'
                ret

block:
                push [scope]
                call next_token
.next:          mov eax, [token]
                je eax, '}', .end
                call is_type
                je .local
                call statement
                jmp .next
.local:         call local_declaration
                jmp .next
.end:           pop eax
                call close_scope
                jmp next_token

; type NAME [= expression], ... ;
local_declaration:
                call base_type
.next:          push eax
                call declarator
                push edx
                call declare_local
                pop edx
                jne [token], '=', .end
                push edx
                call next_token
                call expression
                call load
                pop edx
                call refer_to_name
                mov al, 0x89                    ; mov [value], eax
                xor ecx, ecx
                call emit_memory
.end:           pop eax
                jne [token], ',', end_of_statement
                call skip_token
                jmp .next

if_statement:
                call next_token
                call condition
                push eax
                call statement
                pop eax
                jne [token], ELSE, patch
                push eax
                call next_token
                xor eax, eax
                call emit_jump                  ; over the else part
                xchg eax, [esp]
                call patch
                call statement
                pop eax
                jmp patch

; ( expression ) and a jump if it is false: eax.
condition:
                expect '('
                call expression
                expect ')'
                xor eax, eax
                jmp emit_branch

while_statement:
                call next_token
                push edi
                call condition
                pop ecx

; A loop's statement and end. eax: chain of jumps to behind the loop, ecx: where
; the loop goes on.
loop_body:
                push [break_chain]
                push [continue_target]
                mov [break_chain], eax
                mov [continue_target], ecx
                call statement
                mov eax, [continue_target]
                call emit_jump_back
                mov eax, [break_chain]
                call patch
                pop [continue_target]
                pop [break_chain]
                ret

for_statement:
                call next_token
                expect '('
                je [token], ';', .no_start
                call expression
.no_start:      expect ';'
                push edi                        ; where the loop goes on
                push 0                          ; jump to behind the loop: none
                je [token], ';', .no_condition
                call expression
                xor eax, eax
                call emit_branch
                mov [esp], eax
.no_condition:  expect ';'
                je [token], ')', .body
                xor eax, eax
                call emit_jump                  ; to the body
                push eax
                push edi                        ; where the step is
                call expression
                mov eax, [esp+12]
                call emit_jump_back             ; to the condition
                pop ecx, eax
                mov [esp+4], ecx                ; the loop goes on with the step
                call patch
.body:          expect ')'
                pop eax, ecx
                jmp loop_body

return_statement:
                call next_token
                je [token], ';', .nothing
                call expression
                call load
.nothing:       call emit_return
                jmp end_of_statement

break_statement:
                je [continue_target], 0, no_loop
                mov eax, [break_chain]
                call emit_jump
                mov [break_chain], eax
                call next_token
                jmp end_of_statement

continue_statement:
                mov eax, [continue_target]
                je eax, 0, no_loop
                call emit_jump_back
                call next_token
                jmp end_of_statement

no_loop:
                call fail "not inside a loop"

; ---------------------------------------------------------------- expressions

; The operand of an expression is described by kind, value and type; nothing is
; loaded before it must be.

; eax: the value of a constant expression. It is compiled like any other, then
; run here and now.
constant:
                mov [constant_only], 1
                push edi
                call conditional
                call load
                emit 0xc3                       ; ret
                pop edi
                mov [constant_only], 0
                call edi
                ret

; conditional [= | += | -= expression]
expression:
                call conditional
                mov eax, 0x89                   ; mov [...], eax
                je [token], '=', .assign
                mov eax, 0x01                   ; add [...], eax
                je [token], '+=', .assign
                mov eax, 0x29                   ; sub [...], eax
                je [token], '-=', .assign
                ret
.assign:        push eax                        ; [esp+12] at .store: the instruction
                call must_be_variable
                push [type]                     ; [esp+8]
                push [value]                    ; [esp+4]
                push [kind]                     ; [esp]
                jne [kind], INDIRECT, .right
                emit 0x50                       ; push eax
.right:         push edi
                call next_token
                call expression
                pop eax
                jne [esp], INDIRECT, .direct
                call is_simple
                ja .pushed
                dec edi                         ; instead of push eax:
                emit 0x89, 0xc1                 ; mov ecx, eax
                call load
                jmp .store
.pushed:        call load
                emit 0x59                       ; pop ecx
                jmp .store
.direct:        call load
.store:         mov eax, [esp+8]
                je [esp+12], 0x89, .no_scale
                call is_wide
                jne .no_scale
                emit 0xc1, 0xe0, 2              ; shl eax, 2
.no_scale:      pop [kind]
                pop [value]
                pop [type]
                pop eax
                push eax
                mov ecx, 1                      ; base ecx instead of eax
                call emit_memory
                pop eax
                jne eax, 0x89, .update
                mov [kind], VALUE
                jmp narrow
.update:        jne [kind], INDIRECT, .done
                emit 0x89, 0xc8                 ; mov eax, ecx
.done:          ret

; binary [? expression : conditional]
conditional:
                mov eax, 1
                call binary
                je [token], '?', .choice
                ret
.choice:        xor eax, eax
                call emit_branch
                push eax
                call next_token
                call expression
                call load
                expect ':'
                xor eax, eax
                call emit_jump
                xchg eax, [esp]
                call patch
                push [type]
                call conditional
                call load
                pop eax
                call join_types
                pop eax
                jmp patch

; Operands joined by operators of level eax and above. Keeps ebx.
binary:
                push ebx
                mov ebx, eax
                call unary
.next:          mov edx, operators
.find:          mov eax, [edx]
                je eax, 0, .done
                je eax, [token], .found
                add edx, operator_size
                jmp .find
.found:         movzx eax, byte [edx+operator_level]
                jb eax, ebx, .done
                jbe eax, level_and, .logical
                call infix
                jmp .next
.logical:       call logical
                jmp .next
.done:          pop ebx
                ret

; || (level 1) and && (level 2), after the left operand. eax: the level.
logical:
                push eax
                and eax, 1                      ; || is decided by true, && by false
                call emit_branch
                push eax
                call next_token
                mov eax, [esp+4]
                inc eax
                call binary
                mov eax, [esp+4]
                and eax, 1
                call emit_branch
                pop ecx
                mov [eax], ecx                  ; chain both branches
                pop ecx
                push eax
                emit 0xb8                       ; mov eax, undecided result
                lea eax, [ecx-1]
                stosd
                emit 0xeb, 5                    ; jmp behind the next instruction
                pop eax
                call patch
                emit 0xb8                       ; mov eax, decided result
                mov eax, 2
                sub eax, ecx
                stosd
                result VALUE, INT
                ret

; One operation: edx points to its operator, the operand is the left one.
infix:
                push ebx, edx
                call load
                push [type]
                emit 0x50                       ; push eax
                push edi
                call next_token
                mov edx, [esp+8]
                movzx eax, byte [edx+operator_level]
                je eax, 0, .subscript
                inc eax
                call binary
                jmp .right
.subscript:     call expression
.right:         pop eax
                call is_simple
                ja .pushed
                dec edi                         ; the push is not needed
                mov ecx, 8                      ; mov ecx, operand
                call emit_load
                jmp .both
.pushed:        call load
                emit 0x89, 0xc1                 ; mov ecx, eax
                emit 0x58                       ; pop eax
.both:          pop eax                         ; the left type
                pop edx
                movzx ecx, byte [edx+operator_additive]
                jne ecx, 0, .additive
                mov [type], INT
.operate:       call emit_operation
                pop ebx
                ret
.additive:      call is_wide
                mov ebx, 0
                jne .left
                inc ebx
.left:          push eax
                mov eax, [type]
                call is_wide
                pop eax
                je .right_wide
                call join_types
                je ebx, 0, .operate
                emit 0xc1, 0xe1, 2              ; shl ecx, 2
                jmp .operate
.right_wide:    jne ebx, 0, .difference
                emit 0xc1, 0xe0, 2              ; shl eax, 2
                jmp .operate
.difference:    call emit_operation
                emit 0xc1, 0xf8, 2              ; sar eax, 2
                mov [type], INT
                pop ebx
                ret

; Emit the code of operator edx: eax = eax operator ecx.
emit_operation:
                copy [edx+operator_code] to [edi]
                movzx eax, byte [edx+operator_length]
                add edi, eax
                mov [kind], VALUE
                movzx eax, byte [edx+operator_condition]
                je eax, 0, .done
                mov [kind], FLAGS
                mov [value], eax
.done:          ret

; Token, level, condition code (of comparisons), additive, length of the code,
; and the code.
operator_level     = 4
operator_condition = 5
operator_additive  = 6
operator_length    = 7
operator_code      = 8
operator_size      = 12
level_and          = 2
operators:
                operator '||', 1,  0,  0, 0, 0
                operator '&&', 2,  0,  0, 0, 0
                operator '|',  3,  0,  0, 2, 0xc809         ; or eax, ecx
                operator '^',  4,  0,  0, 2, 0xc831         ; xor eax, ecx
                operator '&',  5,  0,  0, 2, 0xc821         ; and eax, ecx
                operator '==', 6,  4,  0, 2, 0xc839         ; cmp eax, ecx
                operator '!=', 6,  5,  0, 2, 0xc839
                operator '<',  7,  12, 0, 2, 0xc839
                operator '>=', 7,  13, 0, 2, 0xc839
                operator '<=', 7,  14, 0, 2, 0xc839
                operator '>',  7,  15, 0, 2, 0xc839
                operator '<<', 8,  0,  0, 2, 0xe0d3         ; shl eax, cl
                operator '>>', 8,  0,  0, 2, 0xf8d3         ; sar eax, cl
                operator '+',  9,  0,  1, 2, 0xc801         ; add eax, ecx
                operator '-',  9,  0,  1, 2, 0xc829         ; sub eax, ecx
                operator '*',  10, 0,  0, 3, 0xc1af0f       ; imul eax, ecx
                operator '/',  10, 0,  0, 3, 0xf9f799       ; cdq; idiv ecx
                operator '%',  10, 0,  0, 4, 0x92f9f799     ; cdq; idiv ecx; xchg eax, edx
                word 0
subscript:
                operator '[',  0,  0,  1, 2, 0xc801         ; add eax, ecx

unary:
                mov eax, [token]
                je eax, '-', .minus
                je eax, '!', .not
                je eax, '~', .invert
                je eax, '*', .dereference
                je eax, '&', .address
                je eax, '++', .increment
                je eax, '--', .decrement
                je eax, SIZEOF, .size
                jmp postfix
.minus:         call unary_operand
                je [kind], CONSTANT, .negative
                call load
                emit 0xf7, 0xd8                 ; neg eax
                ret
.negative:      neg [value]
                ret
.not:           call unary_operand
                call test_operand
                xor [value], 1
                ret
.invert:        call unary_operand
                call load
                emit 0xf7, 0xd0                 ; not eax
                ret
.dereference:   call unary_operand
                call load
                jmp indirect
.address:       call unary_operand
                call must_be_variable
                add [type], POINTER
                je [kind], GLOBAL, .constant
                mov al, 0x8d                    ; lea eax, [...]
                xor ecx, ecx
                call emit_memory
                mov [kind], VALUE
                ret
.constant:      mov [kind], CONSTANT
                ret
.increment:     call unary_operand
                xor ecx, ecx
                jmp emit_step
.decrement:     call unary_operand
                mov ecx, 1
                jmp emit_step
.size:          call next_token
                expect '('
                call base_type
                call pointers
                mov ecx, 1
                je eax, CHAR, .known_size
                mov ecx, 4
                jne eax, STRUCT, .known_size
                mov edx, [struct_name]
                mov ecx, [edx+struct_size]
                je ecx, 0, .unknown_size
.known_size:    mov [kind], CONSTANT
                mov [value], ecx
                mov [type], INT
                expect ')'
                ret
.unknown_size:  call blame "struct is not defined"

unary_operand:
                call next_token
                jmp unary

; primary followed by any of [e] ->member ++ --
postfix:
                call primary
.next:          mov eax, [token]
                je eax, '[', .subscript
                je eax, '->', .member
                xor ecx, ecx
                je eax, '++', .step
                inc ecx
                je eax, '--', .step
                ret
.subscript:     mov edx, subscript
                call infix
                call indirect
                expect ']'
                jmp .next
.member:        call load
                call next_token
                call expect_name
                mov eax, [edx+member_type]
                je eax, 0, .no_member
                mov [type], eax
                copy [edx+member_offset] to [value]
                mov [kind], INDIRECT
                jmp .next
.no_member:     call blame "no struct has this member"
.step:          push ecx
                call must_be_variable
                push [type]
                xor ecx, ecx
                jne [kind], INDIRECT, .old_value
                emit 0x89, 0xc1                 ; mov ecx, eax
                inc ecx
.old_value:     push ecx
                call emit_load                  ; mov eax, operand
                pop ecx
                shl ecx, 1                      ; base ecx for emit_step
                pop [type]
                pop eax
                or ecx, eax
                call emit_step
                mov [kind], VALUE
                jne [type], CHAR, .stepped_value
                mov [type], INT
.stepped_value: call next_token
                jmp .next

; The value in eax points to the operand.
indirect:
                sub [type], POINTER
                jl [type], INT, .no_pointer
                mov [kind], INDIRECT
                mov [value], 0
                ret
.no_pointer:    call fail "not a pointer before"

primary:
                mov eax, [token]
                je eax, NAME, .name
                je eax, NUMBER, .number
                je eax, STRING, .string
                je eax, '(', .parentheses
                call fail "expected an expression before"
.number:        copy [token_value] to [value]
                result CONSTANT, INT
                jmp next_token
.parentheses:   call next_token
                call expression
                expect ')'
                ret
; A string lies in the code; a call over it pushes its address.
.string:        emit 0xe8                       ; call behind the string
                push edi
                stosd
                push esi
                mov esi, [token_value]
.character:     je byte [esi], '"', .end
                call read_character
                stosb
                jmp .character
.end:           emit 0
                pop esi
                pop eax
                mov [eax], 0
                call patch
                emit 0x58                       ; pop eax
                result VALUE, CHAR_POINTER
                jmp next_token
.name:          call expect_name
                je [token], '(', call_function
                je [constant_only], 0, .any
                jne [edx+name_kind], CONSTANT, .not_constant
.any:           je [edx+name_kind], 0, .undeclared
                jne [edx+name_kind], FUNCTION, refer_to_name
.undeclared:    call blame "variable is not declared"
.not_constant:  call blame "not a constant"

; The operand is what the name edx stands for.
refer_to_name:
                copy [edx+name_kind] to [kind]
                copy [edx+name_type] to [type]
                copy [edx+name_value] to [value]
                ret

; A call of edx; the token is the '('.
call_function:
                jne [constant_only], 0, .not_function
                je [edx+name_kind], FUNCTION, .known
                jne [edx+name_kind], 0, .not_function
                mov [edx+name_kind], FUNCTION
                mov [edx+name_type], INT
.known:         jne [edx+name_file], 0, .located
                copy [file] to [edx+name_file]
                copy [line] to [edx+name_line]
.located:       push edx
                push 0                          ; bytes pushed
                call next_token
                je [token], ')', .call
.argument:      call expression
                call emit_push
                add [esp], 4
                jne [token], ',', .call
                call next_token
                jmp .argument
.call:          expect ')'
                pop ecx
                pop edx
                emit 0xe8                       ; call
                mov eax, [edx+name_value]
                jne [edx+name_defined], 0, .distance
                mov [edx+name_value], edi       ; the chain goes through the distances
                jmp .store
.distance:      sub eax, edi
                sub eax, 4
.store:         stosd
                je ecx, 0, .result
                emit 0x81, 0xc4                 ; add esp, bytes pushed
                mov eax, ecx
                stosd
.result:        mov [kind], VALUE
                copy [edx+name_type] to [type]
                jmp narrow
.not_function:  call blame "not a function"

; A char value in eax becomes an int.
narrow:
                jne [type], CHAR, .done
                mov [type], INT
                emit 0x0f, 0xb6, 0xc0           ; movzx eax, al
.done:          ret

; ---------------------------------------------------------------- operands

must_be_variable:
                jb [kind], GLOBAL, .no
                ja [kind], INDIRECT, .no
                ret
.no:            call fail "not a variable before"

; Condition `be`: the operand is simple, and nothing was emitted since edi was eax.
is_simple:
                ja edi, eax, .done
                cmp [kind], LOCAL
.done:          ret

; Condition `e`: type eax points to elements of 4 bytes. Keeps eax.
is_wide:
                jb eax, POINTER, .done          ; and not `e`
                je eax, CHAR_POINTER, .narrow
                cmp eax, eax
                ret
.narrow:        cmp eax, 0
.done:          ret

; The type of an operation on types eax and [type]: a pointer's if there is one.
join_types:
                jb eax, [type], .done
                mov [type], eax
.done:          ret

; Make the operand a value in eax.
load:
                je [kind], VALUE, .done
                je [kind], FLAGS, .flags
                xor ecx, ecx
                call emit_load
                mov [kind], VALUE
.done:          ret
.flags:         emit 0x0f                       ; set<value> al
                mov eax, [value]
                or al, 0x90
                stosb
                emit 0xc0
                emit 0x0f, 0xb6, 0xc0           ; movzx eax, al
                result VALUE, INT
                ret

; Load a constant or variable: ecx as in emit_memory.
emit_load:
                je [kind], CONSTANT, .constant
                je [type], CHAR, .char
                mov al, 0x8b                    ; mov register, [...]
                jmp emit_memory
.char:          mov [type], INT                 ; which also keeps the opcode as it is
                emit 0x0f
                mov al, 0xb6                    ; movzx register, byte [...]
                jmp emit_memory
.constant:      mov eax, ecx
                shr eax, 3
                or al, 0xb8                     ; mov register, value
                stosb
                emit_word [value]
                ret

; Emit opcode al, made the one for bytes if the operand is a char, with the
; operand's address. ecx: bit 0: base ecx instead of eax; from bit 3: register.
emit_memory:
                jne [type], CHAR, .opcode
                and al, 0xfe
.opcode:        stosb
                mov eax, ecx
                je [kind], INDIRECT, .indirect
                and eax, 0x38
                or al, 5
                je [kind], LOCAL, .base
                stosb                           ; [value]
                emit_word [value]
                ret
.indirect:      jne [value], 0, .base
                stosb                           ; [eax] or [ecx]
                ret
.base:          jg [value], 127, .far
                jl [value], -128, .far
                or al, 0x40
                stosb                           ; [base+value], 8 bit
                mov eax, [value]
                stosb
                ret
.far:           or al, 0x80
                stosb                           ; [base+value], 32 bit
                emit_word [value]
                ret

; Add one element to the operand, or subtract one if bit 0 of ecx is set. Bit 1
; of ecx: base ecx.
emit_step:
                push ecx
                call must_be_variable
                pop eax
                mov ecx, eax
                shr ecx, 1
                and eax, 1
                je .add
                or ecx, 0x28                    ; sub is add + 5
.add:           mov eax, [type]
                call is_wide
                je .pointer
                and ecx, 0x0f                   ; dec is inc + 1
                mov al, 0xff
                jmp emit_memory
.pointer:       mov al, 0x83                    ; add [...], 4
                call emit_memory
                emit 4
                ret

; Push the operand.
emit_push:
                je [kind], CONSTANT, .constant
                ja [kind], INDIRECT, .value
                je [type], CHAR, .value
                mov al, 0xff                    ; push [...]
                mov ecx, 0x30
                jmp emit_memory
.constant:      emit 0x68                       ; push value
                emit_word [value]
                ret
.value:         call load
                emit 0x50                       ; push eax
                ret

; ---------------------------------------------------------------- jumps

; A jump whose target is not known yet holds, where its distance will be, the
; address of another such place, and so on: a chain that ends with 0.

; Let the jumps of chain eax go to here. Keeps ecx.
patch:
                je eax, 0, .done
                push [eax]
                mov edx, edi
                sub edx, eax
                sub edx, 4
                mov [eax], edx
                pop eax
                jmp patch
.done:          ret

; A jump, chained to eax; eax becomes the chain.
emit_jump:
                push eax
                emit 0xe9
                pop eax
                stosd
                lea eax, [edi-4]
                ret

; A jump to eax.
emit_jump_back:
                mov ecx, eax
                emit 0xe9
                lea eax, [ecx-4]
                sub eax, edi
                stosd
                ret

; A jump if the operand's truth is eax (0 or 1); eax becomes a chain of it.
emit_branch:
                push eax
                call test_operand
                pop ecx
                emit 0x0f
                mov eax, [value]
                xor eax, ecx
                xor eax, 0x81
                stosb
                xor eax, eax
                stosd
                lea eax, [edi-4]
                ret

; Make the operand a condition.
test_operand:
                je [kind], FLAGS, .done
                call load
                emit 0x85, 0xc0                 ; test eax, eax
                mov [kind], FLAGS
                mov [value], 5                  ; not zero
.done:          ret

emit_return:
                emit 0xc9                       ; leave
                emit 0xc3                       ; ret
                ret

; ---------------------------------------------------------------- state

file:            word 0             ; its name
line:            word 0
source_end:      word 0
token:           word 0
token_value:     word 0             ; number, name, or a string's text
token_text:      word 0             ; where the token begins
kind:            word 0             ; the operand
value:           word 0
type:            word 0
constant_only:   word 0             ; is this a constant expression?
struct_name:     word 0
break_chain:     word 0             ; jumps to behind the innermost loop
continue_target: word 0             ; where the innermost loop goes on, 0: no loop
frame:           word 0             ; lowest local so far, relative to ebp
scope:           word scopes        ; end of the records of declare_local
global_next:     word base_address + program_limit
heap:            word heap_start
output_name:     word 0
end:

; ---------------------------------------------------------------- memory

scope_record = 16                   ; name, and its kind, type, value before

buckets     = end                   ; names by their hash
buckets_end = buckets + 0x4000
scopes      = buckets_end
scopes_end  = scopes + 0x10000
heap_start  = scopes_end            ; source text and names
heap_end    = heap_start + 0x2000000
output      = heap_end
memory_end  = output + 0x200000
