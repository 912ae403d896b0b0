// The processor's floating-point mode of this thread: whether results too small for a normal number become 0.
#if defined(__x86_64__)
#include <xmmintrin.h>
static inline unsigned int float_mode(void) { return _mm_getcsr(); }
static inline void set_float_mode(unsigned int mode) { _mm_setcsr(mode); }
// Flush-to-zero for results, denormals-are-zero for operands.
static inline unsigned int flushing_float_mode(unsigned int mode) { return mode | 0x8040; }
#elif defined(__aarch64__)
static inline unsigned int float_mode(void) { unsigned long r; __asm__ volatile("mrs %0, fpcr" : "=r"(r)); return (unsigned int)r; }
static inline void set_float_mode(unsigned int mode) { unsigned long r = mode; __asm__ volatile("msr fpcr, %0" : : "r"(r)); }
static inline unsigned int flushing_float_mode(unsigned int mode) { return mode | (1u << 24); }
#else
static inline unsigned int float_mode(void) { return 0; }
static inline void set_float_mode(unsigned int mode) { (void)mode; }
static inline unsigned int flushing_float_mode(unsigned int mode) { return mode; }
#endif
