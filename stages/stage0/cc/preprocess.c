// preprocess.c: from files to the tokens that the parser sees. Input is a stack of sources: files
// and lists of tokens. A macro's replacement is pushed as a list; while it is there the macro is
// disabled, and its name in it is painted, never to be replaced.

enum { MACRO_FILE = 1, MACRO_LINE = 2 };
enum { FILE_LIMIT = 200 };

struct Macro {
    int macro_special;              // MACRO_FILE, MACRO_LINE or 0
    int macro_function;             // takes arguments
    int macro_count;                // of parameters
    int macro_variadic;             // the last parameter takes the rest
    struct Token *macro_parameters;
    struct Token *macro_body;
    int macro_substituted;          // the body has parameters, # or ##
    int macro_disabled;
};

struct Source {
    struct Source *source_outer;
    char *source_path;              // of a file, else 0
    char *source_cursor;            // kept while another file is read
    int source_line;
    struct Conditional *source_conditionals;
    struct Token *source_tokens;    // of a list: those still to come
    struct Macro *source_macro;     // to enable again at its end
    int source_stop;                // its end is T_END
};

struct Conditional {
    struct Conditional *conditional_outer;
    int conditional_taken;          // a group was or is being compiled
    int conditional_else;           // #else was seen
    int conditional_line;
};

struct Text {
    char *text_value;
    struct Text *text_next;
};

struct Source *source;
struct Source *file;                // innermost file
int file_count;                     // open ones
struct Conditional *conditionals;   // open in it
struct Text *directories;           // of -I, in order
struct Token *end_token;
int argument_end;                   // ',' or ')' after the argument collected last

struct Token *next_token(void);
int evaluate_condition(struct Token *list);

// Puts a token where a list ends; the result is where the next one goes.
struct Token **append(struct Token **end, struct Token *t) {
    *end = t;
    return &t->tok_next;
}

// Sources

void push_file(char *path, char *contents) {
    struct Source *s = allocate(sizeof(struct Source));
    if (file) {
        file->source_cursor = cursor;
        file->source_line = line;
        file->source_conditionals = conditionals;
    }
    if (++file_count > FILE_LIMIT) fail_here("too many files include each other", path);
    join_lines(contents);
    s->source_outer = source;
    s->source_path = path;
    source = s;
    file = s;
    cursor = contents;
    line = 0;
    conditionals = 0;
    error_file = path;
}

void pop_file(void) {
    source = source->source_outer;
    file_count--;
    file = source;
    while (file->source_path == 0) file = file->source_outer;
    cursor = file->source_cursor;
    line = file->source_line;
    conditionals = file->source_conditionals;
    error_file = file->source_path;
}

void push_list(struct Token *tokens, struct Macro *macro, int stop) {
    struct Source *s = allocate(sizeof(struct Source));
    s->source_outer = source;
    s->source_tokens = tokens;
    s->source_macro = macro;
    s->source_stop = stop;
    if (macro) macro->macro_disabled = 1;
    source = s;
}

void pop_list(void) {
    if (source->source_macro) source->source_macro->macro_disabled = 0;
    source = source->source_outer;
}

// Directives

struct Name *expect_name(void) {
    struct Token *t = lex();
    if (t->tok_kind != T_NAME) fail_here("a name is missing", 0);
    return t->tok_name;
}

int parameter_index(struct Macro *macro, struct Name *name) {
    struct Token *t;
    int index = 0;
    for (t = macro->macro_parameters; t; t = t->tok_next) {
        if (t->tok_name == name) return index;
        index++;
    }
    return -1;
}

void define_parameters(struct Macro *macro) {
    struct Token **end = &macro->macro_parameters;
    struct Token *t = lex();
    macro->macro_function = 1;
    while (t->tok_kind != ')') {
        if (t->tok_kind == T_ELLIPSIS) {
            t->tok_name = name_of("__VA_ARGS__");
            macro->macro_variadic = 1;
        } else if (t->tok_kind != T_NAME) fail_here("bad macro parameter", 0);
        macro->macro_count++;
        end = append(end, t);
        t = lex();
        if (t->tok_kind == ',' && macro->macro_variadic == 0) t = lex();
        else if (t->tok_kind != ')') fail_here("bad macro parameter", 0);
    }
}

