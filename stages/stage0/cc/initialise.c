// initialise.c: initialisers. One is parsed to a list of places in the object with their values;
// the list is then written into the data section or turned into assignments.

struct Init {
    int init_offset;
    struct Type *init_type;
    struct Member *init_field;    // a bit-field, or 0
    struct Node *init_value;
    struct Init *init_next;
};

struct Init *first_init;
struct Init *last_init;
int init_extent;                  // size of the object as far as there are values
struct Node *pending;             // a value that is parsed already and belongs to the next scalar

int parse_initialiser(struct Type *type, int offset);

void add_init(int offset, struct Type *type, struct Member *field, struct Node *value) {
    struct Init *init = allocate(sizeof(struct Init));
    init->init_offset = offset;
    init->init_type = type;
    init->init_field = field;
    init->init_value = value;
    if (first_init) last_init->init_next = init;
    else first_init = init;
    last_init = init;
    if (field) type = basic[field->member_unit];
    if (init_extent < offset + type->type_size) init_extent = offset + type->type_size;
}

int is_character_array(struct Type *type) {
    return is_array(type) && (is_kind(type->type_base, K_CHAR) || is_kind(type->type_base, K_UCHAR));
}

// The string's bytes for an array of that type; the result is the number of elements.
int init_string(struct Type *type, int offset, struct Node *string) {
    int size = string->node_high;
    if (type->type_count >= 0 && size > type->type_count) {
        if (size > type->type_count + 1) fail("the string is longer than the array", 0);
        size = type->type_count;
    }
    add_init(offset, array_of(type->type_base, size), 0, string);
    return string->node_high;
}

void init_scalar(struct Type *type, int offset, struct Member *field) {
    struct Node *value = pending;
    if (value == 0) value = parse_assignment();
    pending = 0;
    value = value_of(value);
    if (is_struct(type) && value->node_type != type) fail("a struct of another type is needed", 0);
    add_init(offset, type, field, convert(value, type));
}

struct Member *next_initialised(struct Member *member) {
    while (member && member->member_name == 0 && is_struct(member->member_type) == 0)
        member = member->member_next;
    return member;
}

// Goes on to the next element of a list; there may be a comma after the last one of a braced list.
int more_elements(int braced) {
    int kind;
    if (tok != ',') return 0;
    kind = peek();
    if (braced == 0 && (kind == '}' || kind == '.' || kind == '[')) return 0;
    next();
    return tok != '}';
}

// The member that a designator names: from the one given on, since the order must be the struct's.
struct Member *init_designator(struct Member *member) {
    struct Name *name;
    next();
    name = expect_member_name();
    while (member && member->member_name != name) member = member->member_next;
    if (member == 0) fail("no such member, or not in order", name->name_text);
    expect('=');
    return member;
}

void init_struct(struct Type *type, int offset, int braced) {
    struct Member *member = next_initialised(type->type_members);
    int more = 1;
    while (more) {
        if (braced && tok == '.' && pending == 0) member = init_designator(member);
        if (member == 0) fail("more values than members", 0);
        if (member->member_width >= 0) init_scalar(member->member_type, offset + member->member_offset, member);
        else parse_initialiser(member->member_type, offset + member->member_offset);
        member = type->type_union ? 0 : next_initialised(member->member_next);
        if (braced == 0 && member == 0) return;
        more = more_elements(braced);
    }
}

// The result is the number of elements.
int init_array(struct Type *type, int offset, int braced) {
    int index = 0;
    int designated;
    int more = 1;
    while (more) {
        if (braced && tok == '[' && pending == 0) {
            next();
            designated = parse_int();
            if (designated < index) fail("index is not in order", 0);
            index = designated;
            expect(']');
            expect('=');
        }
        if (type->type_count >= 0 && index >= type->type_count) fail("more values than elements", 0);
        parse_initialiser(type->type_base, offset + index * type->type_base->type_size);
        index++;
        if (braced == 0 && index == type->type_count) return index;
        more = more_elements(braced);
    }
    return index;
}

int init_aggregate(struct Type *type, int offset, int braced) {
    if (is_array(type)) return init_array(type, offset, braced);
    if (type->type_incomplete) fail("this struct is not defined", 0);
    init_struct(type, offset, braced);
    return 0;
}

