// lex.c: names and tokens. Every spelling is interned once as a Name, which also carries what the
// spelling means at present: a keyword, a macro, a variable, a tag, a label, an object to link.

enum { NAME_BUCKETS = 0x4000 };

struct Name {
    char *name_text;
    int name_length;
    struct Name *name_next;       // in the same bucket
    int name_keyword;             // token kind, of keywords and punctuators
    struct Macro *name_macro;
    struct Symbol *name_symbol;   // variable, function, typedef or constant in scope
    struct Symbol *name_tag;      // struct, union or enum in scope
    struct Label *name_label;     // label of the function being compiled
    struct Object *name_object;   // what all units call so
};

struct Token {
    int tok_kind;
    struct Name *tok_name;        // spelling
    int tok_flags;
    int tok_line;
    int tok_index;                // of a T_PARAMETER in a macro's body
    struct Token *tok_next;       // in a list
};

enum { FLAG_SPACE = 1, FLAG_LINE = 2, FLAG_PAINTED = 4 }; // after space; first of line; not a macro any more

// A token that is one character has that character as its kind.
enum {
    T_END = 0, T_NEWLINE = 10, T_NAME = 256, T_NUMBER, T_STRING, T_CHARACTER, T_PARAMETER,
    T_ELLIPSIS, T_PASTE, T_ARROW, T_INCREMENT, T_DECREMENT, T_SHIFT_LEFT, T_SHIFT_RIGHT,
    T_LESS_EQUAL, T_GREATER_EQUAL, T_EQUAL, T_NOT_EQUAL, T_AND_AND, T_OR_OR,
    T_MULTIPLY_ASSIGN, T_DIVIDE_ASSIGN, T_MODULO_ASSIGN, T_ADD_ASSIGN, T_SUBTRACT_ASSIGN,
    T_SHIFT_LEFT_ASSIGN, T_SHIFT_RIGHT_ASSIGN, T_AND_ASSIGN, T_XOR_ASSIGN, T_OR_ASSIGN,
    // keywords; those from T_VOID to T_REGISTER start a declaration
    T_VOID, T_BOOL, T_CHAR, T_SHORT, T_INT, T_LONG, T_FLOAT, T_DOUBLE, T_SIGNED, T_UNSIGNED,
    T_STRUCT, T_UNION, T_ENUM, T_CONST, T_VOLATILE, T_RESTRICT, T_INLINE,
    T_ATTRIBUTE, T_TYPEDEF, T_EXTERN, T_STATIC, T_AUTO, T_REGISTER,
    T_IF, T_ELSE, T_WHILE, T_DO, T_FOR, T_SWITCH, T_CASE, T_DEFAULT, T_BREAK, T_CONTINUE, T_RETURN,
    T_GOTO, T_SIZEOF, T_ASM, T_LIMIT
};

enum { CLASS_WORD = 1, CLASS_DIGIT = 2, CLASS_SPACE = 4 };

struct Name *names[NAME_BUCKETS];
char classes[256];

char *cursor;     // next character of the innermost file
int line;         // and its line
int in_directive; // a line feed is a token
int skipping;     // text that is not compiled may be ill-formed

struct Name *intern(char *text, int length) {
    int hash = length;
    int i;
    struct Name *name;
    for (i = 0; i < length; i++) hash = ((hash & 0xffffff) * 31) ^ (text[i] & 255);
    hash = (hash ^ (hash >> 14)) & (NAME_BUCKETS - 1);
    for (name = names[hash]; name; name = name->name_next) {
        if (name->name_length == length) {
            i = 0;
            while (i < length && name->name_text[i] == text[i]) i++;
            if (i == length) return name;
        }
    }
    name = allocate(sizeof(struct Name));
    name->name_text = allocate(length + 1);
    copy_bytes(name->name_text, text, length);
    name->name_length = length;
    name->name_next = names[hash];
    names[hash] = name;
    return name;
}

struct Name *name_of(char *text) {
    return intern(text, length_of(text));
}

// Gives the words of a list, which spaces separate, consecutive kinds.
void define_words(char *words, int kind) {
    char *start;
    while (*words) {
        start = words;
        while (*words && *words != ' ') words++;
        intern(start, words - start)->name_keyword = kind++;
        if (*words) words++;
    }
}

void start_lexer(void) {
    int c;
    for (c = 'a'; c <= 'z'; c++) classes[c] = CLASS_WORD;
    for (c = 'A'; c <= 'Z'; c++) classes[c] = CLASS_WORD;
    for (c = '0'; c <= '9'; c++) classes[c] = CLASS_DIGIT;
    classes['_'] = CLASS_WORD;
    classes['$'] = CLASS_WORD;
    classes[' '] = CLASS_SPACE;
    for (c = 9; c <= 13; c++) if (c != '\n') classes[c] = CLASS_SPACE;
    define_words("... ## -> ++ -- << >> <= >= == != && || *= /= %= += -= <<= >>= &= ^= |=", T_ELLIPSIS);
    define_words("void _Bool char short int long float double signed unsigned struct union enum const", T_VOID);
    define_words("volatile restrict inline __attribute__ typedef extern static", T_VOLATILE);
    define_words("auto register if else while do for switch case default break continue return goto", T_AUTO);
    define_words("sizeof asm", T_SIZEOF);
}

