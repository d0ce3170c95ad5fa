// tree.c: typed expression trees. Building a node does the conversions that C asks for and folds
// what is constant, so that the code generator sees few kinds of node.
//
// An operator's kind is its token's ('+', T_SHIFT_LEFT, T_AND_AND ...). The others:
enum {
    N_CONSTANT = T_LIMIT, // value, high: an integer or pointer, extended to 64 bits by its type
    N_FLOAT,              // value, high, exponent: see number.c
    N_STRING,             // value: its bytes, high: their number
    N_LOCAL,              // lvalue at ebp + value
    N_GLOBAL,             // lvalue at object + value
    N_DEREFERENCE,        // lvalue that left points to
    N_FIELD,              // bit-field of member's shape in the lvalue left
    N_ADDRESS,            // of a local, a global or a struct that is no lvalue
    N_CONVERT,            // left in another type
    N_NEGATE, N_COMPLEMENT,
    N_ASSIGN,             // left = right
    N_CONDITIONAL,        // left ? right : third
    N_CALL,               // left: the function's address, third: arguments, value: where a struct result goes
    N_CLEAR               // sets high bytes at ebp + value to 0
};

struct Node {
    int node_kind;
    struct Type *node_type;
    struct Node *node_left;
    struct Node *node_right;
    struct Node *node_third;
    struct Node *node_next;     // argument
    int node_value;
    int node_high;
    int node_exponent;
    struct Object *node_object;
    struct Member *node_member;
    int node_effect;            // it changes something, or calls
};

// A thing with an address in the program.
struct Object {
    struct Name *object_name;
    int object_section;
    int object_offset;
    int object_size;            // to be set aside, while the section is SECTION_NONE
    int object_align;
    int object_tentative;       // declared without initialiser: zero unless another unit defines it
    struct Object *object_next;
};

enum { SECTION_NONE, SECTION_TEXT, SECTION_DATA, SECTION_BSS };

struct Node *binary(int operator, struct Node *left, struct Node *right);
struct Object *string_object(char *text, int length);
int new_local(int size);

struct Node *new_node(int kind, struct Type *type, struct Node *left, struct Node *right) {
    struct Node *node = allocate(sizeof(struct Node));
    node->node_kind = kind;
    node->node_type = type;
    node->node_left = left;
    node->node_right = right;
    if (left) node->node_effect = left->node_effect;
    if (right && right->node_effect) node->node_effect = 1;
    if (kind == N_ASSIGN || kind == N_CALL || kind == N_CLEAR) node->node_effect = 1;
    return node;
}

struct Node *copy_node(struct Node *node, struct Type *type) {
    struct Node *copy = copy_of(node, sizeof(struct Node));
    copy->node_type = type;
    copy->node_next = 0;
    return copy;
}

// An integer constant from 64 bits: what does not fit the type is cut off.
struct Node *wide_constant(struct Type *type, int value, int value_high) {
    struct Node *node = new_node(N_CONSTANT, type, 0, 0);
    int shift = 32 - type->type_size * 8;
    if (shift >= 0) {
        value = value << shift >> shift;
        if (is_unsigned(type) && shift) value = value & ((1 << (32 - shift)) - 1);
        value_high = is_unsigned(type) ? 0 : value >> 31;
    }
    node->node_value = value;
    node->node_high = value_high;
    return node;
}

struct Node *constant(int value) {
    return wide_constant(basic[K_INT], value, value >> 31);
}

struct Node *float_constant(struct Type *type) {
    struct Node *node = new_node(N_FLOAT, type, 0, 0);
    node->node_value = float_low;
    node->node_high = float_high;
    node->node_exponent = float_exponent;
    return node;
}

int is_constant(struct Node *node) {
    return node->node_kind == N_CONSTANT;
}

int is_zero(struct Node *node) {
    return is_constant(node) && node->node_value == 0 && node->node_high == 0;
}

int is_variable(struct Node *node) {
    return node->node_kind == N_LOCAL || node->node_kind == N_GLOBAL;
}

struct Node *local(struct Type *type, int offset) {
    struct Node *node = new_node(N_LOCAL, type, 0, 0);
    node->node_value = offset;
    return node;
}

struct Node *global(struct Type *type, struct Object *object) {
    struct Node *node = new_node(N_GLOBAL, type, 0, 0);
    node->node_object = object;
    return node;
}

