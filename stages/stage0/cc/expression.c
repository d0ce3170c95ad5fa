// expression.c: the parser's view of the tokens, the names in scope, and expressions.

enum { S_LOCAL, S_GLOBAL, S_TYPEDEF, S_CONSTANT, S_TAG };

struct Symbol {
    int symbol_kind;
    struct Name *symbol_name;
    struct Type *symbol_type;
    int symbol_value;             // frame offset, or a constant
    struct Object *symbol_object;
    int symbol_depth;             // of the scope: 0 is the file
    struct Symbol *symbol_outer;  // what the name meant before
    struct Symbol *symbol_next;   // declared before this one
};

struct Token *token;              // the token at hand
struct Token *ahead;              // the one after it, if it was looked at
int tok;                          // kind of the token at hand, with keywords
int in_condition;                 // of #if: no keywords, no names
int precedences[T_LIMIT];

struct Symbol *last_symbol;
int depth;

struct Node *parse_expression(void);
struct Node *parse_assignment(void);
struct Node *parse_unary(void);
struct Node *parse_cast(void);
struct Type *parse_type_name(void);

int token_kind(struct Token *t) {
    if (t->tok_kind == T_NAME && t->tok_name->name_keyword && in_condition == 0) return t->tok_name->name_keyword;
    return t->tok_kind;
}

void next(void) {
    token = ahead ? ahead : next_token();
    ahead = 0;
    tok = token_kind(token);
    error_line = token->tok_line;
}

int peek(void) {
    if (ahead == 0) ahead = next_token();
    return token_kind(ahead);
}

int accept(int kind) {
    if (tok != kind) return 0;
    next();
    return 1;
}

void fail_at(char *message) {
    fail(message, token->tok_name ? token->tok_name->name_text : "end of file");
}

// Skips a token that is one character.
void expect(int kind) {
    if (tok != kind) fail_at(join("'", intern(&kind, 1)->name_text, "' is missing before"));
    next();
}

// Scopes

struct Symbol *declare(int kind, struct Name *name, struct Type *type) {
    struct Symbol *symbol = allocate(sizeof(struct Symbol));
    struct Symbol *outer = kind == S_TAG ? name->name_tag : name->name_symbol;
    if (outer && outer->symbol_depth == depth) fail("declared twice", name->name_text);
    symbol->symbol_kind = kind;
    symbol->symbol_name = name;
    symbol->symbol_type = type;
    symbol->symbol_depth = depth;
    symbol->symbol_outer = outer;
    symbol->symbol_next = last_symbol;
    last_symbol = symbol;
    if (kind == S_TAG) name->name_tag = symbol;
    else name->name_symbol = symbol;
    return symbol;
}

// Forgets the symbols declared since the one given.
void close_scope(struct Symbol *before) {
    while (last_symbol != before) {
        if (last_symbol->symbol_kind == S_TAG) last_symbol->symbol_name->name_tag = last_symbol->symbol_outer;
        else last_symbol->symbol_name->name_symbol = last_symbol->symbol_outer;
        last_symbol = last_symbol->symbol_next;
    }
}

int starts_type(struct Token *t) {
    int kind = token_kind(t);
    if (kind == T_NAME) return t->tok_name->name_symbol && t->tok_name->name_symbol->symbol_kind == S_TYPEDEF;
    return kind >= T_VOID && kind <= T_REGISTER;
}

int type_follows(void) {
    peek();
    return starts_type(ahead);
}

// Constants

char *character_cursor;

// The next character of a quoted text, escapes decoded.
int decode_character(void) {
    int c = *character_cursor++ & 255;
    int value = 0;
    int count = 0;
    char *from; // pairs of what follows the backslash and what that means
    if (c != '\\') return c;
    c = *character_cursor++;
    if (c == 'x') {
        if (digit_value(*character_cursor) > 15) fail("'\\x' needs digits", 0);
        while (digit_value(*character_cursor) < 16) value = value * 16 + digit_value(*character_cursor++);
        if (value & ~255) fail("character is too large", 0);
        return value;
    }
    if (digit_value(c) < 8) {
        while (count < 3 && digit_value(c) < 8) {
            value = value * 8 + digit_value(c);
            c = *character_cursor++;
            count++;
        }
        character_cursor--;
        if (value > 255) fail("character is too large", 0);
        return value;
    }
    for (from = "n\nt\tr\ra\x07v\x0b\\\\b\x08\'\'f\x0c\"\"??"; *from; from = from + 2)
        if (c == *from) return from[1];
    fail("unknown escape sequence", 0);
    return 0;
}