void define_body(struct Macro *macro) {
    struct Token **end = &macro->macro_body;
    struct Token *t = lex();
    int kind = T_NEWLINE;
    if (t->tok_kind == T_PASTE) fail_here("'##' at an end of a macro", 0);
    while (t->tok_kind != T_NEWLINE) {
        kind = t->tok_kind;
        t->tok_index = kind == T_NAME ? parameter_index(macro, t->tok_name) : -1;
        if (t->tok_index >= 0) t->tok_kind = T_PARAMETER;
        if (t->tok_index >= 0 || kind == T_PASTE || (kind == '#' && macro->macro_function))
            macro->macro_substituted = 1;
        end = append(end, t);
        t = lex();
    }
    if (kind == T_PASTE) fail_here("'##' at an end of a macro", 0);
}

void directive_define(void) {
    struct Name *name = expect_name();
    struct Macro *macro = allocate(sizeof(struct Macro));
    if (*cursor == '(') {
        lex();
        define_parameters(macro);
    }
    define_body(macro);
    name->name_macro = macro;
}

// A macro given on the command line: the text "NAME" or "NAME=VALUE".
void define_option(char *option) {
    char *equals = option;
    while (*equals && *equals != '=') equals++;
    cursor = join(option, *equals ? "" : " 1", "\n");
    if (*equals) cursor[equals - option] = ' ';
    in_directive = 1;
    directive_define();
    in_directive = 0;
}

char *directory_of(char *path) {
    int length = length_of(path);
    while (length > 0 && path[length - 1] != '/') length--;
    return intern(path, length)->name_text;
}

void directive_include(void) {
    struct Text *directory = directories;
    char *name;
    char *path;
    char *contents = 0;
    char *start;
    int quote;
    skip_space();
    quote = *cursor == '<' ? '>' : *cursor;
    start = ++cursor;
    while (*cursor != quote && *cursor != '\n') cursor++;
    if (*cursor != quote || (quote != '>' && quote != '"')) fail_here("#include needs \"NAME\" or <NAME>", 0);
    name = intern(start, cursor - start)->name_text;
    cursor++;
    if (lex()->tok_kind != T_NEWLINE) fail_here("something follows #include", name);
    if (quote == '"') {
        path = join(directory_of(file->source_path), name, "");
        contents = read_file(path);
    }
    while (directory && contents == 0) {
        path = join(directory->text_value, "/", name);
        contents = read_file(path);
        directory = directory->text_next;
    }
    if (contents == 0) fail_here("no such file to include", name);
    push_file(path, contents);
}

void skip_line(void) {
    skipping = 1;
    while (*cursor != '\n') {
        if (*cursor == '"' || *cursor == '\'') skip_quoted();
        else if (*cursor == '/' && cursor[1] == '*') skip_block_comment();
        else if (*cursor == '/' && cursor[1] == '/') skip_line_comment();
        else cursor++;
    }
    skipping = 0;
}

// The rest of the line, with "defined NAME" replaced by 1 or 0.
struct Token *condition_tokens(void) {
    struct Token *first = 0;
    struct Token **end = &first;
    struct Token *t = lex();
    int closing;
    while (t->tok_kind != T_NEWLINE) {
        if (t->tok_kind == T_NAME && equal(t->tok_name->name_text, "defined")) {
            t = lex();
            closing = t->tok_kind == '(';
            if (closing) t = lex();
            if (t->tok_kind != T_NAME) fail_here("'defined' needs a name", 0);
            t->tok_kind = T_NUMBER;
            t->tok_name = name_of(t->tok_name->name_macro ? "1" : "0");
            if (closing && lex()->tok_kind != ')') fail_here("'defined' needs a ')'", 0);
        }
        end = append(end, t);
        t = lex();
    }
    return first;
}