struct Node *comma(struct Node *first, struct Node *second) {
    return new_node(',', second->node_type, first, second);
}

void require(int condition, char *message) {
    if (condition == 0) fail(message, 0);
}

// Conversions

int float_precision(struct Type *type) {
    return is_kind(type, K_FLOAT) ? 24 : is_kind(type, K_DOUBLE) ? 53 : 64;
}

int float_minimum(struct Type *type) {
    return is_kind(type, K_FLOAT) ? -126 : is_kind(type, K_DOUBLE) ? -1022 : -16382;
}

struct Node *integer_to_float(struct Node *node, struct Type *type) {
    int negative = node->node_high < 0 && is_unsigned(node->node_type) == 0;
    low = node->node_value;
    high = node->node_high;
    if (negative) wide_negate(low, high);
    big_set(low, high);
    round_big(0, float_precision(type), float_minimum(type));
    if (negative) float_exponent = float_exponent | 0x8000;
    return float_constant(type);
}

struct Node *float_to_float(struct Node *node, struct Type *type) {
    int exponent = node->node_exponent & 0x7fff;
    float_low = node->node_value;
    float_high = node->node_high;
    float_exponent = exponent;
    if (exponent != 0x7fff) {
        big_set(float_low, float_high);
        round_big(exponent - 16383 - 63 + (exponent == 0), float_precision(type), float_minimum(type));
    }
    float_exponent = float_exponent | (node->node_exponent & 0x8000);
    return float_constant(type);
}

struct Node *convert_constant(struct Node *node, struct Type *type) {
    if (node->node_kind == N_FLOAT) {
        if (is_float(type)) return float_to_float(node, type);
        if (is_kind(type, K_BOOL)) return wide_constant(type, (node->node_value | node->node_high) != 0, 0);
        truncate_float(node->node_value, node->node_high, node->node_exponent);
        return wide_constant(type, low, high);
    }
    if (is_float(type)) return integer_to_float(node, type);
    if (is_kind(type, K_BOOL)) return wide_constant(type, is_zero(node) == 0, 0);
    return wide_constant(type, node->node_value, node->node_high);
}

int is_lvalue(struct Node *node) {
    return is_variable(node) || node->node_kind == N_DEREFERENCE;
}

struct Node *convert(struct Node *node, struct Type *type) {
    struct Type *from = node->node_type;
    if (from == type) return node;
    if (is_void(type)) return new_node(N_CONVERT, type, node, 0);
    if (is_struct(type) || is_struct(from)) fail("a struct of another type is needed, or none", 0);
    require(is_scalar(type) && is_scalar(from), "this type cannot be converted so");
    if ((is_pointer(type) && is_float(from)) || (is_pointer(from) && is_float(type)))
        fail("a floating value is no pointer", 0);
    if (is_pointer(from) && is_wide(type)) return convert(convert(node, basic[K_INT]), type); // GNU: signed
    if (is_constant(node) || node->node_kind == N_FLOAT) return convert_constant(node, type);
    if (node->node_kind == N_ADDRESS && is_word(type) && type->type_size == 4) return copy_node(node, type);
    // a memory operand can be read as an integer that is not longer
    if (is_lvalue(node) && !is_kind(type, K_BOOL) && !is_float(from) && !is_float(type) &&
        type->type_size <= from->type_size) return copy_node(node, type);
    return new_node(N_CONVERT, type, node, 0);
}

// Hides that a value is also an lvalue.
struct Node *rvalue(struct Node *node) {
    if (is_lvalue(node) == 0 || is_struct(node->node_type)) return node;
    return new_node(N_CONVERT, node->node_type, node, 0);
}

struct Type *promoted(struct Type *type) {
    return type->type_kind < K_INT ? basic[K_INT] : type;
}

struct Type *common_type(struct Type *a, struct Type *b) {
    require(is_arithmetic(a) && is_arithmetic(b), "the operands must be numbers");
    a = promoted(a);
    b = promoted(b);
    return a->type_kind > b->type_kind ? a : b;
}

// Addresses

struct Node *dereference(struct Node *pointer) {
    struct Type *type = pointer->node_type->type_base;
    if (pointer->node_kind == N_ADDRESS && is_variable(pointer->node_left))
        return copy_node(pointer->node_left, type);
    return new_node(N_DEREFERENCE, type, pointer, 0);
}

