// statement.c: statements and functions, turned into code as they are read.

struct Case {
    struct Node *case_value;
    struct Label *case_label;
    struct Case *case_next;       // with the next greater value
};

struct Switch {
    struct Type *switch_type;     // of the value, promoted
    struct Case *switch_cases;
    int switch_count;
    struct Label *switch_default;
};

struct Label *break_label;
struct Label *continue_label;
struct Label *return_label;
struct Switch *innermost_switch;
struct Label *labels;             // of the function
struct Type *result_type;
int result_offset;                // of the parameter that says where a struct result goes

void parse_statement(void);

// Any condition or value of a statement: in parentheses.
struct Node *parse_parenthesised(void) {
    struct Node *node;
    expect('(');
    node = value_of(parse_expression());
    expect(')');
    return node;
}

struct Node *parse_condition(void) {
    struct Node *node = parse_parenthesised();
    require_truth(node);
    return node;
}

// Parses a loop's body.
void parse_body(struct Label *on_break, struct Label *on_continue) {
    struct Label *saved_break = break_label;
    struct Label *saved_continue = continue_label;
    break_label = on_break;
    continue_label = on_continue;
    parse_statement();
    break_label = saved_break;
    continue_label = saved_continue;
}

void parse_if(void) {
    struct Label *otherwise = new_label();
    struct Label *done;
    next();
    gen_branch(parse_condition(), 0, otherwise);
    parse_statement();
    if (accept(T_ELSE)) {
        done = new_label();
        jump(done);
        place(otherwise);
        parse_statement();
        place(done);
    } else place(otherwise);
}

void parse_while(void) {
    struct Label *start = new_label();
    struct Label *done = new_label();
    next();
    place(start);
    gen_branch(parse_condition(), 0, done);
    parse_body(done, start);
    jump(start);
    place(done);
}

void parse_do(void) {
    struct Label *start = new_label();
    struct Label *test = new_label();
    struct Label *done = new_label();
    next();
    place(start);
    parse_body(done, test);
    if (tok != T_WHILE) fail_at("'while' is missing before");
    next();
    place(test);
    gen_branch(parse_condition(), 1, start);
    place(done);
    expect(';');
}

void parse_for(void) {
    struct Label *start = new_label();
    struct Label *step_label = new_label();
    struct Label *done = new_label();
    struct Node *step = 0;
    struct Node *condition;
    struct Symbol *scope = last_symbol;
    int saved_frame = frame_size;
    next();
    depth++;
    expect('(');
    if (starts_type(token)) parse_declaration();
    else {
        if (tok != ';') gen_discard(parse_expression());
        expect(';');
    }
    place(start);
    if (tok != ';') {
        condition = value_of(parse_expression());
        require_truth(condition);
        gen_branch(condition, 0, done);
    }
    expect(';');
    if (tok != ')') step = parse_expression();
    expect(')');
    parse_body(done, step_label);
    place(step_label);
    if (step) gen_discard(step);
    jump(start);
    place(done);
    depth--;
    close_scope(scope);
    frame_size = saved_frame;
}

// Switches

int case_less(struct Node *a, struct Node *b, struct Type *type) {
    return wide_less(a->node_value, a->node_high, b->node_value, b->node_high, is_unsigned(type));
}

void add_case(struct Node *value) {
    struct Case *one = allocate(sizeof(struct Case));
    struct Case *before = 0;
    struct Case *after = innermost_switch->switch_cases;
    struct Type *type = innermost_switch->switch_type;
    value = convert(value, type);
    while (after && case_less(after->case_value, value, type)) {
        before = after;
        after = after->case_next;
    }
    if (after && case_less(value, after->case_value, type) == 0) fail("the case is there twice", 0);
    one->case_value = value;
    one->case_label = new_label();
    one->case_next = after;
    if (before) before->case_next = one;
    else innermost_switch->switch_cases = one;
    innermost_switch->switch_count++;
    place(one->case_label);
}

void parse_case(void) {
    struct Node *value;
    next();
    if (innermost_switch == 0) fail("case outside a switch", 0);
    value = parse_constant();
    if (tok == T_ELLIPSIS) fail("ranges of cases are not supported", 0);
    expect(':');
    add_case(value);
}

void parse_default(void) {
    next();
    if (innermost_switch == 0) fail("default outside a switch", 0);
    if (innermost_switch->switch_default) fail("default is there twice", 0);
    innermost_switch->switch_default = new_label();
    place(innermost_switch->switch_default);
    expect(':');
}