struct Node *parse_character(void) {
    int value;
    character_cursor = token->tok_name->name_text + 1;
    if (*character_cursor == '\'') fail("character constant is empty", 0);
    value = decode_character();
    if (*character_cursor != '\'') fail("character constant has several characters", 0);
    next();
    return constant(value << 24 >> 24);
}

// Adjacent strings are one.
struct Node *parse_string(void) {
    struct Node *node = new_node(N_STRING, 0, 0, 0);
    int room = token->tok_name->name_length;
    char *bytes = allocate(room);
    char *old;
    int size = 0;
    while (tok == T_STRING) {
        if (room - size < token->tok_name->name_length) {
            room = 2 * room + token->tok_name->name_length;
            old = bytes;
            bytes = allocate(room);
            copy_bytes(bytes, old, size);
        }
        character_cursor = token->tok_name->name_text + 1;
        while (*character_cursor != '"') bytes[size++] = decode_character();
        next();
    }
    bytes[size++] = 0;
    node->node_type = array_of(basic[K_CHAR], size);
    node->node_value = bytes;
    node->node_high = size;
    return node;
}

int is_float_text(char *text) {
    int is_hex = *text == '0' && (text[1] == 'x' || text[1] == 'X');
    while (*text) {
        if (*text == '.' || *text == 'p' || *text == 'P') return 1;
        if (is_hex == 0 && (*text == 'e' || *text == 'E')) return 1;
        text++;
    }
    return 0;
}

struct Node *parse_float_constant(char *text) {
    struct Type *type = basic[K_DOUBLE];
    int last = text[token->tok_name->name_length - 1];
    if (last == 'f' || last == 'F') type = basic[K_FLOAT];
    if (last == 'l' || last == 'L') type = basic[K_LDOUBLE];
    parse_float(text, float_precision(type), float_minimum(type));
    if (*number_end && type != basic[K_DOUBLE]) number_end++;
    if (*number_end) fail_at("bad number");
    next();
    return float_constant(type);
}

// The type of an integer constant in low and high.
struct Type *constant_type(int is_decimal, int is_unsigned_type, int longs) {
    if (in_condition) return basic[is_unsigned_type || high < 0 ? K_ULLONG : K_LLONG];
    if (longs < 2 && high == 0) {
        if (is_unsigned_type) return basic[K_UINT];
        if (low >= 0) return basic[K_INT];
        if (is_decimal == 0) return basic[K_UINT];
    }
    return basic[is_unsigned_type || high < 0 ? K_ULLONG : K_LLONG];
}

struct Node *parse_number(void) {
    char *text_at = token->tok_name->name_text;
    int base = 10;
    int is_unsigned_type = 0;
    int longs = 0;
    int limit = 0x19999999; // a high word above it overflows with the next digit
    int before;
    int before_high;
    if (is_float_text(text_at)) return parse_float_constant(text_at);
    if (*text_at == '0') {
        base = 8;
        if (text_at[1] == 'x' || text_at[1] == 'X') base = 16;
        if (text_at[1] == 'b' || text_at[1] == 'B') base = 2;
        if (base != 8) text_at = text_at + 2;
        if (digit_value(*text_at) >= base) fail_at("bad number");
        limit = base == 16 ? 0x0fffffff : base == 8 ? 0x1fffffff : 0x7fffffff;
    }
    low = 0;
    high = 0;
    while (digit_value(*text_at) < base) {
        before = low;
        before_high = high;
        wide_multiply(low, high, base, 0);
        wide_add(low, high, digit_value(*text_at), 0);
        if (unsigned_less(limit, before_high) || wide_less(low, high, before, before_high, 1))
            fail_at("number is too large");
        text_at++;
    }
    while (*text_at) {
        if ((*text_at == 'u' || *text_at == 'U') && is_unsigned_type == 0) is_unsigned_type = 1;
        else if ((*text_at == 'l' || *text_at == 'L') && longs < 2) longs++;
        else fail_at("bad number");
        text_at++;
    }
    next();
    return wide_constant(constant_type(base == 10, is_unsigned_type, longs), low, high);
}