struct Node *address(struct Node *node) {
    struct Type *type = pointer_to(node->node_type);
    struct Node *left = node->node_left;
    if (node->node_kind == N_DEREFERENCE) return convert(left, type);
    if (node->node_kind == N_STRING)
        return address(global(node->node_type, string_object(node->node_value, node->node_high)));
    if (node->node_kind == N_FIELD) fail("a bit-field has no address", 0);
    if (!is_variable(node) && !is_struct(node->node_type)) fail("this has no address", 0);
    return new_node(N_ADDRESS, type, node, 0);
}

// The pointer, moved by bytes and given a type.
struct Node *displace(struct Node *pointer, int bytes, struct Type *type) {
    struct Node *target;
    if (pointer->node_kind == N_ADDRESS && is_variable(pointer->node_left)) {
        target = copy_node(pointer->node_left, type->type_base ? type->type_base : basic[K_INT]);
        target->node_value += bytes;
        return new_node(N_ADDRESS, type, target, 0);
    }
    if (pointer->node_kind == '+' && is_constant(pointer->node_right)) {
        bytes += pointer->node_right->node_value;
        pointer = pointer->node_left;
    }
    if (bytes == 0) return convert(pointer, type);
    if (is_constant(pointer)) return wide_constant(type, pointer->node_value + bytes, 0);
    return new_node('+', type, pointer, constant(bytes));
}

struct Node *select_member(struct Node *node, struct Name *name) {
    struct Member *member;
    struct Node *pointer;
    int offset;
    require(is_struct(node->node_type), "only a struct has members");
    member = find_member(node->node_type, name);
    if (member == 0) fail("no such member", name->name_text);
    offset = found_offset + member->member_offset;
    pointer = address(node);
    if (member->member_width < 0)
        return dereference(displace(pointer, offset, pointer_to(member->member_type)));
    pointer = displace(pointer, offset, pointer_to(basic[member->member_unit]));
    node = new_node(N_FIELD, member->member_type, dereference(pointer), 0);
    node->node_member = member;
    return node;
}

// Bit-fields

// value's lowest bits, as the bit-field holds them, extended by its type.
struct Node *extend_field(struct Node *value, struct Member *member) {
    struct Type *bits = basic[is_unsigned(member->member_type) ? K_UINT : K_INT];
    struct Node *spare = constant(32 - member->member_width);
    value = binary(T_SHIFT_RIGHT, binary(T_SHIFT_LEFT, convert(value, bits), spare), spare);
    return convert(value, member->member_width < 32 ? basic[K_INT] : bits);
}

struct Node *read_field(struct Node *field) {
    struct Node *bits = convert(field->node_left, basic[K_UINT]);
    return extend_field(binary(T_SHIFT_RIGHT, bits, constant(field->node_member->member_bit)), field->node_member);
}

// What an expression is worth: arrays and functions become pointers, bit-fields are read.
struct Node *value_of(struct Node *node) {
    struct Type *type = node->node_type;
    if (is_array(type)) return convert(address(node), pointer_to(type->type_base));
    if (is_function(type)) return address(node);
    if (node->node_kind == N_FIELD) return read_field(node);
    require(is_struct(type) == 0 || type->type_incomplete == 0, "this struct is not defined");
    return node;
}

// Folding

