// assert.h: checks that stop the program. Included again, it follows NDEBUG anew.
#undef assert
#ifdef NDEBUG
#define assert(condition) ((void)0)
#else
#define assert(condition) ((condition) ? (void)0 : __assert_fail(#condition, __FILE__, __LINE__))
#endif

void __assert_fail(const char *condition, const char *file, int line);
