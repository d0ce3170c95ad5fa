// What TinyCC's configure script would write. It says where the compiler finds its files in the finished tree,
// and leaves out what needs a dynamic loader or signals with contexts (-b and -bt).
#define TCC_VERSION "0.9.27"
#define TCC_TARGET_I386
#define CONFIG_TCC_STATIC
#define CONFIG_TCCBOOT
#define CONFIG_TCCDIR "/usr/lib/tcc"
#define CONFIG_TCC_CRTPREFIX "/usr/lib"
#define CONFIG_TCC_LIBPATHS "/usr/lib"
#define CONFIG_TCC_SYSINCLUDEPATHS "{B}/include:/usr/include"