struct Node *fold(int operator, struct Type *type, struct Node *left, struct Node *right) {
    int a = left->node_value;
    int a_high = left->node_high;
    int b = right->node_value;
    int b_high = right->node_high;
    int is_unsigned_type = is_unsigned(left->node_type);
    low = a;
    high = a_high;
    if (operator == '+') wide_add(a, a_high, b, b_high);
    else if (operator == '-') {
        wide_negate(b, b_high);
        wide_add(a, a_high, low, high);
    } else if (operator == '*') wide_multiply(a, a_high, b, b_high);
    else if (operator == '/' || operator == '%') {
        if (is_unsigned_type) wide_divide(a, a_high, b, b_high, operator == '%');
        else wide_divide_signed(a, a_high, b, b_high, operator == '%');
    } else if (operator == '&') {
        low = a & b;
        high = a_high & b_high;
    } else if (operator == '|') {
        low = a | b;
        high = a_high | b_high;
    } else if (operator == '^') {
        low = a ^ b;
        high = a_high ^ b_high;
    } else if (operator == T_SHIFT_LEFT) wide_shift_left(a, a_high, b & 63);
    else if (operator == T_SHIFT_RIGHT) wide_shift_right(a, a_high, b & 63, is_unsigned_type ? 0 : a_high >> 31);
    else {
        low = a == b && a_high == b_high;
        if (operator == T_NOT_EQUAL) low = low == 0;
        if (operator == '<') low = wide_less(a, a_high, b, b_high, is_unsigned_type);
        if (operator == '>') low = wide_less(b, b_high, a, a_high, is_unsigned_type);
        if (operator == T_LESS_EQUAL) low = wide_less(b, b_high, a, a_high, is_unsigned_type) == 0;
        if (operator == T_GREATER_EQUAL) low = wide_less(a, a_high, b, b_high, is_unsigned_type) == 0;
        high = 0;
    }
    return wide_constant(type, low, high);
}

int power_of_two(int n) {
    int shift = 0;
    while (shift < 31 && n != 1 << shift) shift++;
    return shift < 31 ? shift : -1;
}

int is_commutative(int operator) {
    return operator == '+' || operator == '*' || operator == '&' || operator == '|' || operator == '^';
}

// An operation on operands that have their final types; type is the result's.
struct Node *operation(int operator, struct Type *type, struct Node *left, struct Node *right) {
    int shift;
    if (is_constant(left) && is_constant(right)) {
        if (operator != '/' && operator != '%') return fold(operator, type, left, right);
        if (is_zero(right) == 0) return fold(operator, type, left, right);
    }
    if (is_constant(left) && is_commutative(operator)) return new_node(operator, type, right, left);
    if (is_integer(type) && is_constant(right)) {
        if (is_zero(right) && (operator == '+' || operator == '-' || operator == '|' || operator == '^' ||
            operator == T_SHIFT_LEFT || operator == T_SHIFT_RIGHT)) return left;
        shift = right->node_high ? -1 : power_of_two(right->node_value);
        if (shift >= 0 && operator == '*') return operation(T_SHIFT_LEFT, type, left, constant(shift));
        if (shift >= 0 && operator == '/' && is_unsigned(type))
            return operation(T_SHIFT_RIGHT, type, left, constant(shift));
        if (shift >= 0 && operator == '%' && is_unsigned(type))
            return operation('&', type, left, wide_constant(type, right->node_value - 1, 0));
    }
    return new_node(operator, type, left, right);
}

int element_size(struct Type *pointer) {
    struct Type *base = pointer->type_base;
    if (is_incomplete(base) && is_void(base) == 0) fail("the size of what this points to is not known", 0);
    return base->type_size;
}

struct Node *add_to_pointer(struct Node *pointer, struct Node *index, int operator) {
    struct Type *type = pointer->node_type;
    int size = element_size(type);
    require(is_integer(index->node_type), "only an integer can be added to a pointer");
    index = convert(index, basic[K_INT]);
    index = operation('*', basic[K_INT], index, constant(size));
    if (is_constant(index)) return displace(pointer, operator == '-' ? -index->node_value : index->node_value, type);
    return new_node(operator, type, pointer, index);
}

struct Node *subtract_pointers(struct Node *left, struct Node *right) {
    int size = element_size(left->node_type);
    int shift = power_of_two(size);
    struct Type *type = basic[K_INT];
    struct Node *bytes = operation('-', type, convert(left, type), convert(right, type));
    require(size == element_size(right->node_type), "the pointers' types differ");
    require(size > 0, "elements have no size");
    if (shift >= 0) return operation(T_SHIFT_RIGHT, type, bytes, constant(shift));
    return operation('/', type, bytes, constant(size));
}

int is_comparison(int operator) {
    return operator == '<' || operator == '>' || operator == T_LESS_EQUAL || operator == T_GREATER_EQUAL ||
           operator == T_EQUAL || operator == T_NOT_EQUAL;
}

struct Node *compare(int operator, struct Node *left, struct Node *right) {
    struct Type *type;
    if (is_pointer(left->node_type)) type = left->node_type;
    else if (is_pointer(right->node_type)) type = right->node_type;
    else type = common_type(left->node_type, right->node_type);
    return operation(operator, basic[K_INT], convert(left, type), convert(right, type));
}

