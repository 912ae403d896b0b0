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

from high_precision import (INF, NAN, UNARY, Amplification, Array, along, binary, convolve, convolve_transposed,
                            elementwise, extreme, log_softmax, logsumexp, pool, reduce, softplus, to_double, unary, variance)

inf, nan = float("inf"), float("nan")
# Below this a plain implementation still keeps twelve digits, so no condition need be stated.
HARMLESS = 500


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


def vector(*values):
    return Array([len(values)], values)


def scalar(value):
    return Array([], [value])


def matrix(*rows):
    return Array([len(rows), len(rows[0])], [x for row in rows for x in row])


# The first of each list is the ordinary range; the others are where an implementation goes wrong.
ANYWHERE = [("ordinary", [-2.5, -1.0, -0.3, 0.0, 0.1, 0.7, 1.0, 1.9, 3.25, 10.0])]
TINY = ("tiny", [1e-300, -1e-300, 1e-17, -1e-17, 1e-8, -1e-8, 1e-5, 0.001, -0.001])
DENORMAL = ("denormal", [5e-324, 1e-310, 2.2250738585072014e-308])
UNARY_CASES = {
    "abs": ANYWHERE + [TINY, ("huge", [-1e308, 1e308, -5e-324])],
    "negate": ANYWHERE + [("huge", [-1e308, 1e308, 5e-324])],
    "exp": ANYWHERE + [TINY, ("edge of overflow", [709.0, 709.782712893384, 709.7827128933841, 710.0, 1e308]),
                       ("edge of underflow", [-700.0, -708.3964185322641, -709.0, -745.0, -745.1332191019411, -745.1332191019412, -746.0, -1e308]),
                       ("denormal results keep what digits they have", [-710.0, -720.5, -735.25, -740.0])],
    "expm1": ANYWHERE + [TINY, DENORMAL, ("tails", [-37.0, -40.0, -800.0, 50.0, 709.0, 710.0]), ("around log 2", [0.6931471805599453, -0.6931471805599453, 0.35, -0.3])],
    "log": [("ordinary", [0.1, 0.5, 0.9, 1.5, 2.0, 2.718281828459045, 10.0]),
            ("around one", [0.9999999999999999, 1.0000000000000002, 1.0, 0.99999, 1.00001, 1.0625, 0.95]),
            ("extreme", [1e-300, 1e300, 1.7976931348623157e308, 5e-324, 1e-310]), ("zero and below", [0.0, -1.0, -1e-300])],
    "log1p": [("ordinary", [-0.9, -0.5, -0.1, 0.0, 0.3, 1.0, 5.0, 100.0]), TINY, DENORMAL,
              ("next to minus one", [-0.9999999999999999, -0.9999999999999998, -0.999999999]),
              ("huge", [1e15, 1e16, 1e300]), ("minus one and below", [-1.0, -1.0000000000000002, -2.0])],
    "sqrt": [("ordinary", [0.0, 0.25, 0.1, 2.0, 3.0, 10.0, 1e4]), ("extreme", [1e-300, 1e300, 5e-324, 1.7976931348623157e308]), ("below zero", [-1.0, -1e-300])],
    "sin": ANYWHERE + [TINY, ("next to multiples of pi", [3.141592653589793, -3.141592653589793, 6.283185307179586, 22.0, 355.0]), ("large", [1e5, 1e10, 1e22, 1e300])],
    "cos": ANYWHERE + [TINY, ("next to odd multiples of pi/2", [1.5707963267948966, -1.5707963267948966, 4.71238898038469, 11.0]), ("large", [1e5, 1e10, 1e22, 1e300])],
    "tanh": ANYWHERE + [TINY, DENORMAL, ("tails", [18.0, 19.0, 19.0615, 20.0, 22.0, -22.0, 400.0, -1e308]), ("middle", [0.05, -0.2, 0.25, 0.55, 0.6249, 0.6251, 5.0])],
    "sigmoid": ANYWHERE + [TINY, ("tails", [37.0, -37.0, 36.7, -36.7, 40.0, -40.0, 100.0, -100.0]),
                           ("beyond exp's range", [800.0, -800.0, 1e308, -1e308]), ("denormal results", [-708.5, -710.0, -740.0, -745.0, -745.1])],
    "softplus": ANYWHERE + [TINY, ("tails", [40.0, -40.0, 37.0, -37.0, 20.0, -20.0, 100.0, -100.0]),
                            ("beyond exp's range", [745.0, -745.0, 800.0, -800.0, 1e308, -1e308]), ("denormal results", [-710.0, -735.0, -740.0])],
    "relu": ANYWHERE + [("extreme", [5e-324, -5e-324, 1e308, -1e308])],
    "erf": ANYWHERE + [TINY, DENORMAL, ("tails", [3.0, 4.0, 5.0, 5.8, 5.9, 6.0, 10.0, 27.0, -5.5, -30.0]), ("seams of usual approximations", [0.4999, 0.5, 0.84375, 0.8438, 1.25, 1.2501, 2.857, 2.858])],
    "lgamma": [("ordinary", [0.1, 0.5, 1.5, 2.5, 3.0, 4.5, 10.0, 33.3]), ("tiny", [1e-300, 1e-17, 1e-8, 5e-324, -1e-300, -1e-17, -1e-8]),
               ("around one", [0.9999999999999999, 1.0, 1.0000000000000002, 0.99999999, 1.00000001, 0.999, 1.001]),
               ("around two", [1.9999999999999998, 2.0, 2.0000000000000004, 1.99999999, 2.00000001, 1.999, 2.001]),
               ("negative", [-0.5, -1.5, -2.5, -3.25, -10.1, -100.5]), ("next to poles", [-0.9999999999999999, -1.0000000000000002, -1.9999999999999998, -3.000000000000001]),
               ("large", [100.0, 171.6, 172.0, 1e5, 1e10, 1e100, 1e300, 2.5e305]), ("overflow", [3e305, 1e308]), ("poles", [0.0, -1.0, -2.0, -50.0])],
    "sign": ANYWHERE + [("extreme", [5e-324, -5e-324, 1e308, -1e308])],
    "floor": ANYWHERE + [("halves and neighbours", [-1.5, -0.5, 0.5, 1.5, 0.9999999999999999, -1e-300, 1e-300, -0.9999999999999999]), ("beyond the integers", [4503599627370497.5, -4503599627370497.5, 1e300, -1e300])],
    "round": [("ordinary", [-2.6, -1.2, 0.0, 0.4, 1.7, 3.2]), ("halves go to even", [-3.5, -2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 3.5, 4.5]),
              ("next to halves", [0.49999999999999994, 0.5000000000000001, 2.4999999999999996, 2.5000000000000004]), ("beyond the integers", [4503599627370495.5, 4503599627370496.5, 9007199254740993.0, 1e300, -1e300])],
}


