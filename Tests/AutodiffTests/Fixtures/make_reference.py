"""Writes reference.json: inputs, arguments and the exactly rounded results of the engine's operations.

    python3 make_reference.py        (mpmath 1.3 and NumPy 2; the file comes out the same, byte for byte)

A case reads {"op", "inputs", "args", "expected", "condition", "note"}. Inputs are exact doubles. Expected values are
computed with 60 digits, again with 120, must round to the same doubles, and are written as the shortest decimals that
read back alike; "nan", "inf" and "-inf" are strings. An axis left out of `args` means all elements.

An element agrees if it is within tolerance * |expected|, or within 1e-323 (two steps of the smallest denormals).
The tolerance is 1e-12; where "condition" is a number, the problem itself magnifies the rounding of its inputs that much,
and the tolerance is condition * 1e-15. Zero stands for zero of either sign.
"""
import json
import pathlib
import random

from mpmath import mp, mpf

from elementwise_cases import element_by_element
from high_precision import (INF, NAN, Amplification, Array, along, convolve, convolve_transposed, elementwise, log_softmax,
                            matrix, pool, scalar, softplus, to_double, variance, vector)
from reduction_cases import reductions

# Up to this, condition * 1e-15 is within the general 1e-12.
HARMLESS = 1000


class Reference:
    def __init__(self):
        self.cases = []
        self.random = random.Random(1)

    def numbers(self, *shape, low=-2.0, high=2.0):
        """Three decimals each, so that the file stays readable; drawn from one stream, in the order of the cases."""
        return Array.build(shape, lambda *_: mpf(round(self.random.uniform(low, high), 3)))

    def case(self, op, inputs, expected, args=None, condition=1, note=""):
        def written(x):
            value = to_double(x)
            return value if value - value == 0 else str(value)

        def record(a):
            return {"shape": a.shape, "data": [written(x) for x in a.data]}
        assert condition < 1e12, f"{op}, {note}: a check with this tolerance could not fail"
        self.cases.append({"op": op, "inputs": [record(a) for a in inputs], "args": args or {}, "expected": record(expected),
                           "condition": float(mp.nstr(condition, 3)) if condition > HARMLESS else None, "note": note})


