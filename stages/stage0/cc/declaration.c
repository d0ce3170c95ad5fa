// declaration.c: types as they are written, and declarations.

// What the declaration specifiers said, beside the type.
int storage;                      // T_TYPEDEF, T_EXTERN, T_STATIC, T_AUTO, T_REGISTER or 0

struct Name *declared_name;       // of the last declarator, or 0

struct Type *parse_specifiers(void);
struct Type *parse_declarator(struct Type *base);

enum { // type specifiers, as flags in the order of their tokens
    F_VOID = 1, F_BOOL = 2, F_CHAR = 4, F_SHORT = 8, F_INT = 16, F_LONG = 32, F_FLOAT = 64, F_DOUBLE = 128,
    F_SIGNED = 256, F_UNSIGNED = 512, F_LONG_LONG = 1024
};

// Attributes

void skip_parentheses(void) {
    int level = 0;
    if (tok != '(') return;
    while (level > 0 || tok == '(') {
        if (tok == '(') level++;
        if (tok == ')') level--;
        if (tok == T_END) fail_at("')' is missing before");
        next();
        if (level == 0) return;
    }
}

// Only those that change nothing are accepted.
void parse_attribute(void) {
    char *name = token->tok_name->name_text;
    int length = token->tok_name->name_length;
    if (length > 4 && name[0] == '_' && name[1] == '_') name = intern(name + 2, length - 4)->name_text;
    if (!equal(name, "noreturn") && !equal(name, "format") && !equal(name, "unused"))
        fail("attribute is not supported", name);
    next();
    skip_parentheses();
}

void parse_attributes(void) {
    while (accept(T_ATTRIBUTE)) {
        expect('(');
        expect('(');
        while (tok != ')') {
            if (tok != ',') parse_attribute();
            else next();
        }
        next();
        expect(')');
    }
}

// Structs and enums

void parse_bit_field(struct Member *member) {
    struct Type *type = member->member_type;
    member->member_width = parse_int();
    require(is_integer(type) && type->type_size <= 4, "a bit-field must be an integer of up to 32 bits");
    if (member->member_width < 0 || member->member_width > (is_kind(type, K_BOOL) ? 1 : type->type_size * 8) ||
        (member->member_width == 0 && member->member_name)) fail("bad width of a bit-field", 0);
}

void parse_members(struct Type *type) {
    struct Member **end = &type->type_members;
    struct Type *base;
    struct Member *member;
    while (tok != '}') {
        base = parse_specifiers();
        if (storage) fail("a member has no storage class", 0);
        while (tok != ';' || (is_struct(base) && base->type_tag == 0)) {
            declared_name = 0;
            member = new_member(0, base);
            if (tok != ':' && tok != ';') member->member_type = parse_declarator(base);
            member->member_name = declared_name;
            if (declared_name && find_member(type, declared_name)) fail("declared twice", declared_name->name_text);
            if (accept(':')) parse_bit_field(member);
            parse_attributes();
            *end = member;
            end = &member->member_next;
            if (accept(',') == 0) break;
        }
        expect(';');
    }
}

// Places the members. Only the last one of a struct may be an array without a size.
void lay_out(struct Type *type) {
    struct Member *member;
    struct Type *field;
    layout_bits = 0;
    layout_size = 0;
    for (member = type->type_members; member; member = member->member_next) {
        field = member->member_type;
        if (is_array(field) && field->type_count < 0 && member->member_next == 0) field = field->type_base;
        if (is_incomplete(field) || is_function(field)) fail("a member's type is not complete", 0);
        place_member(type, member);
    }
    type->type_size = round_up(layout_size, type->type_align);
    type->type_incomplete = 0;
}

// The type of a struct, union or enum with the tag; a new one if it is to be defined here.
struct Symbol *tagged(struct Name *tag, int kind, int defined) {
    struct Symbol *symbol = tag ? tag->name_tag : 0;
    struct Type *type;
    if (symbol && (defined == 0 || symbol->symbol_depth == depth)) {
        if (symbol->symbol_value != kind) fail("this tag is of another kind", tag->name_text);
        return symbol;
    }
    type = new_type(K_STRUCT, 0, 1);
    type->type_incomplete = 1;
    type->type_union = kind == T_UNION;
    type->type_tag = tag;
    if (tag) symbol = declare(S_TAG, tag, type);
    else {
        symbol = allocate(sizeof(struct Symbol));
        symbol->symbol_type = type;
    }
    symbol->symbol_value = kind;
    return symbol;
}

