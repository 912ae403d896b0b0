// Only the matrix product is used; declaring it here keeps the large C API out of every build.
// C (m x n) = alpha * op(A) * op(B) + beta * C, row-major; returns 0 on success.
#include <stdint.h>
int dnnl_sgemm(char transa, char transb, int64_t m, int64_t n, int64_t k, float alpha,
               const float *a, int64_t lda, const float *b, int64_t ldb, float beta, float *c, int64_t ldc);