def linear_algebra(r):
    def product(a, b, note, exact=False):
        amp = Amplification()
        (rows, inner), columns = a.shape, b.shape[1]
        expected = Array.build([rows, columns], lambda i, j: amp.total(a[[i, k]] * b[[k, j]] for k in range(inner)))
        r.case("matmul", [a, b], expected, condition=1 if exact else amp.worst, note=note)
    for n, k, m in [(1, 1, 1), (2, 3, 4), (1, 5, 1), (3, 1, 3), (5, 7, 3), (4, 17, 2), (9, 8, 9), (0, 3, 2), (2, 0, 3), (2, 3, 0)]:
        product(r.numbers(n, k), r.numbers(k, m), f"[{n},{k}] by [{k},{m}]")
    product(matrix([1e7, 1.0, -1e7]), matrix([1e7], [0.5], [1e7]), "large products that cancel: every partial sum is exact", exact=True)
    product(matrix([1e200, 0.0], [1.0, INF]), matrix([1e200, 1.0], [1.0, 2.0]), "overflow and an infinity")

    def from_matrix(m):
        return Array([m.rows, m.cols], list(m))

    def condition(a):
        """In the infinity norm, ||A|| ||A^-1||."""
        m = a.matrix()
        return mp.mnorm(m, mp.inf) * mp.mnorm(mp.inverse(m), mp.inf)

    def positive(n):
        """G Gᵀ + I with G of one decimal: exact in doubles up to their own rounding, which is part of the input."""
        g = [[round(r.random.uniform(-1, 1), 1) for _ in range(n)] for _ in range(n)]
        return Array.build([n, n], lambda i, j: mpf(round(sum(g[i][k] * g[j][k] for k in range(n)) + (i == j), 2)))

    def hilbert(n):
        return Array.build([n, n], lambda i, j: mpf(1 / float(i + j + 1)))
    diagonal = matrix([2.0, 0.0, 0.0], [0.0, -0.5, 0.0], [0.0, 0.0, 10.0])
    swapped = matrix([0.0, 2.0, 1.0], [1.0, 0.0, 3.0], [4.0, 1.0, 0.0])
    square = [("one by one", matrix([-2.5])), ("two by two", matrix([1.0, 2.0], [3.0, 4.0])), ("diagonal", diagonal), ("a zero first pivot", swapped),
              ("a tiny first pivot", matrix([1e-20, 1.0], [1.0, 1.0])), ("four by four", r.numbers(4, 4)), ("identity", matrix([1.0, 0.0], [0.0, 1.0])),
              ("nearly singular", matrix([1.0, 1.0], [1.0, 1.0000001])), ("scales far apart", matrix([1e10, 0.0], [0.0, 1e-10]))]
    definite = [("one by one", matrix([4.0])), ("two by two", matrix([2.0, 0.5], [0.5, 1.0])), ("positive definite 3", positive(3)), ("positive definite 5", positive(5)),
                ("strongly correlated", matrix([1.0, 0.999], [0.999, 1.0])), ("small covariance", matrix([1e-8, 2e-9], [2e-9, 3e-8]))]
    hilberts = [(f"Hilbert {n}, condition {mp.nstr(condition(hilbert(n)), 3)}", hilbert(n)) for n in (5, 6, 7, 8)]

    for note, a in square + definite + hilberts:
        n = a.shape[0]
        # A diagonal is solved row by row without loss, whatever its condition.
        k = 1 if note in ("diagonal", "scales far apart") else condition(a)
        r.case("inv", [a], from_matrix(mp.inverse(a.matrix())), condition=k, note=note)
        r.case("det", [a], scalar(mp.det(a.matrix())), condition=k, note=note)
        b = r.numbers(n) if n % 2 else r.numbers(n, 2)
        columns = mp.matrix(b.data) if len(b.shape) == 1 else b.matrix()
        x = mp.inverse(a.matrix()) * columns
        r.case("solve", [a, b], Array(b.shape, list(x)), condition=k, note=note)
    for note, a in hilberts:
        # The right-hand side is the sum of the columns, as rounded, so that x is close to ones.
        b = Array([a.shape[0]], [to_double(mp.fsum(a[[i, j]] for j in range(a.shape[0]))) for i in range(a.shape[0])])
        r.case("solve", [a, b], Array(b.shape, list(mp.inverse(a.matrix()) * mp.matrix(b.data))), condition=condition(a), note=note + ", x close to ones")
    r.case("det", [matrix([1.0, 2.0], [2.0, 4.0])], scalar(0), note="singular, exactly")
    r.case("det", [matrix([1e200, 0.0], [0.0, 1e200])], scalar(mpf(1e200) ** 2), note="overflow")

    many = Array.build([40, 40], lambda i, j: mpf(1e-10) if i == j else mpf(0))
    for note, a in definite + hilberts + [("the determinant underflows, its logarithm does not", many)] + \
            [("not symmetric, determinant positive", matrix([1.0, 2.0, 0.0], [-3.0, 1.0, 1.0], [0.5, 0.0, 2.0]))]:
        value = mp.log(mp.det(a.matrix()))
        r.case("logdet", [a], scalar(value), condition=1 if a is many else condition(a) / min(1, abs(value)), note=note)
    for note, a in definite + hilberts:
        r.case("cholesky", [a], from_matrix(mp.cholesky(a.matrix())), condition=condition(a), note=note)
    symmetric = definite + hilberts + [("indefinite", matrix([1.0, 2.0, 0.0], [2.0, -3.0, 1.0], [0.0, 1.0, 0.5])), ("already diagonal", diagonal), ("equal eigenvalues", matrix([3.0, 0.0], [0.0, 3.0])),
                                       ("zero", matrix([0.0, 0.0], [0.0, 0.0])), ("ones", matrix([0.0, 1.0], [1.0, 0.0]))]
    for note, a in symmetric:
        values = sorted(mp.eigsy(a.matrix(), eigvals_only=True))
        smallest = min(abs(v) for v in values)
        r.case("eigh", [a], Array([a.shape[0]], values), condition=max(abs(v) for v in values) / smallest if smallest else 1, note=note)


