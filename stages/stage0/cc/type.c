// type.c: types and their layout by the i386 System V ABI.

// Among the integers the odd kinds are unsigned; a pointer compares as unsigned too.
enum {
    K_VOID, K_BOOL, K_CHAR, K_UCHAR, K_SHORT, K_USHORT, K_INT, K_UINT, K_LLONG, K_ULLONG,
    K_FLOAT, K_DOUBLE, K_LDOUBLE, K_POINTER, K_ARRAY, K_FUNCTION, K_STRUCT, K_COUNT
};

struct Type {
    int type_kind;
    int type_size;              // of an array without a size and of an incomplete struct: 0
    int type_align;
    int type_count;             // elements of an array, or -1
    struct Type *type_base;     // element, target or result
    struct Type *type_pointer;  // the type "pointer to this", once made
    struct Member *type_members; // of a struct, or parameters of a function
    int type_union;
    int type_incomplete;        // of a struct
    int type_variadic;          // of a function
    int type_unprototyped;      // of a function: ()
    struct Name *type_tag;
};

// A member of a struct, or a parameter.
struct Member {
    struct Name *member_name;   // or 0
    struct Type *member_type;
    int member_offset;
    int member_bit;             // of a bit-field: its first bit in the unit
    int member_width;           // of a bit-field, else -1
    int member_unit;            // of a bit-field: type kind of the unit that is read and written
    struct Member *member_next;
};

struct Type *basic[K_COUNT];

struct Type *new_type(int kind, int size, int align) {
    struct Type *type = allocate(sizeof(struct Type));
    type->type_kind = kind;
    type->type_size = size;
    type->type_align = align;
    return type;
}

void define_basic(int kind, int size) {
    basic[kind] = new_type(kind, size, size > 4 ? 4 : size);
}

void start_types(void) {
    define_basic(K_VOID, 1); // GNU: void counts as a byte
    define_basic(K_BOOL, 1);
    define_basic(K_CHAR, 1);
    define_basic(K_UCHAR, 1);
    define_basic(K_SHORT, 2);
    define_basic(K_USHORT, 2);
    define_basic(K_INT, 4);
    define_basic(K_UINT, 4);
    define_basic(K_LLONG, 8);
    define_basic(K_ULLONG, 8);
    define_basic(K_FLOAT, 4);
    define_basic(K_DOUBLE, 8);
    define_basic(K_LDOUBLE, 12);
}

struct Type *pointer_to(struct Type *base) {
    if (base->type_pointer == 0) {
        base->type_pointer = new_type(K_POINTER, 4, 4);
        base->type_pointer->type_base = base;
    }
    return base->type_pointer;
}

struct Type *array_of(struct Type *base, int count) {
    struct Type *type = new_type(K_ARRAY, count > 0 ? base->type_size * count : 0, base->type_align);
    type->type_base = base;
    type->type_count = count;
    return type;
}

struct Type *function_returning(struct Type *result, struct Member *parameters) {
    struct Type *type = new_type(K_FUNCTION, 1, 1); // GNU: a function counts as a byte
    type->type_base = result;
    type->type_members = parameters;
    return type;
}

int is_kind(struct Type *type, int kind) {
    return type->type_kind == kind;
}

int is_void(struct Type *type) {
    return type->type_kind == K_VOID;
}

int is_pointer(struct Type *type) {
    return type->type_kind == K_POINTER;
}

int is_array(struct Type *type) {
    return type->type_kind == K_ARRAY;
}

int is_function(struct Type *type) {
    return type->type_kind == K_FUNCTION;
}

int is_struct(struct Type *type) {
    return type->type_kind == K_STRUCT;
}

int is_integer(struct Type *type) {
    return type->type_kind >= K_BOOL && type->type_kind <= K_ULLONG;
}

int is_float(struct Type *type) {
    return type->type_kind >= K_FLOAT && type->type_kind <= K_LDOUBLE;
}

int is_arithmetic(struct Type *type) {
    return type->type_kind >= K_BOOL && type->type_kind <= K_LDOUBLE;
}

