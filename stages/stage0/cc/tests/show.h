// show.h: what the test programs print with. There is no library.
void show(const char *name, long long value);                 // name: value
void show_text(const char *name, const char *text);           // name: text
void show_bytes(const char *name, const void *data, int size); // name: hexadecimal, lowest byte first
void show_float(const char *name, float value);               // by their bytes
void show_double(const char *name, double value);
void show_long_double(const char *name, long double value);
