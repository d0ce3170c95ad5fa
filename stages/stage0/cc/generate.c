// generate.c: i386 code for expression trees. A word (an integer of up to 32 bits, extended to
// 32, or a pointer) is computed in eax, a long long in edx:eax, a floating value in st(0), and of
// a struct the address in eax. All three of eax, ecx and edx may be changed by any code.
//
// What the code avoids is the stack: an operand that is "simple" can be computed in ecx alone,
// and one that is "near" can be an instruction's memory operand with at most ecx for its address.

enum { TEXT_LIMIT = 0x800000, DATA_LIMIT = 0x800000 };
enum { EAX, ECX, EDX, EBX, ESP, EBP, ESI, EDI };
enum { // opcodes: register, memory; for those up to CMP bits 3 to 5 also say which immediate form
    OP_ADD = 0x03, OP_OR = 0x0b, OP_ADC = 0x13, OP_SBB = 0x1b, OP_AND = 0x23, OP_SUB = 0x2b,
    OP_XOR = 0x33, OP_CMP = 0x3b, OP_LOAD = 0x8b, OP_STORE = 0x89, OP_STORE_BYTE = 0x88, OP_LEA = 0x8d,
    OP_IMUL = 0x0faf, OP_LOAD_UCHAR = 0x0fb6, OP_LOAD_USHORT = 0x0fb7, OP_LOAD_CHAR = 0x0fbe,
    OP_LOAD_SHORT = 0x0fbf, OP_PUSH_MEMORY = 0xff, OP_STORE_CONSTANT = 0xc7, OP_STORE_CONSTANT_BYTE = 0xc6
};
enum { SHIFT_LEFT = 4, SHIFT_UNSIGNED = 5, SHIFT_SIGNED = 7 };
enum { // conditions, as in jcc; the lowest bit negates
    CC_BELOW = 2, CC_NOT_BELOW, CC_EQUAL, CC_NOT_EQUAL, CC_NOT_ABOVE, CC_ABOVE,
    CC_LESS = 12, CC_NOT_LESS, CC_NOT_GREATER, CC_GREATER
};

struct Relocation {
    int reloc_section;          // where the word is
    int reloc_offset;
    struct Object *reloc_object;
    int reloc_relative;         // to the end of the word
    struct Relocation *reloc_next;
};

struct Label {
    struct Name *label_name;
    int label_position;         // -1 while it is not placed
    int label_uses;             // last jump's operand, which holds the place of the one before; 0 ends
    int label_line;             // of the first goto
    struct Label *label_next;
};

char text[TEXT_LIMIT];
int text_size;
char data[DATA_LIMIT];
int data_size;
struct Object *first_object;
struct Object *last_object;
struct Relocation *first_relocation;
struct Relocation *last_relocation;
struct Object *divide_helpers[4]; // unsigned quotient and remainder, signed ones

int frame_size;
int frame_limit;

void gen(struct Node *node);
void gen_discard(struct Node *node);
void gen_branch(struct Node *node, int sense, struct Label *label);
int gen_condition(struct Node *node);

struct Object *new_object(struct Name *name) {
    struct Object *object = allocate(sizeof(struct Object));
    object->object_name = name;
    if (first_object) last_object->object_next = object;
    else first_object = object;
    last_object = object;
    return object;
}

void relocate(int section, int offset, struct Object *object, int relative) {
    struct Relocation *relocation = allocate(sizeof(struct Relocation));
    relocation->reloc_section = section;
    relocation->reloc_offset = offset;
    relocation->reloc_object = object;
    relocation->reloc_relative = relative;
    if (first_relocation) last_relocation->reloc_next = relocation;
    else first_relocation = relocation;
    last_relocation = relocation;
}

int new_local(int size) {
    frame_size = frame_size + round_up(size, 4);
    if (frame_size > frame_limit) frame_limit = frame_size;
    return -frame_size;
}

void put_word(char *at, int value) {
    *at++ = value;
    *at++ = value >> 8;
    *at++ = value >> 16;
    *at = value >> 24;
}

int get_word(char *at) {
    return (at[0] & 255) | (at[1] & 255) << 8 | (at[2] & 255) << 16 | at[3] << 24;
}

// Sets aside room in the data section and makes the object be there.
void place_in_data(struct Object *object, int size, int align) {
    data_size = round_up(data_size, align);
    if (size > DATA_LIMIT - data_size) fail("too much data", 0);
    object->object_section = SECTION_DATA;
    object->object_offset = data_size;
    data_size += size;
}

struct Object *string_object(char *bytes, int length) {
    struct Object *object = new_object(0);
    place_in_data(object, length, 1);
    copy_bytes(data + object->object_offset, bytes, length);
    return object;
}

// Bytes

void emit(int byte) {
    if (text_size >= TEXT_LIMIT) fail("too much code", 0);
    text[text_size++] = byte;
}

void emit2(int a, int b) {
    emit(a);
    emit(b);
}

void emit3(int a, int b, int c) {
    emit(a);
    emit(b);
    emit(c);
}

void emit_word(int value) {
    emit(value);
    emit(value >> 8);
    emit(value >> 16);
    emit(value >> 24);
}

void emit_bytes(char *bytes, int count) {
    while (count > 0) {
        emit(*bytes++);
        count--;
    }
}

void emit_opcode(int opcode) {
    if (opcode > 255) emit(opcode >> 8);
    emit(opcode);
}

int is_byte(int n) {
    return n >= -128 && n <= 127;
}

// opcode register, register
void emit_registers(int opcode, int to, int from) {
    emit_opcode(opcode);
    emit(0xc0 | to << 3 | from);
}

