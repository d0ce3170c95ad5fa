static const char *angle = __FILE__;
#define ANGLE_LINE __LINE__