def element_by_element(r):
    assert set(UNARY_CASES) == set(UNARY)
    for op, lists in UNARY_CASES.items():
        for note, values in lists:
            a = vector(*values)
            r.case(op, [a], unary(op, a), note=note)
        low = 0.05 if op in ("log", "sqrt", "lgamma") else -0.9 if op == "log1p" else -3
        for note, a in [("infinities and NaN", vector(-INF, INF, NAN)), ("a scalar", scalar(lists[0][1][1])), ("a matrix", r.numbers(2, 3, low=low, high=3)),
                        ("rank four", r.numbers(2, 1, 2, 2, low=low, high=3)), ("nothing", Array([0, 3], []))]:
            r.case(op, [a], unary(op, a), note=note)

    for op in ("add", "subtract", "multiply", "divide", "power", "minimum", "maximum"):
        low = 0.1 if op == "power" else -2.0
        for left, right in [([3], [3]), ([3, 1], [1, 4]), ([], [2, 2]), ([2, 3], []), ([2, 3], [3]), ([2, 1, 3], [4, 1]), ([0, 3], [1, 3]), ([0, 3], []), ([1], [1, 1, 2]), ([2, 1], [2, 0])]:
            a, b = r.numbers(*left, low=low), r.numbers(*right, low=low)
            r.case(op, [a, b], binary(op, a, b), note=f"{left} with {right}")
        a, b = matrix([inf], [-inf], [nan], [0.0], [2.0], [-2.0]), matrix([inf, -inf, nan, 0.0, 1.0, -1.0])
        r.case(op, [a, b], binary(op, a, b), note="infinities, NaN and zero in all pairs")
    for op, note, a, b in [
            ("add", "overflow, absorption, cancellation, denormals", [1e308, 1e16, 0.1, 5e-324, 1e-310], [1e308, 1.0, -0.3, 5e-324, -2e-310]),
            ("subtract", "neighbours", [1.0000000000000002, 1e308, 0.3], [1.0, -1e308, 0.1]),
            ("multiply", "overflow and underflow", [1e200, 1e-200, 1e-160, 3e-320, -1e300], [1e200, 1e-200, 1e-160, 0.5, 1e10]),
            ("divide", "overflow and underflow", [1.0, 1e-300, 1e300, 1.0, 1e-310], [3.0, 1e10, 1e-10, 5e-324, 3.0]),
            ("power", "a negative base with whole exponents", [-2.0, -2.0, -1.5, -1.0, -10.0, -0.1], [3.0, 2.0, -3.0, 1000001.0, 0.0, 5.0]),
            ("power", "a negative base with a fraction for exponent", [-2.0, -8.0], [0.5, 0.3333333333333333]),
            ("power", "zero to zero and to other powers", [0.0, 0.0, 0.0, 0.0], [0.0, 2.0, -1.0, 0.5]),
            ("power", "anything to zero, one to anything", [nan, inf, 1.0, 1.0], [0.0, 0.0, nan, inf]),
            ("power", "overflow and underflow", [10.0, 10.0, 10.0, 2.0, 2.0, 0.5], [308.0, 309.0, -320.0, 1023.0, -1074.0, 1080.0]),
            ("power", "next to one, large exponent", [1.0000000000000002, 0.9999999999999999, 1.00000001], [1e15, 1e15, 1e9]),
            ("power", "roots", [2.0, 1e300, 1e-300, 7.0], [0.5, 0.5, 0.25, 0.3333333333333333]),
            ("minimum", "equal and next to equal", [1.0, 1.0, -5e-324], [1.0, 1.0000000000000002, 0.0]),
            ("maximum", "equal and next to equal", [1.0, 1.0, -5e-324], [1.0, 1.0000000000000002, 0.0])]:
        a, b = vector(*a), vector(*b)
        r.case(op, [a, b], binary(op, a, b), note=note)

    def clamp(a, low, high, note):
        expected = Array(a.shape, [NAN if mp.isnan(x) else min(max(x, mpf(low)), mpf(high)) for x in a.data])
        r.case("clamp", [a], expected, {"lo": low, "hi": high}, note=note)
    clamp(r.numbers(3, 4), -1.0, 1.0, "ordinary")
    clamp(vector(-inf, inf, nan, 0.25), -0.5, 0.5, "infinities and NaN")
    clamp(vector(0.1, 0.2, 0.3), 0.2, 0.2, "an interval of one point")
    clamp(Array([0, 3], []), 0.0, 1.0, "nothing")

    def where(c, a, b, note):
        r.case("where", [c, a, b], elementwise(lambda c, x, y: x if c else y, c, a, b), note=note)
    where(matrix([1, 0, 1], [0, 1, 0]), r.numbers(2, 3), r.numbers(2, 3), "same shapes")
    where(matrix([1], [0]), r.numbers(3), r.numbers(2, 3), "broadcast: [2,1], [3], [2,3]")
    where(vector(1, 0), vector(2.0, nan), vector(inf, 3.0), "what is not chosen leaves no trace")
    where(scalar(0), r.numbers(2, 2), scalar(7.5), "scalars")
    where(Array([0], []), Array([0], []), scalar(1.0), "nothing")