struct Name *parse_tag(void) {
    struct Name *tag = 0;
    if (tok == T_NAME) {
        tag = token->tok_name;
        next();
    }
    if (tag == 0 && tok != '{') fail_at("a tag or '{' is missing before");
    return tag;
}

struct Type *parse_struct(void) {
    int kind = tok;
    int saved_storage = storage;
    struct Name *tag;
    struct Type *type;
    next();
    parse_attributes();
    tag = parse_tag();
    type = tagged(tag, kind, tok == '{' || tok == ';')->symbol_type;
    if (accept('{')) {
        if (type->type_incomplete == 0) fail("defined twice", tag->name_text);
        parse_members(type);
        next();
        parse_attributes();
        lay_out(type);
    }
    storage = saved_storage;
    return type;
}

// An enum whose constants are all positive is unsigned, as in GCC.
struct Type *parse_enum(void) {
    struct Name *tag;
    struct Symbol *symbol;
    int value = 0;
    int is_negative = 0;
    next();
    parse_attributes();
    tag = parse_tag();
    symbol = tagged(tag, T_ENUM, tok == '{');
    if (accept('{')) {
        if (symbol->symbol_type->type_incomplete == 0) fail("defined twice", tag->name_text);
        while (tok != '}') {
            struct Name *name = token->tok_name;
            if (tok != T_NAME) fail_at("a name is missing before");
            next();
            if (accept('=')) value = parse_int();
            if (value < 0) is_negative = 1;
            declare(S_CONSTANT, name, basic[K_INT])->symbol_value = value;
            value++;
            if (tok != '}') expect(',');
        }
        next();
        parse_attributes();
        symbol->symbol_type = basic[is_negative ? K_INT : K_UINT];
    }
    if (symbol->symbol_type->type_incomplete) fail("this enum is not defined", tag->name_text);
    return symbol->symbol_type;
}

// Specifiers

int type_flag(int kind, int flags) {
    if (kind < T_VOID || kind > T_UNSIGNED) return 0;
    return kind == T_LONG && (flags & F_LONG) ? F_LONG_LONG : 1 << (kind - T_VOID);
}

struct Type *flagged_type(int flags) {
    int is_unsigned_type = (flags & F_UNSIGNED) != 0;
    int size = flags & ~(F_SIGNED | F_UNSIGNED);
    if (flags == F_VOID) return basic[K_VOID];
    if (flags == F_BOOL) return basic[K_BOOL];
    if (flags == F_FLOAT) return basic[K_FLOAT];
    if (flags == F_DOUBLE) return basic[K_DOUBLE];
    if (flags == (F_LONG | F_DOUBLE)) return basic[K_LDOUBLE];
    if ((flags & F_SIGNED) && is_unsigned_type) fail("signed and unsigned", 0);
    if (size == F_CHAR) return basic[K_CHAR + is_unsigned_type];
    size = size & ~F_INT;
    if (size == F_SHORT) return basic[K_SHORT + is_unsigned_type];
    if (size == 0 || size == F_LONG) return basic[K_INT + is_unsigned_type];
    if (size == (F_LONG | F_LONG_LONG)) return basic[K_LLONG + is_unsigned_type];
    fail("these type specifiers do not go together", 0);
    return 0;
}

int is_qualifier(int kind) {
    return kind >= T_CONST && kind <= T_INLINE;
}

