// What the C library has handed out at the moment, over all threads, in bytes.
#include <malloc.h>
static inline long bytes_in_use(void) {
    struct mallinfo2 info = mallinfo2();
    return (long)(info.uordblks + info.hblkhd);
}