void require_truth(struct Node *node) {
    require(is_scalar(node->node_type), "this is neither true nor false");
}

int constant_truth(struct Node *node) {
    if (node->node_kind == N_FLOAT) return (node->node_value | node->node_high) != 0;
    return is_zero(node) == 0;
}

struct Node *logical(int operator, struct Node *left, struct Node *right) {
    require_truth(left);
    require_truth(right);
    if (is_constant(left)) {
        if (constant_truth(left) != (operator == T_AND_AND)) return constant(operator == T_OR_OR);
        if (is_constant(right)) return constant(constant_truth(right));
    }
    return new_node(operator, basic[K_INT], left, right);
}

struct Node *binary(int operator, struct Node *left, struct Node *right) {
    struct Type *type;
    int left_pointer;
    int right_pointer;
    left = value_of(left);
    right = value_of(right);
    if (operator == ',') return comma(left, right);
    if (operator == T_AND_AND || operator == T_OR_OR) return logical(operator, left, right);
    left_pointer = is_pointer(left->node_type);
    right_pointer = is_pointer(right->node_type);
    if (is_comparison(operator)) return compare(operator, left, right);
    if (operator == '+' && left_pointer) return add_to_pointer(left, right, '+');
    if (operator == '+' && right_pointer) return add_to_pointer(right, left, '+');
    if (operator == '-' && left_pointer && right_pointer) return subtract_pointers(left, right);
    if (operator == '-' && left_pointer) return add_to_pointer(left, right, '-');
    if (operator == T_SHIFT_LEFT || operator == T_SHIFT_RIGHT) {
        require(is_integer(left->node_type) && is_integer(right->node_type), "the operands must be integers");
        type = promoted(left->node_type);
        right = convert(right, basic[K_INT]);
        return operation(operator, type, convert(left, type), right);
    }
    type = common_type(left->node_type, right->node_type);
    if (operator != '+' && operator != '-' && operator != '*' && operator != '/')
        require(is_integer(type), "the operands must be integers");
    return operation(operator, type, convert(left, type), convert(right, type));
}

struct Node *unary(int operator, struct Node *node) {
    struct Type *type;
    node = value_of(node);
    if (operator == '!') {
        require_truth(node);
        if (is_constant(node)) return constant(constant_truth(node) == 0);
        return new_node('!', basic[K_INT], node, 0);
    }
    require(is_arithmetic(node->node_type), "the operand must be a number");
    type = promoted(node->node_type);
    node = convert(node, type);
    if (operator == '+') return rvalue(node);
    if (operator == '-') {
        if (node->node_kind == N_FLOAT) {
            node = copy_node(node, type);
            node->node_exponent = node->node_exponent ^ 0x8000;
            return node;
        }
        if (is_constant(node)) return fold('-', type, wide_constant(type, 0, 0), node);
        return new_node(N_NEGATE, type, node, 0);
    }
    require(is_integer(type), "the operand must be an integer");
    if (is_constant(node)) return wide_constant(type, ~node->node_value, ~node->node_high);
    return new_node(N_COMPLEMENT, type, node, 0);
}

int is_null(struct Node *node) {
    return is_zero(node) && (is_integer(node->node_type) || is_void(node->node_type->type_base));
}

struct Type *conditional_type(struct Node *yes, struct Node *no) {
    struct Type *a = yes->node_type;
    struct Type *b = no->node_type;
    if (is_arithmetic(a) && is_arithmetic(b)) return common_type(a, b);
    if (is_void(a) || is_void(b)) return basic[K_VOID];
    if (a == b) return a;
    require(is_scalar(a) && is_scalar(b), "the two results do not go together");
    if (is_pointer(a) == 0 || is_null(yes)) return b;
    if (is_pointer(b) == 0 || is_null(no)) return a;
    return is_void(b->type_base) ? b : a;
}

struct Node *conditional(struct Node *condition, struct Node *yes, struct Node *no) {
    struct Node *node;
    struct Type *type;
    condition = value_of(condition);
    yes = value_of(yes);
    no = value_of(no);
    require_truth(condition);
    type = conditional_type(yes, no);
    yes = convert(yes, type);
    no = convert(no, type);
    if (is_constant(condition)) return rvalue(constant_truth(condition) ? yes : no);
    node = new_node(N_CONDITIONAL, type, condition, yes);
    node->node_third = no;
    if (no->node_effect) node->node_effect = 1;
    return node;
}