// opcode register, [base + displacement]
void emit_based(int opcode, int reg, int base, int displacement) {
    int mode = displacement == 0 && base != EBP ? 0 : is_byte(displacement) ? 0x40 : 0x80;
    emit_opcode(opcode);
    emit(mode | reg << 3 | base);
    if (base == ESP) emit(0x24);
    if (mode == 0x40) emit(displacement);
    if (mode == 0x80) emit_word(displacement);
}

void emit_move(int to, int from) {
    emit_registers(OP_LOAD, to, from);
}

void emit_push(int reg) {
    emit(0x50 + reg);
}

void emit_pop(int reg) {
    emit(0x58 + reg);
}

void emit_constant(int reg, int value) {
    if (value == 0) emit_registers(OP_XOR, reg, reg);
    else {
        emit(0xb8 + reg);
        emit_word(value);
    }
}

void emit_push_constant(int value) {
    if (is_byte(value)) emit2(0x6a, value);
    else {
        emit(0x68);
        emit_word(value);
    }
}

void emit_immediate(int opcode, int reg, int value) {
    if (is_byte(value)) emit3(0x83, 0xc0 | (opcode & 0x38) | reg, value);
    else {
        emit2(0x81, 0xc0 | (opcode & 0x38) | reg);
        emit_word(value);
    }
}

void emit_shift(int shift, int reg, int count) {
    if (count) emit3(0xc1, 0xc0 | shift << 3 | reg, count);
}

// add esp, bytes; flags are kept if they are needed
void emit_drop(int bytes) {
    if (bytes) emit_based(OP_LEA, ESP, ESP, bytes);
}

void emit_address_of(struct Object *object, int offset) {
    relocate(SECTION_TEXT, text_size, object, 0);
    emit_word(offset);
}

// Jumps

struct Label *new_label(void) {
    struct Label *label = allocate(sizeof(struct Label));
    label->label_position = -1;
    return label;
}

void emit_target(struct Label *label) {
    if (label->label_position >= 0) emit_word(label->label_position - text_size - 4);
    else {
        emit_word(label->label_uses);
        label->label_uses = text_size - 4;
    }
}

void jump(struct Label *label) {
    emit(0xe9);
    emit_target(label);
}

void jump_if(int cc, struct Label *label) {
    emit2(0x0f, 0x80 + cc);
    emit_target(label);
}

void place(struct Label *label) {
    int use = label->label_uses;
    int next;
    label->label_position = text_size;
    while (use) {
        next = get_word(text + use);
        put_word(text + use, text_size - use - 4);
        use = next;
    }
}

// Memory operands

// A dereference's pointer is taken as a base and a constant displacement.
struct Node *pointer_base(struct Node *node) {
    struct Node *pointer = node->node_left;
    return pointer->node_kind == '+' && is_constant(pointer->node_right) ? pointer->node_left : pointer;
}

int pointer_displacement(struct Node *node) {
    struct Node *pointer = node->node_left;
    return pointer->node_kind == '+' && is_constant(pointer->node_right) ? pointer->node_right->node_value : 0;
}

int is_shift(int kind) {
    return kind == T_SHIFT_LEFT || kind == T_SHIFT_RIGHT;
}

int word_opcode(int operator) {
    if (operator == '+') return OP_ADD;
    if (operator == '-') return OP_SUB;
    if (operator == '&') return OP_AND;
    if (operator == '|') return OP_OR;
    if (operator == '^') return OP_XOR;
    return 0;
}

// A word that can be computed in one register, without a change to anything else.
int is_simple(struct Node *node) {
    int kind = node->node_kind;
    if (is_word(node->node_type) == 0) return 0;
    if (is_constant(node) || is_variable(node)) return 1;
    if (kind == N_ADDRESS) return is_variable(node->node_left);
    if (kind == N_DEREFERENCE) return is_simple(node->node_left);
    if (kind == N_CONVERT) return is_kind(node->node_type, K_BOOL) == 0 && is_simple(node->node_left);
    if ((word_opcode(kind) || is_shift(kind)) && is_constant(node->node_right)) return is_simple(node->node_left);
    return 0;
}

int is_near(struct Node *node) {
    return is_variable(node) || (node->node_kind == N_DEREFERENCE && is_simple(node->node_left));
}

int is_near_word(struct Node *node) {
    return is_near(node) && is_word(node->node_type) && node->node_type->type_size == 4;
}

void gen_simple(struct Node *node, int reg);

// Loads what the operand's address needs into the register.
void reach(struct Node *node, int reg) {
    if (node->node_kind != N_DEREFERENCE) return;
    if (is_simple(node->node_left)) gen_simple(pointer_base(node), reg);
    else gen(pointer_base(node)); // only for eax
}

// opcode register, [operand + delta]; base is the register that reach() loaded
void emit_memory(int opcode, int reg, struct Node *node, int delta, int base) {
    if (node->node_kind == N_LOCAL) emit_based(opcode, reg, EBP, node->node_value + delta);
    else if (node->node_kind == N_GLOBAL) {
        emit_opcode(opcode);
        emit(reg << 3 | 5);
        emit_address_of(node->node_object, node->node_value + delta);
    } else emit_based(opcode, reg, base, pointer_displacement(node) + delta);
}

// operation [operand], constant; ecx is the base
void emit_memory_immediate(int opcode, struct Node *node, int value) {
    emit_memory(is_byte(value) ? 0x83 : 0x81, opcode >> 3, node, 0, ECX);
    if (is_byte(value)) emit(value);
    else emit_word(value);
}

int load_opcode(struct Type *type) {
    int kind = type->type_kind;
    if (kind == K_CHAR) return OP_LOAD_CHAR;
    if (kind == K_UCHAR || kind == K_BOOL) return OP_LOAD_UCHAR;
    if (kind == K_SHORT) return OP_LOAD_SHORT;
    if (kind == K_USHORT) return OP_LOAD_USHORT;
    return OP_LOAD;
}