struct Type *parse_specifiers(void) {
    struct Type *type = 0;
    int flags = 0;
    int flag;
    storage = 0;
    while (1) {
        flag = type_flag(tok, flags);
        if (is_qualifier(tok)) next();
        else if (tok >= T_TYPEDEF && tok <= T_REGISTER) {
            if (storage) fail("two storage classes", 0);
            storage = tok;
            next();
        } else if (tok == T_ATTRIBUTE) parse_attributes();
        else if (flag) {
            if (type || (flags & flag)) fail_at("these type specifiers do not go together");
            flags = flags | flag;
            next();
        } else if ((tok == T_STRUCT || tok == T_UNION) && type == 0 && flags == 0) type = parse_struct();
        else if (tok == T_ENUM && type == 0 && flags == 0) type = parse_enum();
        else if (tok == T_NAME && starts_type(token) && type == 0 && flags == 0) {
            type = token->tok_name->name_symbol->symbol_type;
            next();
        } else break;
    }
    if (type) return type;
    if (flags == 0) fail_at("a type is missing before");
    return flagged_type(flags);
}

// Declarators

struct Type *parameter_type(struct Type *type) {
    if (is_array(type)) return pointer_to(type->type_base);
    if (is_function(type)) return pointer_to(type);
    return type;
}

// The type of a function with the parameters that follow, behind '('.
struct Type *parse_parameters(struct Type *result) {
    struct Type *type = function_returning(result, 0);
    struct Member **end = &type->type_members;
    struct Member *member;
    int saved_storage = storage;
    if (tok == ')') type->type_unprototyped = 1;
    else if (tok == T_VOID && peek() == ')') next();
    else {
        while (1) {
            if (accept(T_ELLIPSIS)) {
                type->type_variadic = 1;
                break;
            }
            member = new_member(0, parameter_type(parse_declarator(parse_specifiers())));
            require(is_void(member->member_type) == 0, "a parameter is void");
            if (storage && storage != T_REGISTER) fail("a parameter has no storage class", 0);
            parse_attributes();
            member->member_name = declared_name;
            *end = member;
            end = &member->member_next;
            if (accept(',') == 0) break;
        }
    }
    storage = saved_storage;
    expect(')');
    return type;
}

struct Type *make_array(struct Type *base, int count) {
    if (is_incomplete(base) || is_function(base)) fail("the elements' type is not complete", 0);
    if (base->type_size && count > 0x7fffffff / base->type_size) fail("the array is too large", 0);
    return array_of(base, count);
}

// What follows a declared name: "[...]" and "(...)".
struct Type *parse_suffix(struct Type *base) {
    struct Name *name = declared_name;
    int count = -1;
    if (accept('[')) {
        if (tok != ']') {
            count = parse_int();
            if (count < 0) fail("the array's size is negative", 0);
        }
        expect(']');
        base = make_array(parse_suffix(base), count);
    } else if (accept('(')) {
        base = parse_parameters(base);
        if (is_array(base->type_base) || is_function(base->type_base) || tok == '[' || tok == '(')
            fail("a function cannot return this", 0);
    }
    declared_name = name;
    return base;
}

// Puts the real type where the hole stands in the types derived from it.
struct Type *fill_hole(struct Type *type, struct Type *hole, struct Type *real) {
    if (type == hole) return real;
    type->type_base = fill_hole(type->type_base, hole, real);
    if (is_array(type)) return make_array(type->type_base, type->type_count);
    return type;
}

int is_nested_declarator(void) {
    int kind;
    if (tok != '(') return 0;
    kind = peek();
    return kind == '*' || kind == '(' || kind == '[' || (kind == T_NAME && starts_type(ahead) == 0);
}

// Also without a name, as in a cast.
struct Type *parse_declarator(struct Type *base) {
    struct Type *hole;
    struct Type *inner;
    while (tok == '*' || is_qualifier(tok) || tok == T_ATTRIBUTE) {
        parse_attributes();
        if (tok == '*') base = pointer_to(base);
        if (tok == '*' || is_qualifier(tok)) next();
    }
    if (is_nested_declarator()) {
        next();
        hole = new_type(K_INT, 4, 4);
        inner = parse_declarator(hole);
        expect(')');
        return fill_hole(inner, hole, parse_suffix(base));
    }
    declared_name = 0;
    if (tok == T_NAME) {
        declared_name = token->tok_name;
        next();
    }
    return parse_suffix(base);
}

struct Type *parse_type_name(void) {
    struct Type *type = parse_specifiers();
    if (storage) fail("a storage class does not belong here", 0);
    type = parse_declarator(type);
    if (declared_name) fail("a name does not belong here", declared_name->name_text);
    return type;
}

// Objects and functions