def images(r):
    def filtered(op, function, x, w, stride, padding):
        amp = Amplification()
        r.case(op, [x, w], function(x, w, stride, padding, amp.total), {"stride": stride, "padding": padding}, amp.worst,
               f"{x.shape} with {w.shape}")
    for x, w, stride, padding in [([1, 1, 3, 3], [1, 1, 2, 2], 1, 0), ([2, 2, 4, 5], [3, 2, 3, 2], 1, 1), ([1, 1, 6, 6], [2, 1, 4, 4], 2, 1), ([1, 2, 5, 5], [1, 2, 3, 3], 2, 0),
                                  ([1, 3, 2, 2], [2, 3, 1, 1], 1, 0), ([2, 1, 3, 3], [1, 1, 3, 3], 1, 2), ([1, 1, 7, 4], [1, 1, 2, 3], 3, 1), ([1, 1, 1, 1], [1, 1, 3, 3], 1, 1),
                                  ([1, 2, 5, 6], [2, 2, 2, 2], 3, 0), ([0, 1, 3, 3], [1, 1, 2, 2], 1, 0)]:
        filtered("conv2d", convolve, r.numbers(*x), r.numbers(*w), stride, padding)
    for x, w, stride, padding in [([1, 1, 2, 2], [1, 1, 2, 2], 1, 0), ([2, 2, 3, 2], [2, 3, 3, 2], 1, 1), ([1, 2, 3, 3], [2, 1, 4, 4], 2, 1), ([1, 1, 3, 3], [1, 2, 3, 3], 2, 0),
                                  ([1, 3, 2, 2], [3, 2, 1, 1], 1, 0), ([1, 1, 4, 2], [1, 1, 3, 3], 3, 1), ([1, 1, 1, 1], [1, 1, 4, 4], 2, 1), ([1, 1, 2, 3], [1, 1, 2, 2], 3, 0), ([0, 2, 3, 3], [2, 1, 2, 2], 1, 0)]:
        filtered("convTranspose2d", convolve_transposed, r.numbers(*x), r.numbers(*w), stride, padding)
    for x, w, stride, padding in [([1, 1, 5], [1, 1, 2], 1, 0), ([2, 3, 6], [2, 3, 3], 1, 1), ([1, 2, 8], [3, 2, 4], 2, 1), ([1, 1, 4], [1, 1, 4], 1, 3), ([1, 2, 7], [1, 2, 1], 3, 0)]:
        filtered("conv1d", convolve, r.numbers(*x), r.numbers(*w), stride, padding)
    for op, function in [("maxPool2d", max), ("meanPool2d", lambda window: mp.fsum(window) / len(window))]:
        for shape, kernel, stride in [([1, 1, 4, 4], 2, 2), ([2, 2, 3, 5], 2, 1), ([1, 2, 5, 5], 3, 2), ([1, 1, 5, 5], 2, 2), ([1, 1, 3, 3], 3, 3), ([1, 1, 2, 2], 1, 1)]:
            x = r.numbers(*shape)
            r.case(op, [x], pool(x, kernel, stride, function), {"kernel": kernel, "stride": stride}, note=f"{shape}")
    x = matrix([-3.0, -1.0], [-2.0, -4.0])
    x = Array([1, 1, 2, 2], x.data)
    r.case("maxPool2d", [x], pool(x, 2, 2, max), {"kernel": 2, "stride": 2}, note="all negative")
    for shape, factor in [([1, 1, 2, 2], 2), ([2, 2, 1, 3], 3), ([1, 1, 2, 3], 1)]:
        x = r.numbers(*shape)
        b, c, h, w = shape
        r.case("upsample2d", [x], Array.build([b, c, h * factor, w * factor], lambda n, d, i, j: x[[n, d, i // factor, j // factor]]), {"factor": factor}, note=f"{shape}, nearest")


def fused(r):
    def layer_norm(x, scale, shift, eps, note):
        def row(values):
            mean, var = mp.fsum(values) / len(values), variance(values, 0)
            return [(v - mean) / mp.sqrt(var + mpf(eps)) for v in values]
        amp = Amplification()
        normalised = along(row, x, len(x.shape) - 1)
        r.case("layerNorm", [x, scale, shift], elementwise(lambda n, a, b: amp.total([n * a, b]), normalised, scale, shift), {"eps": eps}, amp.worst, note)
    ones, zeros = (lambda n: Array([n], [1] * n)), (lambda n: Array([n], [0] * n))
    layer_norm(r.numbers(2, 4), ones(4), zeros(4), 1e-5, "over the last axis; inputs are x, scale, shift")
    layer_norm(r.numbers(3, 5), r.numbers(5), r.numbers(5), 1e-5, "scaled and shifted")
    layer_norm(r.numbers(2, 2, 3), r.numbers(3), zeros(3), 1e-5, "rank three")
    layer_norm(r.numbers(2, 4), ones(4), zeros(4), 0.1, "a large eps")
    layer_norm(matrix([5.0, 5.0, 5.0, 5.0], [0.5, 0.5, 0.5, 0.5]), ones(4), vector(0.0, 1.0, -2.0, 0.25), 1e-5, "constant rows give the shift")
    layer_norm(matrix([1000004.0, 1000007.0, 1000013.0, 1000016.0]), ones(4), zeros(4), 1e-5, "a large offset")
    layer_norm(matrix([1e-6, 2e-6, -4e-6]), ones(3), zeros(3), 1e-5, "eps larger than the variance")
    layer_norm(r.numbers(3, 1), ones(1), zeros(1), 1e-5, "one feature")

    def bernoulli(x, logits, note):
        expected = elementwise(lambda x, l: softplus(-abs(l)) + (max(l, mpf(0)) - x * l) if mp.isfinite(l) else NAN, x, logits)
        r.case("bernoulliFromLogits", [logits, x], expected, note=note + "; inputs are logits, x")
    bernoulli(r.numbers(2, 3, low=0, high=1), r.numbers(2, 3), "grey values")
    bernoulli(matrix([0, 1, 1], [1, 0, 0]), r.numbers(2, 3), "black and white")
    bernoulli(vector(1, 1, 1, 0, 0, 0), vector(40.0, 100.0, 700.0, -40.0, -100.0, -700.0), "sure and right")
    bernoulli(vector(0, 0, 1, 1, 0, 1), vector(40.0, 1e5, -40.0, -1e5, 800.0, -800.0), "sure and wrong")
    bernoulli(vector(0.5, 0.25, 0.5, 0.999), vector(800.0, -800.0, 1e-10, 40.0), "grey and extreme")
    bernoulli(vector(0, 1, 0.5), vector(0.0, 0.0, 0.0), "log 2")
    bernoulli(vector(0.0), vector(NAN), "NaN")

    def kl(mu, log_variance, note):
        def term(m, v):
            return (m * m + mp.expm1(v) - v) / 2
        expected = elementwise(term, mu, log_variance)
        ratios = [(m * m + mp.exp(v) + abs(v) + 1) / 2 / e for m, v, e in zip(mu.data, log_variance.data, expected.data) if e != 0 and mp.isfinite(e)]
        r.case("gaussianKL", [mu, log_variance], expected, condition=max(ratios, default=1), note=note)
    kl(vector(0.5, -1.2), vector(0.1, -0.7), "two latents")
    kl(r.numbers(2, 3), r.numbers(2, 3), "a batch")
    kl(vector(0.0, 0.0), vector(0.0, -0.0), "the prior itself")
    kl(vector(0.0, 0.001, 0.0), vector(0.001, 0.0, -0.01), "next to the prior")
    kl(vector(1e100, 1e200, 0.0), vector(0.0, 0.0, 800.0), "huge, overflow")
    kl(vector(0.0, 3.0), vector(-800.0, -1e5), "collapsed variance")
    kl(vector(1.0, 30.0), vector(50.0, 10.0), "wide")

    def cross_entropy(logits, labels, note):
        rows = [logits.data[i * logits.shape[1]:(i + 1) * logits.shape[1]] for i in range(logits.shape[0])]
        expected = vector(*[-log_softmax(row)[label] for row, label in zip(rows, labels)])
        smallest = min([abs(e) for e in expected.data if e != 0], default=mpf(1))
        r.case("softmaxCrossEntropy", [logits, vector(*labels)], expected, condition=1 / smallest, note=note)
    cross_entropy(r.numbers(1, 3), [2], "one row")
    cross_entropy(r.numbers(4, 3), [0, 2, 1, 1], "four rows")
    cross_entropy(r.numbers(2, 10), [9, 0], "ten classes")
    cross_entropy(matrix([1000.0, 0.0], [-1000.0, 0.0], [1e300, -1e300]), [1, 0, 1], "sure and wrong")
    cross_entropy(matrix([10.0, 0.0, 1.0]), [0], "clearly right")
    cross_entropy(matrix([0.0, 0.0, 0.0, 0.0]), [3], "log 4")
    cross_entropy(r.numbers(2, 1), [0, 0], "one class: certain")


def cases(digits):
    with mp.workdps(digits):
        reference = Reference()
        for group in (element_by_element, reductions, linear_algebra, images, fused):
            group(reference)
        return [json.dumps(case, allow_nan=False) for case in reference.cases]


def main():
    lines = cases(60)
    for line, finer in zip(lines, cases(120), strict=True):
        assert line == finer, f"sixty digits were not enough:\n{line}\n{finer}"
    pathlib.Path(__file__).with_name("reference.json").write_text("[\n" + ",\n".join(lines) + "\n]\n")
    print(f"{len(lines)} cases")


if __name__ == "__main__":
    main()
