// What TinyCC's configure script would write: where the compiler finds its files. musl's headers come before
// TinyCC's own, some of which would define the same types in another way.
#define TCC_VERSION "0.9.27"
#define TCC_TARGET_I386
#define CONFIG_TCC_STATIC
#define CONFIG_TCCBOOT // without bounds checks and backtraces
#define CONFIG_TCCDIR "/usr/lib/tcc"
#define CONFIG_TCC_CRTPREFIX "/usr/lib"
#define CONFIG_TCC_LIBPATHS "/usr/lib"
#define CONFIG_TCC_SYSINCLUDEPATHS "/usr/include:{B}/include"