// Operands

struct Node *parse_name(void) {
    struct Name *name = token->tok_name;
    struct Symbol *symbol = name->name_symbol;
    next();
    if (in_condition) return wide_constant(basic[K_LLONG], 0, 0);
    if (symbol == 0) fail("not declared", name->name_text);
    if (symbol->symbol_kind == S_CONSTANT) return constant(symbol->symbol_value);
    if (symbol->symbol_kind == S_LOCAL) return local(symbol->symbol_type, symbol->symbol_value);
    if (symbol->symbol_kind == S_TYPEDEF) fail("a type is no value", name->name_text);
    return global(symbol->symbol_type, symbol->symbol_object);
}

struct Node *parse_primary(void) {
    struct Node *node;
    if (tok == T_NUMBER) return parse_number();
    if (tok == T_CHARACTER) return parse_character();
    if (tok == T_STRING) return parse_string();
    if (tok == T_NAME) return parse_name();
    if (tok != '(') fail_at("an expression is needed before");
    next();
    node = parse_expression();
    expect(')');
    return node;
}

// An argument for which the function does not say a type.
struct Node *promote_argument(struct Node *node) {
    if (is_kind(node->node_type, K_FLOAT)) return convert(node, basic[K_DOUBLE]);
    if (is_struct(node->node_type)) return node;
    return convert(node, promoted(node->node_type));
}

struct Node *parse_arguments(struct Type *type) {
    struct Member *parameter = type->type_members;
    struct Node *first = 0;
    struct Node **end = &first;
    struct Node *argument;
    while (tok != ')') {
        argument = value_of(parse_assignment());
        require(is_void(argument->node_type) == 0, "an argument has no value");
        if (parameter) {
            argument = convert(argument, parameter->member_type);
            parameter = parameter->member_next;
        } else {
            require(type->type_variadic || type->type_unprototyped, "too many arguments");
            argument = promote_argument(argument);
        }
        *end = argument;
        end = &argument->node_next;
        if (tok != ')') expect(',');
    }
    require(parameter == 0, "too few arguments");
    next();
    return first;
}

struct Node *parse_call(struct Node *function) {
    struct Node *node;
    struct Type *type;
    function = value_of(function);
    type = function->node_type->type_base;
    if (is_pointer(function->node_type) == 0 || is_function(type) == 0) fail("only a function can be called", 0);
    node = new_node(N_CALL, type->type_base, function, 0);
    node->node_third = parse_arguments(type);
    if (is_struct(type->type_base)) {
        require(is_incomplete(type->type_base) == 0, "the result's type is not complete");
        node->node_value = new_local(type->type_base->type_size);
    }
    return node;
}

struct Node *parse_indirection(struct Node *pointer) {
    pointer = value_of(pointer);
    require(is_pointer(pointer->node_type), "only a pointer points to something");
    return dereference(pointer);
}

struct Name *expect_member_name(void) {
    struct Name *name = token->tok_name;
    if (tok != T_NAME) fail_at("a member's name is needed before");
    next();
    return name;
}

struct Node *parse_postfix(struct Node *node) {
    while (1) {
        if (accept('[')) {
            node = parse_indirection(binary('+', node, parse_expression()));
            expect(']');
        } else if (accept('(')) node = parse_call(node);
        else if (accept('.')) node = select_member(node, expect_member_name());
        else if (accept(T_ARROW)) node = select_member(parse_indirection(node), expect_member_name());
        else if (tok == T_INCREMENT || tok == T_DECREMENT) {
            node = postfix_step(tok == T_INCREMENT ? '+' : '-', node);
            next();
        } else return node;
    }
}

struct Node *parse_size(void) {
    struct Type *type;
    struct Node *node;
    next();
    if (tok == '(' && type_follows()) {
        next();
        type = parse_type_name();
        expect(')');
    } else {
        node = parse_unary();
        if (node->node_kind == N_FIELD) fail("a bit-field has no size", 0);
        type = node->node_type;
    }
    require(is_incomplete(type) == 0 || is_void(type), "the size of this type is not known");
    return wide_constant(basic[K_UINT], type->type_size, 0);
}