// Extends the low part of a register, if not every value of the one type is one of the other.
void narrow(int reg, struct Type *from, struct Type *to) {
    if (to->type_size >= 4) return;
    if (from->type_size < to->type_size && (is_unsigned(from) || is_unsigned(to) == 0)) return;
    if (from->type_size == to->type_size && is_unsigned(from) == is_unsigned(to)) return;
    emit_registers(load_opcode(to), reg, reg);
}

int shift_operation(struct Node *node) {
    if (node->node_kind == T_SHIFT_LEFT) return SHIFT_LEFT;
    return is_unsigned(node->node_type) ? SHIFT_UNSIGNED : SHIFT_SIGNED;
}

void gen_simple(struct Node *node, int reg) {
    int kind = node->node_kind;
    struct Node *left = node->node_left;
    if (is_constant(node)) emit_constant(reg, node->node_value);
    else if (is_lvalue(node)) {
        reach(node, reg);
        emit_memory(load_opcode(node->node_type), reg, node, 0, reg);
    } else if (kind == N_ADDRESS && left->node_kind == N_GLOBAL) {
        emit(0xb8 + reg);
        emit_address_of(left->node_object, left->node_value);
    } else if (kind == N_ADDRESS) emit_memory(OP_LEA, reg, left, 0, 0);
    else {
        gen_simple(left, reg);
        if (kind == N_CONVERT) narrow(reg, left->node_type, node->node_type);
        else if (is_shift(kind)) emit_shift(shift_operation(node), reg, node->node_right->node_value & 31);
        else emit_immediate(word_opcode(kind), reg, node->node_right->node_value);
    }
}

// Words

// left in eax, right in ecx
void gen_pair(struct Node *left, struct Node *right) {
    if (is_simple(right)) {
        gen(left);
        gen_simple(right, ECX);
    } else if (is_simple(left) && right->node_effect == 0) {
        gen(right);
        emit_move(ECX, EAX);
        gen_simple(left, EAX);
    } else {
        gen(left);
        emit_push(EAX);
        gen(right);
        emit_move(ECX, EAX);
        emit_pop(EAX);
    }
}

// eax = left op right, or the comparison of both
void gen_operation(int opcode, struct Node *left, struct Node *right) {
    struct Node *swapped;
    if (opcode != OP_SUB && opcode != OP_CMP && is_simple(left) && is_simple(right) == 0 && right->node_effect == 0) {
        swapped = left;
        left = right;
        right = swapped;
    }
    if (is_constant(right) && opcode != OP_IMUL) {
        gen(left);
        if (opcode == OP_CMP && right->node_value == 0) emit2(0x85, 0xc0); // test eax, eax
        else emit_immediate(opcode, EAX, right->node_value);
    } else if (is_near_word(right)) {
        gen(left);
        reach(right, ECX);
        emit_memory(opcode, EAX, right, 0, ECX);
    } else {
        gen_pair(left, right);
        emit_registers(opcode, EAX, ECX);
    }
}

void gen_division(struct Node *node) {
    gen_pair(node->node_left, node->node_right);
    if (is_unsigned(node->node_type)) {
        emit_constant(EDX, 0);
        emit2(0xf7, 0xf1); // div ecx
    } else {
        emit3(0x99, 0xf7, 0xf9); // cdq; idiv ecx
    }
    if (node->node_kind == '%') emit_move(EAX, EDX);
}

void gen_word_binary(struct Node *node) {
    int kind = node->node_kind;
    struct Node *right = node->node_right;
    if (word_opcode(kind)) gen_operation(word_opcode(kind), node->node_left, right);
    else if (kind == '*' && is_constant(right)) {
        gen(node->node_left);
        emit2(0x69, 0xc0); // imul eax, eax, constant
        emit_word(right->node_value);
    } else if (kind == '*') gen_operation(OP_IMUL, node->node_left, right);
    else if (kind == '/' || kind == '%') gen_division(node);
    else if (is_constant(right)) {
        gen(node->node_left);
        emit_shift(shift_operation(node), EAX, right->node_value & 31);
    } else {
        gen_pair(node->node_left, right);
        emit2(0xd3, 0xc0 | shift_operation(node) << 3); // shift eax, cl
    }
}

// Long longs

void push_wide(void) {
    emit_push(EDX);
    emit_push(EAX);
}

// Both operands on the stack: right at esp, left at esp + 8.
void gen_wide_pair(struct Node *left, struct Node *right) {
    gen(left);
    push_wide();
    gen(right);
    push_wide();
}

void gen_wide_operation(int opcode, int opcode_high, struct Node *left, struct Node *right) {
    if (is_constant(right)) {
        gen(left);
        emit_immediate(opcode, EAX, right->node_value);
        emit_immediate(opcode_high, EDX, right->node_high);
    } else if (is_near(right)) {
        gen(left);
        reach(right, ECX);
        emit_memory(opcode, EAX, right, 0, ECX);
        emit_memory(opcode_high, EDX, right, 4, ECX);
    } else {
        gen_wide_pair(left, right);
        emit_based(OP_LOAD, EAX, ESP, 8);
        emit_based(OP_LOAD, EDX, ESP, 12);
        emit_based(opcode, EAX, ESP, 0);
        emit_based(opcode_high, EDX, ESP, 4);
        emit_drop(16);
    }
}