int is_conditional(char *name) {
    return equal(name, "if") || equal(name, "ifdef") || equal(name, "ifndef");
}

void fail_open_conditional(void) {
    line = conditionals->conditional_line;
    fail_here("#if has no #endif", 0);
}

// The name of the directive on the next line, or "".
char *next_directive(void) {
    struct Token *t;
    skip_line();
    if (cursor[1] == 0) fail_open_conditional();
    cursor++;
    line++;
    skip_space();
    if (*cursor != '#') return "";
    cursor++;
    t = lex();
    return t->tok_kind == T_NAME ? t->tok_name->name_text : "";
}

// Skips groups up to the one to be compiled, or to #endif.
void skip_groups(void) {
    char *name;
    int level = 0;
    while (1) {
        name = next_directive();
        if (is_conditional(name)) level++;
        else if (equal(name, "endif")) {
            if (level == 0) {
                conditionals = conditionals->conditional_outer;
                return;
            }
            level--;
        } else if (level == 0 && (equal(name, "else") || equal(name, "elif"))) {
            if (conditionals->conditional_else) fail_here("after #else", name);
            conditionals->conditional_else = equal(name, "else");
            if (conditionals->conditional_taken) continue;
            if (conditionals->conditional_else || evaluate_condition(condition_tokens())) {
                conditionals->conditional_taken = 1;
                return;
            }
        }
    }
}

void directive_if(char *name) {
    struct Conditional *conditional = allocate(sizeof(struct Conditional));
    conditional->conditional_line = line;
    if (equal(name, "if")) conditional->conditional_taken = evaluate_condition(condition_tokens());
    else conditional->conditional_taken = (expect_name()->name_macro != 0) == equal(name, "ifdef");
    conditional->conditional_outer = conditionals;
    conditionals = conditional;
    if (conditional->conditional_taken == 0) skip_groups();
}

// #else, #elif or #endif after a group that was compiled
void directive_end(char *name) {
    if (conditionals == 0) fail_here("no #if before", name);
    if (equal(name, "endif")) conditionals = conditionals->conditional_outer;
    else {
        if (conditionals->conditional_else) fail_here("after #else", name);
        conditionals->conditional_else = equal(name, "else");
        skip_groups();
    }
}

void directive_error(void) {
    char *start;
    skip_space();
    start = cursor;
    skip_line();
    fail_here("#error", intern(start, cursor - start)->name_text);
}

void directive(void) {
    struct Token *t;
    char *name;
    in_directive = 1;
    t = lex();
    name = t->tok_kind == T_NAME ? t->tok_name->name_text : "";
    if (equal(name, "define")) directive_define();
    else if (equal(name, "undef")) expect_name()->name_macro = 0;
    else if (equal(name, "include")) directive_include();
    else if (is_conditional(name)) directive_if(name);
    else if (equal(name, "else") || equal(name, "elif") || equal(name, "endif")) directive_end(name);
    else if (equal(name, "error")) directive_error();
    else if (t->tok_kind != T_NEWLINE) fail_here("directive is not supported", t->tok_name->name_text);
    skip_line();
    in_directive = 0;
}

// Macros

// The next token before replacement; directives are obeyed on the way.
struct Token *raw_token(void) {
    struct Token *t;
    while (1) {
        if (source->source_path == 0) {
            t = source->source_tokens;
            if (t) {
                source->source_tokens = t->tok_next;
                return t;
            }
            if (source->source_stop) return end_token;
            pop_list();
        } else {
            t = lex();
            if (t->tok_kind == T_END) {
                if (conditionals) fail_open_conditional();
                if (source->source_outer == 0) return t;
                pop_file();
            } else if (t->tok_kind == '#' && (t->tok_flags & FLAG_LINE)) directive();
            else return t;
        }
    }
}

