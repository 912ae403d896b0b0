// Only the matrix product is used; declaring it here keeps oneDNN's large C API out of every build.
// C (m x n) = alpha * op(A) * op(B) + beta * C, row-major; returns 0 on success.
#include <stdint.h>
int dnnl_sgemm(char transa, char transb, int64_t m, int64_t n, int64_t k, float alpha,
               const float *a, int64_t lda, const float *b, int64_t ldb, float beta, float *c, int64_t ldc);

// Debian's oneDNN is threaded by OpenMP: how many threads a product started by this thread may use.
void omp_set_num_threads(int count);