void gen_wide_multiply(struct Node *node) {
    gen_wide_pair(node->node_left, node->node_right);
    emit_based(OP_LOAD, ECX, ESP, 12);
    emit_based(OP_IMUL, ECX, ESP, 0);
    emit_based(OP_LOAD, EAX, ESP, 8);
    emit_based(OP_LOAD, EDX, ESP, 4);
    emit_registers(OP_IMUL, EDX, EAX);
    emit_registers(OP_ADD, ECX, EDX);
    emit3(0xf7, 0x24, 0x24); // mul dword [esp]
    emit_registers(OP_ADD, EDX, ECX);
    emit_drop(16);
}

// edx:eax shifted by a constant
void emit_wide_shift(int shift, int count) {
    int from = shift == SHIFT_LEFT ? EAX : EDX; // the half whose bits go to the other
    int to = EDX - from;
    if (count >= 32) {
        emit_move(to, from);
        if (shift == SHIFT_SIGNED) emit_shift(shift, from, 31);
        else emit_constant(from, 0);
        emit_shift(shift, to, count - 32);
    } else if (count) {
        emit3(0x0f, shift == SHIFT_LEFT ? 0xa4 : 0xac, 0xc0 | from << 3 | to); // shld or shrd to, from, count
        emit(count);
        emit_shift(shift, from, count);
    }
}

// edx:eax shifted by cl
void emit_wide_shift_by_cl(int shift) {
    int from = shift == SHIFT_LEFT ? EAX : EDX;
    int to = EDX - from;
    emit3(0x0f, shift == SHIFT_LEFT ? 0xa5 : 0xad, 0xc0 | from << 3 | to); // shld or shrd to, from, cl
    emit2(0xd3, 0xc0 | shift << 3 | from);
    emit3(0xf6, 0xc1, 32);                                                // test cl, 32
    emit2(0x74, shift == SHIFT_SIGNED ? 5 : 4);                           // jz past the next two
    emit_move(to, from);
    if (shift == SHIFT_SIGNED) emit_shift(shift, from, 31);
    else emit_constant(from, 0);
}

void gen_wide_shift(struct Node *node) {
    struct Node *count = node->node_right;
    gen(node->node_left);
    if (is_constant(count)) {
        emit_wide_shift(shift_operation(node), count->node_value & 63);
        return;
    }
    if (is_simple(count)) gen_simple(count, ECX);
    else {
        push_wide();
        gen(count);
        emit_move(ECX, EAX);
        emit_pop(EAX);
        emit_pop(EDX);
    }
    emit_wide_shift_by_cl(shift_operation(node));
}

// Negates the word pair at esp + offset if it is negative.
void emit_absolute(int offset) {
    emit_based(0x83, 7, ESP, offset + 4); // cmp dword [esp + offset + 4], 0
    emit(0);
    emit2(0x7d, 13);                      // jge past the next three
    emit_based(0xf7, 3, ESP, offset);     // neg
    emit_based(0x83, 2, ESP, offset + 4); // adc 0
    emit(0);
    emit_based(0xf7, 3, ESP, offset + 4); // neg
}

// A helper: takes the divisor and, above it, the dividend on the stack and drops both. It shifts
// the dividend, edx:eax, bit by bit into the rest, edi:esi; the quotient's bits come in behind.
void emit_divide_helper(int number) {
    struct Object *object = divide_helpers[number];
    int is_rest = number & 1;
    int is_signed = number & 2;
    if (object == 0) return;
    object->object_section = SECTION_TEXT;
    object->object_offset = text_size;
    emit_push(EBP);
    emit_push(EBX);
    emit_push(ESI);
    emit_push(EDI);                         // divisor at esp + 20, dividend at esp + 28
    if (is_signed) {
        emit_based(OP_LOAD, EBP, ESP, 32);  // ebp: the result's sign
        if (is_rest == 0) emit_based(OP_XOR, EBP, ESP, 24);
        emit_absolute(20);
        emit_absolute(28);
    }
    emit_based(OP_LOAD, EAX, ESP, 28);
    emit_based(OP_LOAD, EDX, ESP, 32);
    emit_constant(ESI, 0);
    emit_constant(EDI, 0);
    emit_constant(ECX, 64);
    emit_bytes("\x01\xc0\x11\xd2", 4);      // next: add eax, eax; adc edx, edx
    emit_bytes("\x11\xf6\x11\xff", 4);      // adc esi, esi; adc edi, edi
    emit_bytes("\x72\x0e", 2);              // jc subtract
    emit_bytes("\x3b\x7c\x24\x18", 4);      // cmp edi, [esp + 24]
    emit_bytes("\x72\x11\x77\x06", 4);      // jb less; ja subtract
    emit_bytes("\x3b\x74\x24\x14", 4);      // cmp esi, [esp + 20]
    emit_bytes("\x72\x09", 2);              // jb less
    emit_bytes("\x2b\x74\x24\x14", 4);      // subtract: sub esi, [esp + 20]
    emit_bytes("\x1b\x7c\x24\x18", 4);      // sbb edi, [esp + 24]
    emit_bytes("\x40", 1);                  // inc eax
    emit_bytes("\x49\x75\xdc", 3);          // less: dec ecx; jnz next
    if (is_rest) {
        emit_move(EAX, ESI);
        emit_move(EDX, EDI);
    }
    if (is_signed) {
        emit_bytes("\x85\xed\x7d\x07", 4);         // test ebp, ebp; jge done
        emit_bytes("\xf7\xd8\x83\xd2", 4);         // neg eax; adc edx, 0
        emit_bytes("\x00\xf7\xda", 3);             // neg edx
    }
    emit_pop(EDI);
    emit_pop(ESI);
    emit_pop(EBX);
    emit_pop(EBP);
    emit3(0xc2, 16, 0);                     // ret 16
}

void emit_divide_helpers(void) {
    int i;
    for (i = 0; i < 4; i++) emit_divide_helper(i);
}

