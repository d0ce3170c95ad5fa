// What make's configure script would write for musl on i386, less what nothing in this build asks for.

// Names, and where files are looked for
#define PACKAGE "make"
#define VERSION "4.3"
#define MAKE_HOST "i386-pc-linux-musl"
#define INCLUDEDIR "/usr/include"
#define LIBDIR "/usr/lib"
#define LOCALEDIR "/usr/share/locale"
#define SCCS_GET "get"

// Times of files to the nanosecond
#define FILE_TIMESTAMP_HI_RES 1
#define ST_MTIM_NSEC st_mtim.tv_nsec
#define HAVE_CLOCK_GETTIME 1

// Several jobs at once
#define MAKE_JOBSERVER 1
#define HAVE_PSELECT 1
#define HAVE_SA_RESTART 1
#define HAVE_SYS_WAIT_H 1
#define HAVE_WAITPID 1

// Headers
#define STDC_HEADERS 1
#define HAVE_ALLOCA_H 1
#define HAVE_DIRENT_H 1
#define HAVE_FCNTL_H 1
#define HAVE_LIMITS_H 1
#define HAVE_STDINT_H 1
#define HAVE_STRING_H 1
#define HAVE_UNISTD_H 1

// glob.c asks musl whether folders tell the type of an entry, and dir.c, which hands it the entries, asks here.
#define HAVE_STRUCT_DIRENT_D_TYPE 1

// Functions without which make does less: it would miss that its output cannot be written, hold output back, not
// set MAKE_TERMOUT, make temporary files that others can foresee, and leave symlinks in $(realpath).
#define HAVE_ATEXIT 1
#define HAVE_SETVBUF 1
#define HAVE_ISATTY 1
#define HAVE_TTYNAME 1
#define HAVE_FDOPEN 1
#define HAVE_MKSTEMP 1
#define HAVE_REALPATH 1

// Functions in whose place make would declare or define its own, under the same names
#define HAVE_DUP2 1
#define HAVE_GETCWD 1
#define HAVE_MEMRCHR 1
#define HAVE_STRCASECMP 1
#define HAVE_STRNCASECMP 1
#define HAVE_STRNDUP 1
#define HAVE_STRSIGNAL 1
#define HAVE_UMASK 1