// Jumps to the case of the word in eax among count sorted ones, or to the label: by halves.
void emit_search(struct Case *one, int count, struct Label *otherwise) {
    struct Case *middle = one;
    struct Label *upper;
    int below = count / 2;
    int i;
    if (count == 0) {
        jump(otherwise);
        return;
    }
    for (i = 0; i < below; i++) middle = middle->case_next;
    emit_immediate(OP_CMP, EAX, middle->case_value->node_value);
    jump_if(CC_EQUAL, middle->case_label);
    if (count == 1) {
        jump(otherwise);
        return;
    }
    upper = new_label();
    jump_if(is_unsigned(middle->case_value->node_type) ? CC_ABOVE : CC_GREATER, upper);
    emit_search(one, below, otherwise);
    place(upper);
    emit_search(middle->case_next, count - below - 1, otherwise);
}

void parse_switch(void) {
    struct Switch *outer = innermost_switch;
    struct Switch *this_switch = allocate(sizeof(struct Switch));
    struct Label *search = new_label();
    struct Label *done = new_label();
    struct Label *otherwise;
    struct Node *value;
    next();
    value = parse_parenthesised();
    if (is_integer(value->node_type) == 0 || is_wide(value->node_type))
        fail("a switch needs an integer of up to 32 bits", 0);
    this_switch->switch_type = promoted(value->node_type);
    gen(convert(value, this_switch->switch_type));
    jump(search);
    innermost_switch = this_switch;
    parse_body(done, continue_label);
    innermost_switch = outer;
    jump(done);
    place(search);
    otherwise = this_switch->switch_default ? this_switch->switch_default : done;
    emit_search(this_switch->switch_cases, this_switch->switch_count, otherwise);
    place(done);
}

// Labels and jumps

struct Label *label_named(struct Name *name) {
    struct Label *label = name->name_label;
    if (label) return label;
    label = new_label();
    label->label_name = name;
    label->label_line = token->tok_line;
    label->label_next = labels;
    labels = label;
    name->name_label = label;
    return label;
}

void parse_goto(void) {
    next();
    if (tok != T_NAME) fail_at("a label is missing before");
    jump(label_named(token->tok_name));
    next();
    expect(';');
}

void parse_label(void) {
    struct Label *label = label_named(token->tok_name);
    if (label->label_position >= 0) fail("the label is there twice", token->tok_name->name_text);
    place(label);
    next();
    next();
}

// Forgets the function's labels.
void close_labels(void) {
    while (labels) {
        if (labels->label_position < 0) {
            error_line = labels->label_line;
            fail("no such label", labels->label_name->name_text);
        }
        labels->label_name->name_label = 0;
        labels = labels->label_next;
    }
}

void parse_return(void) {
    struct Node *value;
    next();
    if (tok != ';') {
        value = value_of(parse_expression());
        if (is_void(result_type)) require(is_void(value->node_type), "a void function returns a value");
        if (is_struct(result_type)) {
            require(value->node_type == result_type, "a struct of another type is needed");
            value = store(dereference(local(pointer_to(result_type), result_offset)), value);
        }
        gen(convert(value, result_type));
    }
    jump(return_label);
    expect(';');
}

void parse_jump(struct Label *label) {
    if (label == 0) fail_at("outside of what it is for:");
    next();
    jump(label);
    expect(';');
}

// Blocks

void parse_block(void) {
    struct Symbol *scope = last_symbol;
    int saved_frame = frame_size;
    depth++;
    expect('{');
    while (tok != '}') {
        if (tok == T_END) fail_at("'}' is missing before");
        if (starts_type(token) && peek() != ':') parse_declaration();
        else parse_statement();
    }
    depth--;
    close_scope(scope);
    frame_size = saved_frame;
    next();
}

void parse_statement(void) {
    while (tok == T_CASE || tok == T_DEFAULT || (tok == T_NAME && peek() == ':')) {
        if (tok == T_CASE) parse_case();
        else if (tok == T_DEFAULT) parse_default();
        else parse_label();
    }
    if (tok == '{') parse_block();
    else if (tok == T_IF) parse_if();
    else if (tok == T_WHILE) parse_while();
    else if (tok == T_DO) parse_do();
    else if (tok == T_FOR) parse_for();
    else if (tok == T_SWITCH) parse_switch();
    else if (tok == T_GOTO) parse_goto();
    else if (tok == T_RETURN) parse_return();
    else if (tok == T_BREAK) parse_jump(break_label);
    else if (tok == T_CONTINUE) parse_jump(continue_label);
    else {
        if (tok != ';') gen_discard(parse_expression());
        expect(';');
    }
}

