"""Operations on small row-major arrays of mpmath numbers, written from their definitions.

Everything finite is computed at the working precision of mpmath and rounded once, at the end. Where an argument is
infinite, NaN or on a pole, the value is the one IEEE 754, C's math library and NumPy agree on; it stands in the table below.
"""
import itertools
import math

import numpy as np
from mpmath import mp, mpf

NAN, INF = mpf("nan"), mpf("inf")


def to_double(x):
    """The double nearest to x, ties to even, gradual underflow included (float(x) would round denormals twice)."""
    if mp.isnan(x):
        return math.nan
    if mp.isinf(x):
        return math.inf if x > 0 else -math.inf
    sign, mantissa, exponent, bits = mpf(x)._mpf_
    precision = min(53, bits + exponent + 1074)
    if precision < 0 or mantissa == 0:
        return 0.0
    shift = bits - precision
    if shift > 0:
        quotient, rest, half = mantissa >> shift, mantissa & ((1 << shift) - 1), 1 << (shift - 1)
        if rest > half or (rest == half and quotient & 1):
            quotient += 1
        mantissa, exponent = quotient, exponent + shift
    try:
        value = math.ldexp(mantissa, exponent)
    except OverflowError:
        value = math.inf
    return -value if sign else value


class Array:
    """A shape and its elements in row-major order."""

    def __init__(self, shape, data):
        self.shape, self.data = list(shape), [mpf(x) for x in data]
        assert len(self.data) == math.prod(self.shape), (shape, len(self.data))

    @staticmethod
    def build(shape, element):
        return Array(shape, [element(*index) for index in itertools.product(*map(range, shape))])

    def __getitem__(self, index):
        offset = 0
        for size, i in zip(self.shape, index):
            assert 0 <= i < size
            offset = offset * size + i
        return self.data[offset]

    def matrix(self):
        rows, columns = self.shape
        return mp.matrix(rows, columns) if 0 in self.shape else \
            mp.matrix([self.data[r * columns:(r + 1) * columns] for r in range(rows)])


def vector(*values):
    return Array([len(values)], values)


def scalar(value):
    return Array([], [value])


def matrix(*rows):
    return Array([len(rows), len(rows[0])], [x for row in rows for x in row])


class Amplification:
    """The worst ratio sum|terms| / |sum| that a case met: what rounding errors may grow by in any order of summation."""

    def __init__(self):
        self.worst = mpf(1)

    def total(self, terms):
        terms = list(terms)
        value = mp.fsum(terms)
        if mp.isfinite(value) and value != 0:
            self.note(mp.fsum(abs(t) for t in terms) / abs(value))
        return value

    def note(self, ratio):
        self.worst = max(self.worst, ratio)


# Element by element

def half_to_even(x):
    low = mp.floor(x)
    rest = x - low
    odd = int(low) & 1
    return low + 1 if rest > 0.5 or (rest == 0.5 and odd) else low


def log_gamma(x):
    """log|gamma(x)|, as C's lgamma; infinite at the poles 0, -1, -2, ..."""
    return INF if x <= 0 and x == mp.floor(x) else mp.re(mp.loggamma(x)) if x > 0 else \
        mp.log(mp.pi) - mp.log(abs(mp.sinpi(x))) - mp.loggamma(1 - x)


def softplus(x):
    return mp.log1p(mp.exp(x)) if x < 0 else x + mp.log1p(mp.exp(-x))


# name: value at a finite x, at minus infinity, at infinity
UNARY = {
    "abs": (abs, INF, INF),
    "negate": (lambda x: -x, INF, -INF),
    "exp": (mp.exp, 0, INF),
    "expm1": (mp.expm1, -1, INF),
    "log": (lambda x: mp.log(x) if x > 0 else -INF if x == 0 else NAN, NAN, INF),
    "log1p": (lambda x: mp.log1p(x) if x > -1 else -INF if x == -1 else NAN, NAN, INF),
    "sqrt": (lambda x: mp.sqrt(x) if x >= 0 else NAN, NAN, INF),
    "sin": (mp.sin, NAN, NAN),
    "cos": (mp.cos, NAN, NAN),
    "tanh": (mp.tanh, -1, 1),
    "sigmoid": (lambda x: 1 / (1 + mp.exp(-x)), 0, 1),
    "softplus": (softplus, 0, INF),
    "relu": (lambda x: max(x, mpf(0)), 0, INF),
    "erf": (mp.erf, -1, 1),
    "lgamma": (log_gamma, INF, INF),
    "sign": (mp.sign, -1, 1),
    "floor": (mp.floor, -INF, INF),
    "round": (half_to_even, -INF, INF),
}


def unary(name, a):
    finite, low, high = UNARY[name]
    return Array(a.shape, [NAN if mp.isnan(x) else high if x == INF else low if x == -INF else finite(x) for x in a.data])


def by_numpy(function):
    def value(a, b):
        with np.errstate(all="ignore"):
            return mpf(float(function(np.float64(float(a)), np.float64(float(b)))))
    return value


def power(a, b):
    if a == 0 or a == 1 or (a < 0 and b != mp.floor(b)):
        return by_numpy(np.power)(a, b)
    return a ** int(b) if b == mp.floor(b) and abs(b) < 10**6 else mp.power(a, b)