void unread(struct Token *t) {
    if (t->tok_kind != T_END) push_list(copy_token(t), 0, 0);
}

// Reads the argument with the index; is_last says that it takes the rest.
struct Token *collect_argument(struct Name *name, int is_last) {
    struct Token *first = 0;
    struct Token **end = &first;
    struct Token *t = raw_token();
    int level = 0;
    while (level || (t->tok_kind != ')' && (t->tok_kind != ',' || is_last))) {
        if (t->tok_kind == T_END) fail("macro call does not end", name->name_text);
        if (t->tok_kind == '(') level++;
        if (t->tok_kind == ')') level--;
        end = append(end, copy_token(t));
        t = raw_token();
    }
    argument_end = t->tok_kind;
    return first;
}

// Reads the arguments of a macro call, whose '(' is read.
struct Token **collect_arguments(struct Macro *macro, struct Name *name) {
    struct Token **arguments = allocate(4 * macro->macro_count + 4);
    int wanted = macro->macro_count ? macro->macro_count : 1; // f() has one empty argument
    int count = 0;
    argument_end = ',';
    while (argument_end == ',') {
        if (count == wanted) fail("too many arguments for macro", name->name_text);
        arguments[count] = collect_argument(name, macro->macro_variadic && count == wanted - 1);
        count++;
    }
    if (macro->macro_count == 0 && arguments[0]) fail("too many arguments for macro", name->name_text);
    if (count < wanted - macro->macro_variadic) fail("too few arguments for macro", name->name_text);
    return arguments;
}

// A list with all macros replaced.
struct Token *expand_list(struct Token *list) {
    struct Token *first = 0;
    struct Token **end = &first;
    struct Token *t;
    push_list(list, 0, 1);
    for (t = next_token(); t->tok_kind != T_END; t = next_token()) end = append(end, copy_token(t));
    pop_list();
    return first;
}

struct Token *stringize(struct Token *list) {
    struct Token *t;
    struct Token *result = allocate(sizeof(struct Token));
    char *string;
    char *from;
    int size = 3;
    int quoted;
    for (t = list; t; t = t->tok_next) size += 2 * t->tok_name->name_length + 1;
    string = allocate(size);
    string[0] = '"';
    size = 1;
    for (t = list; t; t = t->tok_next) {
        if (t != list && (t->tok_flags & FLAG_SPACE)) string[size++] = ' ';
        quoted = t->tok_kind == T_STRING || t->tok_kind == T_CHARACTER;
        for (from = t->tok_name->name_text; *from; from++) {
            if (quoted && (*from == '"' || *from == '\\')) string[size++] = '\\';
            string[size++] = *from;
        }
    }
    string[size++] = '"';
    result->tok_kind = T_STRING;
    result->tok_name = intern(string, size);
    result->tok_line = line;
    return result;
}

struct Token *paste(struct Token *a, struct Token *b) {
    char *saved_cursor = cursor;
    int saved_directive = in_directive;
    struct Token *t;
    cursor = join(a->tok_name->name_text, b->tok_name->name_text, "\n");
    in_directive = 1;
    t = lex();
    if (*cursor != '\n' || t->tok_kind == T_NEWLINE) fail("'##' does not make one token", a->tok_name->name_text);
    t->tok_flags = a->tok_flags;
    cursor = saved_cursor;
    in_directive = saved_directive;
    return t;
}

// A copy of the list's first token, with the spacing of another one; the rest is shared.
struct Token *spaced_like(struct Token *list, struct Token *model) {
    struct Token *t = copy_token(list);
    t->tok_flags = (list->tok_flags & FLAG_PAINTED) | (model->tok_flags & FLAG_SPACE);
    t->tok_next = list->tok_next;
    return t;
}

// What stands in the result for a token of the body; whole arguments are cached in expanded.
struct Token *operand_of(struct Token *t, struct Token **arguments, struct Token **expanded, int raw) {
    struct Token *operand;
    if (t->tok_kind != T_PARAMETER) return copy_token(t);
    operand = arguments[t->tok_index];
    if (operand == 0 || raw) return operand;
    if (expanded[t->tok_index] == 0) expanded[t->tok_index] = expand_list(operand);
    return expanded[t->tok_index];
}

