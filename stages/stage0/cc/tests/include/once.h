#ifndef ONCE_H
#define ONCE_H
#include "twice.h"
int once = __LINE__;
#endif