int is_scalar(struct Type *type) {
    return type->type_kind >= K_BOOL && type->type_kind <= K_POINTER;
}

// Integers and pointers.
int is_unsigned(struct Type *type) {
    return type->type_kind & 1;
}

// Lives in edx:eax.
int is_wide(struct Type *type) {
    return type->type_kind == K_LLONG || type->type_kind == K_ULLONG;
}

// Lives in eax.
int is_word(struct Type *type) {
    return (type->type_kind >= K_BOOL && type->type_kind <= K_UINT) || type->type_kind == K_POINTER;
}

int is_incomplete(struct Type *type) {
    if (is_array(type)) return type->type_count < 0 || is_incomplete(type->type_base);
    return type->type_kind == K_VOID || type->type_incomplete;
}

int same_parameters(struct Type *a, struct Type *b);

// Whether two declarations may give these types to one thing.
int same_type(struct Type *a, struct Type *b) {
    if (a == b) return 1;
    if (a->type_kind != b->type_kind || a->type_kind == K_STRUCT) return 0;
    if (a->type_kind < K_POINTER) return 1;
    if (same_type(a->type_base, b->type_base) == 0) return 0;
    if (is_array(a)) return a->type_count < 0 || b->type_count < 0 || a->type_count == b->type_count;
    if (is_function(a)) return same_parameters(a, b);
    return 1;
}

int same_parameters(struct Type *a, struct Type *b) {
    struct Member *p = a->type_members;
    struct Member *q = b->type_members;
    if (a->type_unprototyped || b->type_unprototyped) return 1;
    while (p && q && same_type(p->member_type, q->member_type)) {
        p = p->member_next;
        q = q->member_next;
    }
    return p == q && a->type_variadic == b->type_variadic;
}

int round_up(int n, int align) {
    return (n + align - 1) & -align;
}

// Structs

int layout_bits; // used so far by the struct that is being laid out
int layout_size; // of a union: its widest member, in bytes

struct Member *new_member(struct Name *name, struct Type *type) {
    struct Member *member = allocate(sizeof(struct Member));
    member->member_name = name;
    member->member_type = type;
    member->member_width = -1;
    return member;
}

// The unit of a bit-field is the smallest aligned one that holds it.
void place_bit_field(struct Type *type, struct Member *member) {
    struct Type *field = member->member_type;
    int bits = field->type_size * 8;
    int unit = 8;
    if (layout_bits % bits + member->member_width > bits || member->member_width == 0)
        layout_bits = round_up(layout_bits, bits);
    if (member->member_name && type->type_align < field->type_align) type->type_align = field->type_align;
    while (layout_bits % unit + member->member_width > unit) unit = unit * 2;
    member->member_offset = layout_bits / unit * unit / 8;
    member->member_bit = layout_bits % unit;
    member->member_unit = unit == 8 ? K_UCHAR : unit == 16 ? K_USHORT : K_UINT;
    layout_bits += member->member_width;
}

void place_member(struct Type *type, struct Member *member) {
    struct Type *field = member->member_type;
    if (type->type_union) layout_bits = 0;
    if (member->member_width >= 0) place_bit_field(type, member);
    else {
        if (type->type_align < field->type_align) type->type_align = field->type_align;
        member->member_offset = round_up((layout_bits + 7) / 8, field->type_align);
        layout_bits = (member->member_offset + field->type_size) * 8;
    }
    if (layout_size < (layout_bits + 7) / 8) layout_size = (layout_bits + 7) / 8;
}

// The member so named, also of anonymous structs inside; found_offset is the offset of the struct
// that holds it.
int found_offset;

struct Member *find_member(struct Type *type, struct Name *name) {
    struct Member *member;
    struct Member *found;
    for (member = type->type_members; member; member = member->member_next) {
        if (member->member_name == name) {
            found_offset = 0;
            return member;
        }
        if (member->member_name == 0 && is_struct(member->member_type)) {
            found = find_member(member->member_type, name);
            if (found) {
                found_offset += member->member_offset;
                return found;
            }
        }
    }
    return 0;
}