struct Node *parse_unary(void) {
    int operator = tok;
    struct Node *node;
    if (tok == T_SIZEOF) return parse_size();
    if (accept(T_INCREMENT)) return assign_operation('+', parse_unary(), constant(1));
    if (accept(T_DECREMENT)) return assign_operation('-', parse_unary(), constant(1));
    if (tok == '-' || tok == '+' || tok == '!' || tok == '~') {
        next();
        return unary(operator, parse_cast());
    }
    if (accept('*')) return parse_indirection(parse_cast());
    if (accept('&')) {
        node = parse_cast();
        if (is_function(node->node_type)) return value_of(node);
        return address(node);
    }
    return parse_postfix(parse_primary());
}

struct Node *parse_cast(void) {
    struct Type *type;
    struct Node *node;
    if (tok != '(' || in_condition) return parse_unary();
    if (type_follows() == 0) return parse_unary();
    next();
    type = parse_type_name();
    expect(')');
    node = value_of(parse_cast());
    if (is_struct(type) && node->node_type == type) return node;
    return rvalue(convert(node, type));
}

struct Node *parse_binary(int level) {
    struct Node *left = parse_cast();
    int operator;
    while (precedences[tok] >= level) {
        operator = tok;
        next();
        left = binary(operator, left, parse_binary(precedences[operator] + 1));
    }
    return left;
}

struct Node *parse_conditional(void) {
    struct Node *condition = parse_binary(1);
    struct Node *yes;
    if (accept('?') == 0) return condition;
    yes = parse_expression();
    expect(':');
    return conditional(condition, yes, parse_conditional());
}

// The operator of an assignment such as +=, or 0.
int assignment_operator(int kind) {
    char *operators = "*/%+-<>&^|";
    if (kind < T_MULTIPLY_ASSIGN || kind > T_OR_ASSIGN) return 0;
    if (kind == T_SHIFT_LEFT_ASSIGN) return T_SHIFT_LEFT;
    if (kind == T_SHIFT_RIGHT_ASSIGN) return T_SHIFT_RIGHT;
    return operators[kind - T_MULTIPLY_ASSIGN];
}

struct Node *parse_assignment(void) {
    struct Node *left = parse_conditional();
    int operator;
    if (accept('=')) return assign(left, parse_assignment());
    operator = assignment_operator(tok);
    if (operator == 0) return left;
    next();
    return assign_operation(operator, left, parse_assignment());
}

struct Node *parse_expression(void) {
    struct Node *node = parse_assignment();
    while (accept(',')) node = comma(value_of(node), value_of(parse_assignment()));
    return node;
}

struct Node *parse_constant(void) {
    struct Node *node = value_of(parse_conditional());
    require(is_constant(node) && is_integer(node->node_type), "this must be an integer constant");
    return node;
}

int parse_int(void) {
    struct Node *node = parse_constant();
    require(node->node_high == node->node_value >> 31, "this must fit an int");
    return node->node_value;
}

// The condition of #if.
int evaluate_condition(struct Token *list) {
    struct Token *saved_token = token;
    struct Token *saved_ahead = ahead;
    int saved_tok = tok;
    int result;
    push_list(list, 0, 1);
    in_condition = 1;
    end_token->tok_line = line;
    ahead = 0;
    next();
    result = is_zero(parse_constant()) == 0;
    if (tok != T_END) fail_at("the condition does not end before");
    pop_list();
    in_condition = 0;
    token = saved_token;
    ahead = saved_ahead;
    tok = saved_tok;
    return result;
}

// Each word is a level and an operator.
void start_parser(void) {
    char *word = "a* a/ a% 9+ 9- 8<< 8>> 7< 7> 7<= 7>= 6== 6!= 5& 4^ 3| 2&& 1||";
    char *end;
    int kind;
    while (*word) {
        end = word + 1;
        while (*end && *end != ' ') end++;
        kind = end - word == 2 ? word[1] : intern(word + 1, end - word - 1)->name_keyword;
        precedences[kind] = digit_value(*word);
        word = *end ? end + 1 : end;
    }
}