def reductions(r):
    sums = {"sum": lambda row, amp: amp.total(row), "mean": lambda row, amp: amp.total(row) / len(row),
            "norm": lambda row, amp: mp.sqrt(amp.total(x * x for x in row)),
            "min": lambda row, amp: extreme(row, min), "max": lambda row, amp: extreme(row, max),
            "argmax": lambda row, amp: mpf(row.index(max(row))), "logsumexp": lambda row, amp: logsumexp(row)}

    def reduced(op, a, axis=None, note="", exact=False):
        amp = Amplification()
        expected = reduce(lambda row: sums[op](row, amp), a, axis)
        r.case(op, [a], expected, {} if axis is None else {"axis": axis}, 1 if exact else amp.worst, note)
    for op in sums:
        for shape, axis in [([5], None), ([2, 3], None), ([2, 3], 0), ([2, 3], 1), ([2, 3, 2], 1), ([2, 1, 3], 1), ([1], 0), ([], None), ([17], 0)]:
            if not (op == "argmax" and axis is None):
                reduced(op, r.numbers(*shape), axis, f"shape {shape}")
    reduced("argmax", r.numbers(7), None, "of all elements")
    for axis in (0, None):
        reduced("sum", Array([0, 3], []), axis, "nothing sums to zero")
    reduced("sum", Array([2, 0], []), 1, "nothing sums to zero")
    reduced("sum", vector(1e15, 1.0, -1e15, 1.0), None, "large terms that cancel: every partial sum is exact", exact=True)
    reduced("sum", vector(1e8, 0.1, -1e8, 0.3), None, "large terms that cancel")
    reduced("sum", Array([300], [0.1] * 300), None, "0.1 three hundred times")
    reduced("mean", vector(1e8, 0.1, -1e8, 0.3), None, "large terms that cancel")
    reduced("mean", Array([4, 2], [1e-310, 1e300] * 4), 0, "denormal and huge")
    for op in ("sum", "mean", "min", "max", "norm", "logsumexp"):
        reduced(op, matrix([1.0, inf], [-2.0, 3.0], [nan, 1.0]), 1, "an infinity, plain numbers, a NaN")
    reduced("sum", vector(inf, -inf, 1.0), None, "opposite infinities")
    for op in ("min", "max"):
        reduced(op, vector(3.0, -inf, 2.0, inf), None, "infinities")
    reduced("argmax", matrix([1.0, 3.0, 3.0], [2.0, 2.0, 1.0], [-inf, -1e308, -1e308]), 1, "the first of equals")
    reduced("norm", vector(3.0, 4.0), None, "3, 4, 5")
    reduced("norm", vector(0.0, 0.0), None, "zero")
    reduced("logsumexp", matrix([1e308, 1e308], [-1e308, -1e308], [1e308, -1e308], [-inf, -inf], [inf, 0.0], [-inf, 2.5]), 1, "the ends of the range")
    reduced("logsumexp", matrix([800.0, 801.0, 799.5], [-800.0, -801.0, -900.0], [1000.0, 0.0, -1000.0]), 1, "beyond exp's range")
    reduced("logsumexp", vector(-745.0, -745.5, -746.0), None, "denormal terms")

    def spread(op, a, axis, ddof, note):
        root = mp.sqrt if op == "standardDeviation" else (lambda v: v)
        expected = reduce(lambda row: root(variance(row, ddof)), a, axis)
        r.case(op, [a], expected, {"ddof": ddof} if axis is None else {"axis": axis, "ddof": ddof}, note=note)
    for op in ("variance", "standardDeviation"):
        for shape, axis in [([6], None), ([3, 4], 0), ([3, 4], 1), ([2, 3, 2], 1), ([2, 3], None)]:
            for ddof in (0, 1):
                spread(op, r.numbers(*shape), axis, ddof, f"shape {shape}")
        spread(op, vector(1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16), None, 0, "a large offset, exactly represented")
        spread(op, vector(1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16), None, 1, "a large offset, exactly represented")
        spread(op, vector(1e7 + 0.1, 1e7 + 0.7, 1e7 - 1.3, 1e7 + 2.9), None, 0, "a large offset with a fraction: one pass loses all digits")
        spread(op, vector(-1e7 + 0.1, -1e7 + 0.7, -1e7 - 1.3), None, 1, "a large negative offset")
        spread(op, vector(3.5), None, 0, "one element")
        spread(op, matrix([5.0, 5.0, 5.0], [1e-150, 2e-150, 4e-150]), 1, 0, "a constant row, a tiny row")

    def lanewise(op, function, a, axis, note, condition=1):
        r.case(op, [a], along(function, a, axis), {"axis": axis}, condition, note)

    def cumulative(a, axis, note, exact=False):
        amp = Amplification()
        expected = along(lambda row: [amp.total(row[:k + 1]) for k in range(len(row))], a, axis)
        r.case("cumsum", [a], expected, {"axis": axis}, 1 if exact else amp.worst, note)
    for shape, axis in [([5], 0), ([2, 4], 0), ([2, 4], 1), ([2, 3, 2], 1), ([1], 0), ([0], 0), ([0, 3], 1)]:
        cumulative(r.numbers(*shape), axis, f"shape {shape}")
    cumulative(vector(1e15, 1.0, -1e15, 1.0), 0, "large terms that cancel: every partial sum is exact", exact=True)
    cumulative(vector(1e8, 0.1, -1e8, 0.3), 0, "large terms that cancel")
    cumulative(vector(1.0, inf, 2.0, -inf, 3.0), 0, "opposite infinities")
    cumulative(vector(1.0, nan, 2.0), 0, "NaN from there on")

    def log_softmax_condition(a, axis):
        """Near the largest element log(sum) is close to 0 and known to an absolute 1e-16 only."""
        values = [abs(x) for x in along(log_softmax, a, axis).data if mp.isfinite(x) and to_double(x) != 0]
        return 1 / min(values, default=mpf(1))
    for op in ("softmax", "log_softmax"):
        def function(row):
            return log_softmax(row) if op == "log_softmax" else [mp.exp(x) for x in log_softmax(row)]
        for note, a, axis in [("shape [4]", r.numbers(4), 0), ("shape [2,3]", r.numbers(2, 3), 1), ("shape [2,3] down", r.numbers(2, 3), 0), ("rank three", r.numbers(2, 2, 3), 2),
                              ("the middle axis", r.numbers(2, 3, 2), 1), ("one class", r.numbers(2, 1), 1),
                              ("huge scores", matrix([1000.0, 1001.0, 999.0], [-1000.0, -1001.0, -1002.0]), 1),
                              ("the ends of the range", matrix([1e308, 1e308], [-1e308, -1e308]), 1), ("a sure winner", matrix([1600.0, 0.0, -1600.0]), 1),
                              ("far losers", vector(0.0, -10.0, -700.0), 0), ("a clear winner", vector(10.0, 0.0, 1.0), 0), ("minus infinity takes no part", vector(-inf, 1.0, 2.0), 0),
                              ("NaN takes all", matrix([nan, 1.0], [1.0, 2.0]), 1), ("nothing", Array([0, 3], []), 1)]:
            lanewise(op, function, a, axis, note, log_softmax_condition(a, axis) if op == "log_softmax" else 1)

    def dot(a, b, note, exact=False):
        amp = Amplification()
        value = amp.total(x * y for x, y in zip(a.data, b.data))
        r.case("dot", [a, b], scalar(value), condition=1 if exact else amp.worst, note=note)
    dot(r.numbers(3), r.numbers(3), "three")
    dot(r.numbers(1), r.numbers(1), "one")
    dot(r.numbers(33), r.numbers(33), "thirty-three")
    dot(Array([0], []), Array([0], []), "none")
    dot(vector(1e7, 1.0, -1e7), vector(1e7, 0.5, 1e7), "large products that cancel: every partial sum is exact", exact=True)
    dot(vector(1e4, 1.0, -1e4), vector(1e4, 0.3, 1e4), "large products that cancel")
    dot(vector(1.0, inf), vector(2.0, 3.0), "an infinity")


def linear_algebra(r):
    def product(a, b, note, exact=False):
        amp = Amplification()
        (rows, inner), columns = a.shape, b.shape[1]
        expected = Array.build([rows, columns], lambda i, j: amp.total(a[[i, k]] * b[[k, j]] for k in range(inner)))
        r.case("matmul", [a, b], expected, condition=1 if exact else amp.worst, note=note)
    for n, k, m in [(1, 1, 1), (2, 3, 4), (1, 5, 1), (3, 1, 3), (5, 7, 3), (4, 17, 2), (9, 8, 9), (0, 3, 2), (2, 0, 3), (2, 3, 0)]:
        product(r.numbers(n, k), r.numbers(k, m), f"[{n},{k}] by [{k},{m}]")
    product(matrix([1e7, 1.0, -1e7]), matrix([1e7], [0.5], [1e7]), "large products that cancel: every partial sum is exact", exact=True)
    product(matrix([1e200, 0.0], [1.0, inf]), matrix([1e200, 1.0], [1.0, 2.0]), "overflow and an infinity")

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
    bernoulli(vector(0.0), vector(nan), "NaN")

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
