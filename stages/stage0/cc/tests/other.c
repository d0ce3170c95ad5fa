// Another unit of function.c.
int shared = 5;
static int hidden = 70;
static int hidden_function(void) { return hidden; }
int other_hidden(void) { return hidden_function(); }
int shared_function(int x) { return shared * 10 + x; }