void emit_call(struct Object *object) {
    emit(0xe8);
    relocate(SECTION_TEXT, text_size, object, 1);
    emit_word(-4);
}

void gen_wide_division(struct Node *node) {
    int number = (node->node_kind == '%') + (is_unsigned(node->node_type) ? 0 : 2);
    if (divide_helpers[number] == 0) divide_helpers[number] = new_object(0);
    gen_wide_pair(node->node_left, node->node_right);
    emit_call(divide_helpers[number]);
}

void gen_wide_binary(struct Node *node) {
    int kind = node->node_kind;
    if (is_shift(kind)) gen_wide_shift(node);
    else if (kind == '*') gen_wide_multiply(node);
    else if (kind == '/' || kind == '%') gen_wide_division(node);
    else if (kind == '+') gen_wide_operation(OP_ADD, OP_ADC, node->node_left, node->node_right);
    else if (kind == '-') gen_wide_operation(OP_SUB, OP_SBB, node->node_left, node->node_right);
    else gen_wide_operation(word_opcode(kind), word_opcode(kind), node->node_left, node->node_right);
}

// Floating values

int float_opcode(struct Type *type) {
    return is_kind(type, K_FLOAT) ? 0xd9 : is_kind(type, K_DOUBLE) ? 0xdd : 0xdb;
}

int float_load_digit(struct Type *type) {
    return is_kind(type, K_LDOUBLE) ? 5 : 0;
}

int float_store_digit(struct Type *type) {
    return is_kind(type, K_LDOUBLE) ? 7 : 3;
}

// Moves st(0) to the stack and back.
void push_float(struct Type *type) {
    emit_based(OP_LEA, ESP, ESP, -type->type_size);
    emit_based(float_opcode(type), float_store_digit(type), ESP, 0);
}

void pop_float(struct Type *type) {
    emit_based(float_opcode(type), float_load_digit(type), ESP, 0);
    emit_drop(type->type_size);
}

// Writes a floating constant as it lies in memory.
void write_float(char *at, struct Node *node) {
    struct Type *type = node->node_type;
    if (is_kind(type, K_LDOUBLE)) {
        put_word(at, node->node_value);
        put_word(at + 4, node->node_high);
        put_word(at + 8, node->node_exponent);
    } else if (is_kind(type, K_DOUBLE)) {
        encode_float(node->node_value, node->node_high, node->node_exponent, 52, 1023);
        put_word(at, low);
        put_word(at + 4, high);
    } else {
        encode_float(node->node_value, node->node_high, node->node_exponent, 23, 127);
        put_word(at, low);
    }
}

void gen_float_constant(struct Node *node) {
    struct Object *object;
    struct Node *memory;
    if (node->node_exponent == 0 && (node->node_value | node->node_high) == 0) {
        emit2(0xd9, 0xee); // fldz
        return;
    }
    object = new_object(0);
    place_in_data(object, node->node_type->type_size, 4);
    write_float(data + object->object_offset, node);
    memory = global(node->node_type, object);
    emit_memory(float_opcode(node->node_type), float_load_digit(node->node_type), memory, 0, 0);
}

// Registers of the x87's eight that the value takes at least; 8 if there may be calls.
int float_depth(struct Node *node) {
    int left;
    int right;
    if (is_float(node->node_type) == 0) return is_simple(node) || is_near(node) ? 1 : 8;
    if (node->node_kind == N_FLOAT || is_near(node)) return 1;
    if (node->node_kind == N_NEGATE || node->node_kind == N_CONVERT) return float_depth(node->node_left);
    if (node->node_right == 0 || node->node_kind == N_ASSIGN || node->node_kind == N_CONDITIONAL ||
        node->node_kind == ',') return 8;
    left = float_depth(node->node_left);
    right = float_depth(node->node_right) + 1;
    return left > right ? left : right;
}

// left in st(1), right in st(0)
void gen_float_pair(struct Node *left, struct Node *right) {
    gen(left);
    if (float_depth(right) < 7) {
        gen(right);
        return;
    }
    push_float(basic[K_LDOUBLE]);
    gen(right);
    pop_float(basic[K_LDOUBLE]);
    emit2(0xd9, 0xc9); // fxch
}

void gen_float_binary(struct Node *node) {
    int kind = node->node_kind;
    gen_float_pair(node->node_left, node->node_right);
    emit2(0xde, kind == '+' ? 0xc1 : kind == '*' ? 0xc9 : kind == '-' ? 0xe9 : 0xf9);
}

// Compares st(0) with st(1) and drops both; ah gets the x87's conditions.
void emit_float_compare(void) {
    emit2(0xda, 0xe9); // fucompp
    emit2(0xdf, 0xe0); // fnstsw ax
}

// Comparisons with a NaN are false, but for !=.
int gen_float_condition(struct Node *node) {
    int kind = node->node_kind;
    gen_float_pair(node->node_left, node->node_right);
    if (kind == '>' || kind == T_GREATER_EQUAL) emit2(0xd9, 0xc9); // fxch
    emit_float_compare();
    if (kind == T_EQUAL || kind == T_NOT_EQUAL) {
        emit3(0x80, 0xe4, 0x45); // and ah, greater | unordered | equal
        emit3(0x80, 0xfc, 0x40); // cmp ah, equal
        return kind == T_EQUAL ? CC_EQUAL : CC_NOT_EQUAL;
    }
    emit3(0xf6, 0xc4, kind == '<' || kind == '>' ? 0x45 : 0x01); // test ah, bits that must be clear
    return CC_EQUAL;
}

// Conversions