// Parses a value for an object of the type at the offset; the result is the number of elements,
// for an array.
int parse_initialiser(struct Type *type, int offset) {
    int count = 0;
    int braced = tok == '{' && pending == 0;
    if (is_array(type) == 0 && is_struct(type) == 0) {
        if (braced == 0) {
            init_scalar(type, offset, 0);
            return 0;
        }
        next();
        parse_initialiser(type, offset);
        accept(',');
        expect('}');
        return 0;
    }
    if (braced) {
        next();
        if (is_character_array(type) && tok == T_STRING) {
            count = init_string(type, offset, parse_string());
            accept(',');
        } else if (tok != '}') count = init_aggregate(type, offset, 1);
        expect('}');
        return count;
    }
    if (pending == 0) pending = parse_assignment();
    if (is_character_array(type) && pending->node_kind == N_STRING) {
        count = init_string(type, offset, pending);
        pending = 0;
        return count;
    }
    if (is_struct(type) && pending->node_type == type) {
        init_scalar(type, offset, 0);
        return 0;
    }
    return init_aggregate(type, offset, 0);
}

// Parses the initialiser of an object; the result is the object's type, with its size.
struct Type *parse_object_initialiser(struct Type *type) {
    int count;
    first_init = 0;
    init_extent = type->type_size;
    if (is_array(type) && tok != '{' && (tok != T_STRING || is_character_array(type) == 0))
        fail_at("'{' is missing before");
    count = parse_initialiser(type, 0);
    if (is_array(type) && type->type_count < 0) return array_of(type->type_base, count);
    return type;
}

// Static objects

void write_integer(char *at, int value, int value_high, int size) {
    if (size >= 4) put_word(at, value);
    else {
        *at = value;
        if (size == 2) at[1] = value >> 8;
    }
    if (size == 8) put_word(at + 4, value_high);
}

void write_field(char *at, struct Member *field, struct Node *value) {
    int i;
    int bit = field->member_bit;
    for (i = 0; i < field->member_width; i++) {
        wide_shift_right(value->node_value, value->node_high, i, 0);
        at[bit >> 3] = (at[bit >> 3] & ~(1 << (bit & 7))) | (low & 1) << (bit & 7);
        bit++;
    }
}

void write_init(struct Init *init, int offset) {
    struct Node *value = init->init_value;
    char *at = data + offset;
    if (init->init_field) {
        if (is_constant(value) == 0) fail("the initialiser is not constant", 0);
        write_field(at, init->init_field, value);
    } else if (value->node_kind == N_STRING) copy_bytes(at, value->node_value, init->init_type->type_size);
    else if (is_constant(value)) write_integer(at, value->node_value, value->node_high, init->init_type->type_size);
    else if (value->node_kind == N_FLOAT) write_float(at, value);
    else if (value->node_kind == N_ADDRESS && value->node_left->node_kind == N_GLOBAL) {
        relocate(SECTION_DATA, offset, value->node_left->node_object, 0);
        put_word(at, value->node_left->node_value);
    } else fail("the initialiser is not constant", 0);
}

// Puts the object with its parsed values into the data section.
void write_object(struct Object *object, struct Type *type) {
    struct Init *init;
    int size = init_extent > type->type_size ? init_extent : type->type_size; // with a flexible array
    place_in_data(object, size, object->object_align);
    for (init = first_init; init; init = init->init_next) write_init(init, object->object_offset + init->init_offset);
}

// Automatic objects

struct Node *clear(int offset, int size) {
    struct Node *node = new_node(N_CLEAR, basic[K_VOID], 0, 0);
    node->node_value = offset;
    node->node_high = size;
    return node;
}

struct Node *init_assignment(struct Init *init, int offset) {
    struct Type *type = init->init_type;
    struct Node *target;
    struct Node *value = init->init_value;
    if (value->node_kind == N_STRING) {
        type = new_type(K_STRUCT, type->type_size, 1); // an array is copied as a struct is
        value = global(type, string_object(value->node_value, value->node_high));
        return store(local(type, offset + init->init_offset), value);
    }
    if (init->init_field) {
        target = local(basic[init->init_field->member_unit], offset + init->init_offset);
        target = new_node(N_FIELD, type, target, 0);
        target->node_member = init->init_field;
        return assign(target, value);
    }
    return store(local(type, offset + init->init_offset), value);
}

// The assignments for the parsed values of an object in the frame.
struct Node *init_assignments(struct Type *type, int offset) {
    struct Init *init;
    struct Node *node = 0;
    struct Node *one;
    if (init_extent > type->type_size) fail("a flexible array can be initialised in static objects only", 0);
    if (first_init == 0) return clear(offset, type->type_size);
    if (first_init->init_type->type_size != type->type_size) node = clear(offset, type->type_size);
    for (init = first_init; init; init = init->init_next) {
        one = init_assignment(init, offset);
        node = node ? comma(node, one) : one;
    }
    return node;
}