// Functions

// Declares the parameters; the result is the size of what the function must drop itself.
int declare_parameters(struct Type *type) {
    struct Member *member;
    struct Symbol *symbol;
    int offset = 8; // above the saved ebp and the return address
    int dropped = 0;
    if (is_struct(type->type_base)) {
        result_offset = offset;
        offset += 4;
        dropped = 4;
    }
    for (member = type->type_members; member; member = member->member_next) {
        require(is_incomplete(member->member_type) == 0, "a parameter's type is not complete");
        if (member->member_name == 0) fail("a parameter has no name", 0);
        symbol = declare(S_LOCAL, member->member_name, member->member_type);
        symbol->symbol_value = offset;
        offset = offset + round_up(member->member_type->type_size, 4);
    }
    return dropped;
}

void parse_function(struct Name *name, struct Type *type) {
    struct Object *object;
    struct Symbol *scope;
    int frame_operand;
    int dropped;
    if (is_incomplete(type->type_base) && is_void(type->type_base) == 0)
        fail("the result's type is not complete", 0);
    object = declare_linked(name, type)->symbol_object;
    require_undefined(object);
    object->object_section = SECTION_TEXT;
    object->object_offset = text_size;
    scope = last_symbol;
    depth++;
    dropped = declare_parameters(type);
    result_type = type->type_base;
    return_label = new_label();
    frame_size = 0;
    frame_limit = 0;
    emit_push(EBP);
    emit_move(EBP, ESP);
    emit2(0x81, 0xec); // sub esp, frame
    frame_operand = text_size;
    emit_word(0);
    parse_block();
    if (equal(name->name_text, "main")) emit_constant(EAX, 0);
    place(return_label);
    if (dropped) emit_based(OP_LOAD, EAX, EBP, result_offset);
    emit(0xc9); // leave
    if (dropped) emit3(0xc2, dropped, 0);
    else emit(0xc3);
    put_word(text + frame_operand, frame_limit);
    close_labels();
    depth--;
    close_scope(scope);
}

// asm(".globl NAME\n NAME:\n .byte 1, 0x2"): bytes with names

char *asm_cursor;

void skip_asm_space(void) {
    while (*asm_cursor == ' ' || *asm_cursor == '\t') asm_cursor++;
}

struct Name *asm_word(void) {
    char *start = asm_cursor;
    while (*asm_cursor == '.' || (classes[*asm_cursor & 255] & (CLASS_WORD | CLASS_DIGIT))) asm_cursor++;
    if (asm_cursor == start) fail("bad asm text", start);
    return intern(start, asm_cursor - start);
}

int asm_number(void) {
    char *digits = asm_word()->name_text;
    int base = 10;
    int value = 0;
    if (*digits == '0' && digits[1] == 'x') {
        base = 16;
        digits = digits + 2;
    }
    while (digit_value(*digits) < base && value < 256) value = value * base + digit_value(*digits++);
    if (*digits || value > 255) fail("bad byte in asm", digits);
    return value;
}

void asm_bytes(void) {
    while (1) {
        skip_asm_space();
        emit(asm_number());
        skip_asm_space();
        if (*asm_cursor != ',') return;
        asm_cursor++;
    }
}

void asm_label(struct Name *name) {
    if (name->name_object == 0) name->name_object = new_object(name);
    require_undefined(name->name_object);
    name->name_object->object_section = SECTION_TEXT;
    name->name_object->object_offset = text_size;
}

void parse_asm(void) {
    struct Name *word;
    next();
    expect('(');
    if (tok != T_STRING) fail_at("a string is missing before");
    asm_cursor = parse_string()->node_value;
    while (*asm_cursor) {
        skip_asm_space();
        if (*asm_cursor == '\n' || *asm_cursor == ';') asm_cursor++;
        else if (*asm_cursor) {
            word = asm_word();
            skip_asm_space();
            if (*asm_cursor == ':') {
                asm_cursor++;
                asm_label(word);
            } else if (equal(word->name_text, ".globl")) asm_word();
            else if (equal(word->name_text, ".byte")) asm_bytes();
            else fail("asm knows .globl, .byte and labels only", word->name_text);
        }
    }
    expect(')');
    expect(';');
}

// A translation unit: everything in one file.
void parse_unit(void) {
    next();
    while (tok != T_END) {
        if (tok == T_ASM) parse_asm();
        else if (accept(';') == 0) parse_declaration();
    }
    close_scope(0);
    emit_divide_helpers();
}