// The macro's body with the arguments in place, '#' and '##' done.
struct Token *substitute(struct Macro *macro, struct Token **arguments) {
    struct Token **expanded = allocate(4 * macro->macro_count + 4);
    struct Token *t;
    struct Token *model;     // gives the operand its spacing
    struct Token *operand;
    struct Token *first = 0;
    struct Token **end = &first;
    struct Token **last = 0; // holds the last token of the result
    int raw;
    int pasting = 0;
    int empty = 0;           // the left operand of '##' is
    for (t = macro->macro_body; t; t = t->tok_next) {
        if (t->tok_kind == T_PASTE) {
            pasting = 1;
            continue;
        }
        model = t;
        if (t->tok_kind == '#' && macro->macro_function) {
            t = t->tok_next;
            if (t == 0 || t->tok_kind != T_PARAMETER) fail("'#' needs a parameter after it", 0);
            operand = stringize(arguments[t->tok_index]);
        } else {
            raw = pasting || (t->tok_next && t->tok_next->tok_kind == T_PASTE);
            operand = operand_of(t, arguments, expanded, raw);
        }
        if (operand) operand = spaced_like(operand, model);
        if (pasting && operand && empty == 0) {
            *last = paste(*last, operand);
            end = &(*last)->tok_next;
            operand = operand->tok_next;
            empty = 0;
        } else empty = operand == 0 && (pasting == 0 || empty);
        while (operand) {
            last = end;
            end = append(end, copy_token(operand));
            operand = operand->tok_next;
        }
        pasting = 0;
    }
    return first;
}

struct Token *special_token(struct Token *t, int special) {
    struct Token *result = copy_token(t);
    result->tok_kind = special == MACRO_FILE ? T_STRING : T_NUMBER;
    result->tok_name = name_of(special == MACRO_FILE ? join("\"", file->source_path, "\"") : decimal(line));
    return result;
}

// The next token after replacement.
struct Token *next_token(void) {
    struct Token *t;
    struct Token *list;
    struct Token **arguments;
    struct Macro *macro;
    while (1) {
        t = raw_token();
        macro = t->tok_kind == T_NAME && (t->tok_flags & FLAG_PAINTED) == 0 ? t->tok_name->name_macro : 0;
        if (macro == 0) return t;
        if (macro->macro_disabled) {
            t = copy_token(t);
            t->tok_flags = t->tok_flags | FLAG_PAINTED;
            return t;
        }
        if (macro->macro_special) return special_token(t, macro->macro_special);
        arguments = 0;
        if (macro->macro_function) {
            list = raw_token();
            if (list->tok_kind != '(') {
                unread(list);
                return t;
            }
            arguments = collect_arguments(macro, t->tok_name);
        }
        list = macro->macro_substituted ? substitute(macro, arguments) : macro->macro_body;
        if (list) push_list(spaced_like(list, t), macro, 0);
    }
}

void define_special(char *name, int special) {
    struct Macro *macro = allocate(sizeof(struct Macro));
    macro->macro_special = special;
    name_of(name)->name_macro = macro;
}

void start_preprocessor(void) {
    end_token = allocate(sizeof(struct Token));
    define_special("__FILE__", MACRO_FILE);
    define_special("__LINE__", MACRO_LINE);
    define_option("__STDC__");
    define_option("__STDC_VERSION__=199901L");
    define_option("__i386__");
    define_option("__linux__");
    define_option("__unix__");
    define_option("__ELF__");
    define_option("__CHAR_BIT__=8");
}

// Forgets all macros.
void end_preprocessor(void) {
    struct Name *name;
    int i;
    for (i = 0; i < NAME_BUCKETS; i++)
        for (name = names[i]; name; name = name->name_next) name->name_macro = 0;
}