// Assignments

struct Node *temporary(struct Type *type) {
    return local(type, new_local(type->type_size));
}

struct Node *store(struct Node *target, struct Node *value) {
    return new_node(N_ASSIGN, target->node_type, target, convert(value, target->node_type));
}

// Whether the lvalue may be evaluated twice, also around what changes other things.
int is_repeatable(struct Node *node, struct Node *other) {
    if (is_variable(node)) return 1;
    return node->node_effect == 0 && other->node_effect == 0;
}

// unit = unit & ~mask | value << bit
struct Node *store_field(struct Node *unit, struct Member *member, struct Node *value) {
    int ones = member->member_width == 32 ? -1 : (1 << member->member_width) - 1;
    struct Node *mask = wide_constant(basic[K_UINT], ~(ones << member->member_bit), 0);
    value = binary('&', convert(value, basic[K_UINT]), constant(ones));
    value = binary(T_SHIFT_LEFT, value, constant(member->member_bit));
    return store(unit, binary('|', binary('&', unit, mask), value));
}

struct Node *assign_field(struct Node *field, struct Node *value) {
    struct Member *member = field->node_member;
    struct Node *unit = field->node_left;
    struct Node *before = 0;
    struct Node *pointer;
    struct Node *kept;
    value = convert(value, member->member_type);
    if (is_repeatable(unit, value) == 0) {
        pointer = address(unit);
        before = store(temporary(pointer->node_type), pointer);
        unit = dereference(before->node_left);
    }
    kept = value;
    if (is_constant(value) == 0) {
        kept = temporary(member->member_type);
        before = before ? comma(before, store(kept, value)) : store(kept, value);
    }
    value = comma(store_field(unit, member, kept), extend_field(kept, member));
    return before ? comma(before, value) : value;
}

struct Node *assign(struct Node *target, struct Node *value) {
    value = value_of(value);
    if (target->node_kind == N_FIELD) return assign_field(target, value);
    if (is_lvalue(target) == 0 || (is_scalar(target->node_type) == 0 && is_struct(target->node_type) == 0))
        fail("this cannot be assigned to", 0);
    return store(target, value);
}

// target operator= value. The target's address is computed once: by way of a temporary, if that
// could be noticed.
struct Node *assign_operation(int operator, struct Node *target, struct Node *value) {
    struct Node *lvalue = target->node_kind == N_FIELD ? target->node_left : target;
    struct Node *before = 0;
    struct Node *pointer;
    value = value_of(value);
    if (is_repeatable(lvalue, value) == 0) {
        pointer = address(lvalue);
        before = store(temporary(pointer->node_type), pointer);
        lvalue = dereference(before->node_left);
        if (target->node_kind == N_FIELD) {
            target = copy_node(target, target->node_type);
            target->node_left = lvalue;
        } else target = lvalue;
    }
    value = assign(target, binary(operator, target, value));
    return before ? comma(before, value) : value;
}

struct Node *postfix_step(int operator, struct Node *target) {
    struct Type *type = target->node_type;
    struct Node *pointer = 0;
    struct Node *old;
    struct Node *result;
    int back = operator == '+' ? '-' : '+';
    require(is_scalar(type), "this cannot be counted up or down");
    if (target->node_kind != N_FIELD && is_float(type) == 0 && is_kind(type, K_BOOL) == 0)
        return convert(binary(back, assign_operation(operator, target, constant(1)), constant(1)), type);
    if (target->node_kind != N_FIELD) {
        pointer = store(temporary(pointer_to(type)), address(target));
        target = dereference(pointer->node_left);
    } else if (target->node_left->node_effect) {
        pointer = address(target->node_left);
        pointer = store(temporary(pointer->node_type), pointer);
        target = copy_node(target, type);
        target->node_left = dereference(pointer->node_left);
    }
    old = temporary(type);
    result = comma(assign_operation(operator, target, constant(1)), convert(old, promoted(type)));
    result = comma(store(old, value_of(target)), result);
    return pointer ? comma(pointer, result) : result;
}