// edx:eax = st(0), cut off
void emit_truncate(void) {
    emit_based(OP_LEA, ESP, ESP, -12);
    emit_bytes("\xd9\x7c\x24\x08", 4);     // fnstcw [esp + 8]
    emit_bytes("\x66\x8b\x44\x24\x08", 5); // mov ax, [esp + 8]
    emit_bytes("\x80\xcc\x0c", 3);         // or ah, 12: round towards zero
    emit_bytes("\x66\x89\x44\x24\x0a", 5); // mov [esp + 10], ax
    emit_bytes("\xd9\x6c\x24\x0a", 4);     // fldcw [esp + 10]
    emit_bytes("\xdf\x3c\x24", 3);         // fistp qword [esp]
    emit_bytes("\xd9\x6c\x24\x08", 4);     // fldcw [esp + 8]
    emit_pop(EAX);
    emit_pop(EDX);
    emit_pop(ECX);
}

// The x87 knows signed integers only: what is from 2^63 on is moved down and up again.
void emit_truncate_unsigned(void) {
    struct Label *big_value = new_label();
    struct Label *done = new_label();
    emit_push_constant(0x5f000000);        // 2^63, as a float
    emit_bytes("\xd9\x04\x24\x59", 4);     // fld dword [esp]; pop ecx
    emit_bytes("\xdd\xe1\xdf\xe0", 4);     // fucom; fnstsw ax
    emit3(0xf6, 0xc4, 0x45);               // test ah, not greater
    jump_if(CC_NOT_EQUAL, big_value);
    emit2(0xdd, 0xd8);                     // fstp st(0)
    emit_truncate();
    jump(done);
    place(big_value);
    emit2(0xde, 0xe9);                     // fsubp
    emit_truncate();
    emit_immediate(OP_ADD, EDX, 1 << 31);
    place(done);
}

void gen_float_to_integer(struct Node *node, struct Type *type) {
    gen(node);
    if (is_kind(type, K_ULLONG)) emit_truncate_unsigned();
    else emit_truncate();
    narrow(EAX, basic[K_INT], type);
}

void gen_integer_to_float(struct Node *node, struct Type *type) {
    struct Type *from = node->node_type;
    gen(node);
    if (is_kind(from, K_UINT)) emit_push_constant(0);
    if (is_wide(from)) emit_push(EDX);
    emit_push(EAX);
    if (is_wide(from) || is_kind(from, K_UINT)) {
        emit3(0xdf, 0x2c, 0x24);               // fild qword [esp]
        if (is_kind(from, K_ULLONG)) {
            emit_bytes("\x85\xd2\x79\x09", 4); // test edx, edx; jns done
            emit_push_constant(0x5f800000);    // 2^64, as a float
            emit_bytes("\xd8\x04\x24\x59", 4); // fadd dword [esp]; pop ecx
        }
        emit_drop(8);
    } else {
        emit3(0xdb, 0x04, 0x24);               // fild dword [esp]
        emit_drop(4);
    }
    if (is_kind(type, K_FLOAT) || (is_kind(type, K_DOUBLE) && is_wide(from))) {
        push_float(type);
        pop_float(type);
    }
}

void gen_set(int cc) {
    emit3(0x0f, 0x90 + cc, 0xc0);      // setcc al
    emit_registers(OP_LOAD_UCHAR, EAX, EAX);
}

void gen_convert(struct Node *node) {
    struct Type *type = node->node_type;
    struct Type *from = node->node_left->node_type;
    if (is_void(type)) gen_discard(node->node_left);
    else if (is_kind(type, K_BOOL)) gen_set(gen_condition(node->node_left));
    else if (is_float(from) && is_float(type)) {
        gen(node->node_left);
        if (type->type_size < from->type_size) {
            push_float(type);
            pop_float(type);
        }
    } else if (is_float(from)) gen_float_to_integer(node->node_left, type);
    else if (is_float(type)) gen_integer_to_float(node->node_left, type);
    else {
        gen(node->node_left);
        if (is_wide(type) && is_wide(from) == 0) {
            if (is_unsigned(from)) emit_constant(EDX, 0);
            else emit(0x99); // cdq
        } else if (is_wide(type) == 0) narrow(EAX, from, type);
    }
}

// Conditions: the code sets flags, the result says which condition of them is "true".

int condition_code(int kind, int is_unsigned_type) {
    if (kind == T_EQUAL) return CC_EQUAL;
    if (kind == T_NOT_EQUAL) return CC_NOT_EQUAL;
    if (kind == '<') return is_unsigned_type ? CC_BELOW : CC_LESS;
    if (kind == '>') return is_unsigned_type ? CC_ABOVE : CC_GREATER;
    if (kind == T_LESS_EQUAL) return is_unsigned_type ? CC_NOT_ABOVE : CC_NOT_GREATER;
    return is_unsigned_type ? CC_NOT_BELOW : CC_NOT_LESS;
}

int gen_wide_condition(struct Node *node) {
    int kind = node->node_kind;
    int is_unsigned_type = is_unsigned(node->node_left->node_type);
    if (kind == T_EQUAL || kind == T_NOT_EQUAL) {
        gen_wide_operation(OP_XOR, OP_XOR, node->node_left, node->node_right);
        emit_registers(OP_OR, EAX, EDX);
    } else if (kind == '<' || kind == T_GREATER_EQUAL) {
        gen_wide_operation(OP_CMP, OP_SBB, node->node_left, node->node_right);
    } else { // left > right is right < left
        gen_wide_pair(node->node_left, node->node_right);
        emit_based(OP_CMP, EAX, ESP, 8);
        emit_based(OP_SBB, EDX, ESP, 12);
        emit_drop(16);
        kind = kind == '>' ? '<' : T_GREATER_EQUAL;
    }
    return condition_code(kind, is_unsigned_type);
}

