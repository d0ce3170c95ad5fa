// Found beside the file that includes it.
enum { TWICE = 2 };
