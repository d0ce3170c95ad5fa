// make needs its own glob, which reads folders through a cache. Its build system copies this header.
#include "glob.in.h"
