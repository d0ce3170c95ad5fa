#include <stdio.h>

int main(void) {
  puts("hello from a compiler that grew from 172 bytes");
  return 0;
}