int gen_comparison(struct Node *node) {
    struct Node *left = node->node_left;
    struct Node *right = node->node_right;
    if (is_float(left->node_type)) return gen_float_condition(node);
    if (is_wide(left->node_type)) return gen_wide_condition(node);
    if (is_near_word(left) && is_constant(right)) {
        reach(left, ECX);
        emit_memory_immediate(OP_CMP, left, right->node_value);
    } else gen_operation(OP_CMP, left, right);
    return condition_code(node->node_kind, is_unsigned(left->node_type));
}

int gen_condition(struct Node *node) {
    if (is_comparison(node->node_kind)) return gen_comparison(node);
    if (node->node_kind == '!') return gen_condition(node->node_left) ^ 1;
    if (is_float(node->node_type)) {
        gen(node);
        emit2(0xd9, 0xee); // fldz
        emit_float_compare();
        emit3(0x80, 0xe4, 0x45);
        emit3(0x80, 0xfc, 0x40);
    } else if (is_near_word(node)) {
        reach(node, ECX);
        emit_memory_immediate(OP_CMP, node, 0);
    } else {
        gen(node);
        if (is_wide(node->node_type)) emit_registers(OP_OR, EAX, EDX);
        else emit2(0x85, 0xc0);             // test eax, eax
    }
    return CC_NOT_EQUAL;
}

// Jumps to the label if the condition is as the sense says.
void gen_branch(struct Node *node, int sense, struct Label *label) {
    int kind = node->node_kind;
    struct Label *past;
    if (kind == '!') gen_branch(node->node_left, sense == 0, label);
    else if (is_constant(node)) {
        if (constant_truth(node) == sense) jump(label);
    } else if ((kind == T_AND_AND || kind == T_OR_OR) && sense == (kind == T_OR_OR)) {
        gen_branch(node->node_left, sense, label);
        gen_branch(node->node_right, sense, label);
    } else if (kind == T_AND_AND || kind == T_OR_OR) {
        past = new_label();
        gen_branch(node->node_left, sense == 0, past);
        gen_branch(node->node_right, sense, label);
        place(past);
    } else jump_if(gen_condition(node) ^ (sense == 0), label);
}

void gen_logical(struct Node *node) {
    struct Label *no = new_label();
    struct Label *done = new_label();
    gen_branch(node, 0, no);
    emit_constant(EAX, 1);
    jump(done);
    place(no);
    emit_constant(EAX, 0);
    place(done);
}

void gen_conditional(struct Node *node) {
    struct Label *no = new_label();
    struct Label *done = new_label();
    gen_branch(node->node_left, 0, no);
    gen(node->node_right);
    jump(done);
    place(no);
    gen(node->node_third);
    place(done);
}

// Copies and assignments

// Copies a struct from [eax] to [ecx]; eax is the copy.
void emit_copy(int size) {
    emit_push(ESI);
    emit_push(EDI);
    emit_move(ESI, EAX);
    emit_move(EDI, ECX);
    emit_move(EAX, ECX);
    emit_constant(ECX, size / 4);
    emit2(0xf3, 0xa5);               // rep movsd
    if (size & 2) emit2(0x66, 0xa5); // movsw
    if (size & 1) emit(0xa4);        // movsb
    emit_pop(EDI);
    emit_pop(ESI);
}

void gen_struct_assign(struct Node *target, struct Node *value) {
    struct Node *pointer = address(target);
    if (is_simple(pointer) && (is_variable(target) || value->node_effect == 0)) {
        gen(value);
        gen_simple(pointer, ECX);
    } else {
        gen(pointer);
        emit_push(EAX);
        gen(value);
        emit_pop(ECX);
    }
    emit_copy(target->node_type->type_size);
}

// Stores eax, edx:eax or st(0).
void emit_store(struct Node *target, int reg, int base) {
    struct Type *type = target->node_type;
    if (is_float(type)) emit_memory(float_opcode(type), float_store_digit(type), target, 0, base);
    else {
        if (type->type_size == 2) emit(0x66);
        emit_memory(type->type_size == 1 ? OP_STORE_BYTE : OP_STORE, reg, target, 0, base);
        if (is_wide(type)) emit_memory(OP_STORE, EDX, target, 4, base);
    }
}

void emit_load(struct Node *node, int base) {
    struct Type *type = node->node_type;
    if (is_float(type)) emit_memory(float_opcode(type), float_load_digit(type), node, 0, base);
    else if (is_wide(type)) {
        emit_memory(OP_LOAD, EDX, node, 4, base);
        emit_memory(OP_LOAD, EAX, node, 0, base);
    } else emit_memory(load_opcode(type), EAX, node, 0, base);
}

void gen_store_constant(struct Node *target, int value) {
    int size = target->node_type->type_size;
    reach(target, ECX);
    if (size == 2) emit(0x66);
    emit_memory(size == 1 ? OP_STORE_CONSTANT_BYTE : OP_STORE_CONSTANT, 0, target, 0, ECX);
    if (size == 1) emit(value);
    else if (size == 2) emit2(value, value >> 8);
    else emit_word(value);
}

void gen_assign(struct Node *node, int wanted) {
    struct Node *target = node->node_left;
    struct Node *value = node->node_right;
    struct Type *type = target->node_type;
    if (is_struct(type)) {
        gen_struct_assign(target, value);
        return;
    }
    if (is_near(target) && (is_variable(target) || value->node_effect == 0)) {
        if (is_constant(value) && is_word(type)) {
            gen_store_constant(target, value->node_value);
            if (wanted) emit_constant(EAX, value->node_value);
            return;
        }
        gen(value);
        reach(target, ECX);
        emit_store(target, EAX, ECX);
        if (wanted && is_float(type)) emit_load(target, ECX);
    } else if (is_simple(value) && is_word(type)) {
        reach(target, EAX);
        gen_simple(value, ECX);
        emit_store(target, ECX, EAX);
        if (wanted) emit_move(EAX, ECX);
    } else {
        reach(target, EAX);
        emit_push(EAX);
        gen(value);
        emit_pop(ECX);
        emit_store(target, EAX, ECX);
        if (wanted && is_float(type)) emit_load(target, ECX);
    }
}