# name: value at finite arguments, NumPy's function for the rest
BINARY = {
    "add": (lambda a, b: a + b, np.add),
    "subtract": (lambda a, b: a - b, np.subtract),
    "multiply": (lambda a, b: a * b, np.multiply),
    "divide": (lambda a, b: a / b if b != 0 else by_numpy(np.divide)(a, b), np.divide),
    "power": (power, np.power),
    "minimum": (min, np.minimum),
    "maximum": (max, np.maximum),
}


def broadcast(shapes):
    rank = max(map(len, shapes))
    padded = [[1] * (rank - len(s)) + list(s) for s in shapes]
    return [next((s for s in sizes if s != 1), 1) for sizes in zip(*padded)]


def stretched(a, index):
    own = index[len(index) - len(a.shape):]
    return a[[0 if size == 1 else i for size, i in zip(a.shape, own)]]


def elementwise(function, *arrays):
    return Array.build(broadcast([a.shape for a in arrays]), lambda *index: function(*(stretched(a, index) for a in arrays)))


def binary(name, a, b):
    finite, ieee = BINARY[name]
    return elementwise(lambda x, y: finite(x, y) if mp.isfinite(x) and mp.isfinite(y) else by_numpy(ieee)(x, y), a, b)


# Along an axis

def lanes(a, axis):
    """The shape without the axis, and for each of its indices the elements along the axis."""
    if axis is None:
        return [], [a.data]
    rest = a.shape[:axis] + a.shape[axis + 1:]
    return rest, [[a[list(i[:axis]) + [k] + list(i[axis:])] for k in range(a.shape[axis])]
                  for i in itertools.product(*map(range, rest))]


def reduce(function, a, axis):
    shape, rows = lanes(a, axis)
    return Array(shape, [function(row) for row in rows])


def along(function, a, axis):
    """A function from lane to lane of the same length."""
    shape, rows = lanes(a, axis)
    results = dict(zip(itertools.product(*map(range, shape)), map(function, rows)))
    return Array.build(a.shape, lambda *i: results[i[:axis] + i[axis + 1:]][i[axis]])


def variance(row, ddof):
    mean = mp.fsum(row) / len(row)
    return mp.fsum((x - mean) ** 2 for x in row) / (len(row) - ddof)


def logsumexp(row):
    if any(mp.isnan(x) for x in row):
        return NAN
    top = max(row)
    return top if mp.isinf(top) else top + mp.log(mp.fsum(mp.exp(x - top) for x in row))


def log_softmax(row):
    """Sums the others apart: -log1p(sum exp(x - x_max)) at the largest, so that no digit is lost there."""
    if any(mp.isnan(x) for x in row) or max(row) == -INF or max(row) == INF:
        return [NAN] * len(row)
    top = max(range(len(row)), key=lambda i: row[i])
    log_sum = mp.log1p(mp.fsum(mp.exp(x - row[top]) for i, x in enumerate(row) if i != top))
    return [x - row[top] - log_sum for x in row]


def extreme(row, pick):
    return NAN if any(mp.isnan(x) for x in row) else pick(row)


# Images: [batch, channels, height, width]

def convolve(x, w, stride, padding, total):
    """Cross-correlation over any number of trailing axes; w is [out, in, kernel...]."""
    sizes = [(n + 2 * padding - k) // stride + 1 for n, k in zip(x.shape[2:], w.shape[2:])]

    def element(n, o, *place):
        def terms():
            for c, *tap in itertools.product(*map(range, w.shape[1:])):
                source = [p * stride + t - padding for p, t in zip(place, tap)]
                if all(0 <= s < size for s, size in zip(source, x.shape[2:])):
                    yield x[[n, c] + source] * w[[o, c] + tap]
        return total(terms())
    return Array.build([x.shape[0], w.shape[0]] + sizes, element)


def convolve_transposed(x, w, stride, padding, total):
    """The adjoint of convolve in x; w is [in, out, kernel...]: each input is scattered over the taps of its window."""
    sizes = [(n - 1) * stride - 2 * padding + k for n, k in zip(x.shape[2:], w.shape[2:])]
    terms = {index: [] for index in itertools.product(range(x.shape[0]), range(w.shape[1]), *map(range, sizes))}
    for n, c, *place in itertools.product(*map(range, x.shape)):
        for o, *tap in itertools.product(*map(range, w.shape[1:])):
            target = tuple(p * stride + t - padding for p, t in zip(place, tap))
            if all(0 <= s < size for s, size in zip(target, sizes)):
                terms[(n, o) + target].append(x[[n, c] + place] * w[[c, o] + tap])
    return Array.build([x.shape[0], w.shape[1]] + sizes, lambda *index: total(terms[index]))


def pool(x, kernel, stride, function):
    n, c, h, w = x.shape
    return Array.build([n, c, (h - kernel) // stride + 1, (w - kernel) // stride + 1], lambda b, d, i, j: function(
        [x[[b, d, i * stride + di, j * stride + dj]] for di in range(kernel) for dj in range(kernel)]))
