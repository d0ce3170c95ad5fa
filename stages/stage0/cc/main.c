// main.c: the command line: cc -o OUT [-I DIR]... [-D NAME[=VALUE]]... FILE.c...

struct Text *definitions; // of -D
struct Text *inputs;
char *output;

void usage(void) {
    print("usage: cc -o OUT [-I DIR]... [-D NAME[=VALUE]]... FILE.c...\n");
    syscall(SYS_EXIT, 1, 0, 0);
}

// Adds a text at the end of a list.
void add_text(struct Text **list, char *value) {
    struct Text *text_at = allocate(sizeof(struct Text));
    text_at->text_value = value;
    while (*list) list = &(*list)->text_next;
    *list = text_at;
}

void parse_options(int count, char **arguments) {
    int i;
    char *option;
    char *value;
    int letter;
    for (i = 1; i < count; i++) {
        option = arguments[i];
        letter = option[1];
        if (*option != '-') add_text(&inputs, option);
        else {
            value = option + 2;
            if (letter == 0) usage();
            if (*value == 0) {
                i++;
                if (i >= count) usage();
                value = arguments[i];
            }
            if (letter == 'o') output = value;
            else if (letter == 'I') add_text(&directories, value);
            else if (letter == 'D') add_text(&definitions, value);
            else usage();
        }
    }
    if (output == 0 || inputs == 0) usage();
}

void compile(char *path) {
    struct Text *option;
    char *contents;
    start_preprocessor();
    for (option = definitions; option; option = option->text_next) define_option(option->text_value);
    error_file = 0;
    error_line = 0;
    contents = read_file(path);
    if (contents == 0) fail("cannot read", path);
    source = 0;
    file = 0;
    file_count = 0;
    ahead = 0;
    push_file(path, contents);
    parse_unit();
    end_preprocessor();
}

int main(int count, char **arguments) {
    struct Text *input;
    parse_options(count, arguments);
    start_lexer();
    start_types();
    start_parser();
    for (input = inputs; input; input = input->text_next) compile(input->text_value);
    write_program(output);
    return 0;
}