// The object that a declaration with linkage means, and its symbol in this scope.
struct Symbol *declare_linked(struct Name *name, struct Type *type) {
    struct Symbol *symbol = name->name_symbol;
    struct Object *object = 0;
    if (symbol && symbol->symbol_kind == S_GLOBAL && (symbol->symbol_depth == 0 || symbol->symbol_depth == depth)) {
        if (same_type(symbol->symbol_type, type) == 0) fail("declared before with another type", name->name_text);
        if (is_incomplete(symbol->symbol_type) || symbol->symbol_type->type_unprototyped) symbol->symbol_type = type;
        if (symbol->symbol_depth == depth) return symbol;
        object = symbol->symbol_object;
    }
    if (object == 0 && storage == T_STATIC) object = new_object(name);
    if (object == 0) {
        if (name->name_object == 0) name->name_object = new_object(name);
        object = name->name_object;
    }
    symbol = declare(S_GLOBAL, name, type);
    symbol->symbol_object = object;
    return symbol;
}

void require_undefined(struct Object *object) {
    if (object->object_section != SECTION_NONE) fail("defined twice", object->object_name->name_text);
}

// A static object, or one at file scope.
void declare_object(struct Symbol *symbol, struct Type *type) {
    struct Object *object = symbol->symbol_object;
    object->object_align = type->type_align;
    if (accept('=')) {
        require_undefined(object);
        type = parse_object_initialiser(type);
        symbol->symbol_type = type;
        require(is_incomplete(type) == 0, "the object's type is not complete");
        write_object(object, type);
        return;
    }
    if (storage == T_EXTERN) return;
    object->object_tentative = 1;
    if (is_array(type) && type->type_count < 0) {
        if (depth > 0) fail("the array's size is missing", 0);
        type = array_of(type->type_base, 1);
    }
    require(is_incomplete(type) == 0, "the object's type is not complete");
    if (object->object_size < type->type_size) object->object_size = type->type_size;
}

void declare_automatic(struct Name *name, struct Type *type) {
    struct Symbol *symbol = declare(S_LOCAL, name, type);
    if (accept('=')) {
        if (is_array(type) == 0 || type->type_count >= 0) symbol->symbol_value = new_local(type->type_size);
        type = parse_object_initialiser(type);
        if (symbol->symbol_value == 0) symbol->symbol_value = new_local(type->type_size);
        symbol->symbol_type = type;
        require(is_incomplete(type) == 0, "the object's type is not complete");
        gen_discard(init_assignments(type, symbol->symbol_value));
    } else {
        require(is_incomplete(type) == 0, "the object's type is not complete");
        symbol->symbol_value = new_local(type->type_size);
    }
}

void declare_static_local(struct Name *name, struct Type *type) {
    struct Symbol *symbol = declare(S_GLOBAL, name, type);
    symbol->symbol_object = new_object(name);
    declare_object(symbol, type);
}

void declare_one(struct Name *name, struct Type *type) {
    struct Symbol *symbol;
    if (name == 0) fail_at("a name is missing before");
    if (storage == T_TYPEDEF) {
        symbol = name->name_symbol;
        if (symbol && symbol->symbol_depth == depth && symbol->symbol_kind == S_TYPEDEF &&
            same_type(symbol->symbol_type, type)) return;
        declare(S_TYPEDEF, name, type);
    } else if (is_function(type)) declare_linked(name, type);
    else if (is_void(type)) fail("an object cannot be void", name->name_text);
    else if (storage == T_EXTERN || depth == 0) declare_object(declare_linked(name, type), type);
    else if (storage == T_STATIC) declare_static_local(name, type);
    else declare_automatic(name, type);
}

void parse_function(struct Name *name, struct Type *type);

void parse_declaration(void) {
    struct Type *base;
    struct Type *type;
    struct Name *name;
    int first = 1;
    base = parse_specifiers();
    if (accept(';')) return;
    while (1) {
        type = parse_declarator(base);
        name = declared_name;
        parse_attributes();
        if (tok == '{' && first && depth == 0 && name && is_function(type)) {
            parse_function(name, type);
            return;
        }
        declare_one(name, type);
        if (accept(',') == 0) break;
        first = 0;
    }
    expect(';');
}