void gen_clear(int offset, int size) {
    emit_push(EDI);
    emit_based(OP_LEA, EDI, EBP, offset);
    emit_constant(EAX, 0);
    emit_constant(ECX, round_up(size, 4) / 4);
    emit2(0xf3, 0xab); // rep stosd
    emit_pop(EDI);
}

// Calls

int push_argument(struct Node *node) {
    struct Type *type = node->node_type;
    int size = round_up(type->type_size, 4);
    if (is_constant(node)) {
        if (is_wide(type)) emit_push_constant(node->node_high);
        emit_push_constant(node->node_value);
    } else if (is_near_word(node)) {
        reach(node, ECX);
        emit_memory(OP_PUSH_MEMORY, 6, node, 0, ECX);
    } else if (is_wide(type) && is_near(node)) {
        reach(node, ECX);
        emit_memory(OP_PUSH_MEMORY, 6, node, 4, ECX);
        emit_memory(OP_PUSH_MEMORY, 6, node, 0, ECX);
    } else if (is_struct(type)) {
        gen(node);
        emit_based(OP_LEA, ESP, ESP, -size);
        emit_move(ECX, ESP);
        emit_copy(type->type_size);
    } else {
        gen(node);
        if (is_float(type)) push_float(type);
        else {
            if (is_wide(type)) emit_push(EDX);
            emit_push(EAX);
        }
    }
    return size;
}

// The last argument first; the result is the bytes pushed.
int push_arguments(struct Node *argument) {
    int size;
    if (argument == 0) return 0;
    size = push_arguments(argument->node_next);
    return size + push_argument(argument);
}

void gen_call(struct Node *node) {
    struct Node *function = node->node_left;
    int size = push_arguments(node->node_third);
    if (is_struct(node->node_type)) { // the function drops this argument itself
        emit_based(OP_LEA, EAX, EBP, node->node_value);
        emit_push(EAX);
    }
    if (function->node_kind == N_ADDRESS && function->node_left->node_kind == N_GLOBAL) {
        emit_call(function->node_left->node_object);
    } else {
        gen(function);
        emit2(0xff, 0xd0); // call eax
    }
    if (size) emit_immediate(OP_ADD, ESP, size);
}

void gen_unary(struct Node *node) {
    int is_negation = node->node_kind == N_NEGATE;
    gen(node->node_left);
    if (is_float(node->node_type)) {
        emit2(0xd9, 0xe0); // fchs
    } else if (is_wide(node->node_type) && is_negation) {
        emit_bytes("\xf7\xd8\x83\xd2\x00\xf7\xda", 7); // neg eax; adc edx, 0; neg edx
    } else {
        emit2(0xf7, is_negation ? 0xd8 : 0xd0);
        if (is_wide(node->node_type)) emit2(0xf7, 0xd2); // not edx
    }
}

void gen(struct Node *node) {
    int kind = node->node_kind;
    struct Type *type = node->node_type;
    if (is_simple(node)) gen_simple(node, EAX);
    else if (is_constant(node)) {
        emit_constant(EAX, node->node_value);
        emit_constant(EDX, node->node_high);
    } else if (kind == N_FLOAT) gen_float_constant(node);
    else if (is_lvalue(node) && is_struct(type)) gen(address(node));
    else if (is_lvalue(node)) {
        reach(node, EAX);
        emit_load(node, EAX);
    } else if (kind == N_ADDRESS) {
        if (is_variable(node->node_left)) gen_simple(node, EAX);
        else gen(node->node_left);
    } else if (kind == N_CONVERT) gen_convert(node);
    else if (kind == N_NEGATE || kind == N_COMPLEMENT) gen_unary(node);
    else if (kind == N_ASSIGN) gen_assign(node, 1);
    else if (kind == N_CONDITIONAL) gen_conditional(node);
    else if (kind == N_CALL) gen_call(node);
    else if (kind == N_CLEAR) gen_clear(node->node_value, node->node_high);
    else if (kind == ',') {
        gen_discard(node->node_left);
        gen(node->node_right);
    } else if (kind == T_AND_AND || kind == T_OR_OR) gen_logical(node);
    else if (kind == '!' || is_comparison(kind)) gen_set(gen_condition(node));
    else if (is_float(type)) gen_float_binary(node);
    else if (is_wide(type)) gen_wide_binary(node);
    else gen_word_binary(node);
}

// Only what the expression does, not what it is worth.
void gen_discard(struct Node *node) {
    int kind = node->node_kind;
    struct Label *past;
    struct Label *done;
    if (node->node_effect == 0) return;
    if (kind == N_ASSIGN) gen_assign(node, 0);
    else if (kind == N_CALL) {
        gen_call(node);
        if (is_float(node->node_type)) emit2(0xdd, 0xd8); // fstp st(0)
    } else if (kind == N_CONDITIONAL) {
        past = new_label();
        done = new_label();
        gen_branch(node->node_left, 0, past);
        gen_discard(node->node_right);
        jump(done);
        place(past);
        gen_discard(node->node_third);
        place(done);
    } else if (kind == T_AND_AND || kind == T_OR_OR) {
        past = new_label();
        gen_branch(node->node_left, kind == T_OR_OR, past);
        gen_discard(node->node_right);
        place(past);
    } else if (kind == N_CLEAR) gen(node);
    else {
        gen_discard(node->node_left);
        if (node->node_right) gen_discard(node->node_right);
    }
}