// Removes every backslash-newline, and adds the line feed again where the line ends, so that the
// lines after it keep their numbers.
void join_lines(char *text) {
    char *to = text;
    int owed = 0;
    while (*text) {
        if (*text == '\\' && text[1] == '\n') {
            text = text + 2;
            owed++;
        } else {
            *to = *text;
            to++;
            while (*text == '\n' && owed) {
                *to++ = '\n';
                owed--;
            }
            text++;
        }
    }
    *to = 0;
}

void fail_here(char *message, char *detail) {
    error_line = line;
    fail(message, detail);
}

void skip_block_comment(void) {
    int start = line;
    cursor = cursor + 2;
    while (*cursor != '*' || cursor[1] != '/') {
        if (*cursor == 0) {
            error_line = start;
            fail("comment does not end", 0);
        }
        if (*cursor == '\n') line++;
        cursor++;
    }
    cursor = cursor + 2;
}

void skip_line_comment(void) {
    while (*cursor != '\n') cursor++;
}

// Skips white space and comments; the result tells what was skipped, as flags of the next token.
int skip_space(void) {
    int flags = 0;
    int c;
    while (1) {
        c = *cursor & 255;
        if (classes[c] == CLASS_SPACE) cursor++;
        else if (c == '\n') {
            if (in_directive) return flags;
            cursor++;
            line++;
            flags = flags | FLAG_LINE;
        } else if (c == '/' && cursor[1] == '*') skip_block_comment();
        else if (c == '/' && cursor[1] == '/') skip_line_comment();
        else return flags;
        flags = flags | FLAG_SPACE;
    }
}

void skip_word(void) {
    while (classes[*cursor & 255] & (CLASS_WORD | CLASS_DIGIT)) cursor++;
}

// A number as the preprocessor has it: also text that no number looks like, such as 1.2.3
void skip_number(void) {
    int c;
    int before;
    while (1) {
        before = *cursor++;
        c = *cursor;
        if (c == '+' || c == '-') {
            if (before != 'e' && before != 'E' && before != 'p' && before != 'P') return;
        } else if (c != '.' && (classes[c & 255] & (CLASS_WORD | CLASS_DIGIT)) == 0) return;
    }
}

void skip_quoted(void) {
    int quote = *cursor++;
    while (*cursor != quote) {
        if (*cursor == '\n') {
            if (skipping) return;
            fail_here("no closing quote", 0);
        }
        if (*cursor == '\\' && cursor[1] != '\n') cursor++;
        cursor++;
    }
    cursor++;
}

int punctuator_length(void) {
    int c = *cursor;
    int next = cursor[1];
    if (c == '.') return next == '.' && cursor[2] == '.' ? 3 : 1;
    if (c == '-' && next == '>') return 2;
    if (next == c && (c == '<' || c == '>')) return cursor[2] == '=' ? 3 : 2;
    if (next == c && (c == '&' || c == '|' || c == '+' || c == '-' || c == '=' || c == '#')) return 2;
    if (next != '=') return 1;
    if (c == '=' || c == '!' || c == '<' || c == '>' || c == '+' || c == '-') return 2;
    if (c == '*' || c == '/' || c == '%' || c == '&' || c == '|' || c == '^') return 2;
    return 1;
}

// The next token of the innermost file.
struct Token *lex(void) {
    struct Token *t = allocate(sizeof(struct Token));
    char *start;
    int c;
    t->tok_flags = skip_space();
    t->tok_line = line;
    start = cursor;
    c = *cursor & 255;
    if (c == 0) return t;
    if (c == '\n') {
        t->tok_kind = T_NEWLINE;
        return t;
    }
    if (classes[c] == CLASS_DIGIT || (c == '.' && classes[cursor[1] & 255] == CLASS_DIGIT)) {
        skip_number();
        t->tok_kind = T_NUMBER;
    } else if (classes[c] == CLASS_WORD) {
        skip_word();
        t->tok_kind = T_NAME;
    } else if (c == '"' || c == '\'') {
        skip_quoted();
        t->tok_kind = c == '"' ? T_STRING : T_CHARACTER;
    } else {
        cursor = cursor + punctuator_length();
        t->tok_kind = c;
    }
    t->tok_name = intern(start, cursor - start);
    if (cursor - start > 1 && t->tok_kind == c) t->tok_kind = t->tok_name->name_keyword;
    return t;
}

struct Token *copy_token(struct Token *t) {
    struct Token *copy = copy_of(t, sizeof(struct Token));
    copy->tok_next = 0;
    return copy;
}
