"""The cases of reductions, and of what works from lane to lane along an axis."""
from mpmath import mp, mpf

from high_precision import (INF, NAN, Amplification, Array, along, extreme, log_softmax, logsumexp, matrix, reduce, scalar, to_double,
                            variance, vector)


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
        reduced(op, matrix([1.0, INF], [-2.0, 3.0], [NAN, 1.0]), 1, "an infinity, plain numbers, a NaN")
    reduced("sum", vector(INF, -INF, 1.0), None, "opposite infinities")
    for op in ("min", "max"):
        reduced(op, vector(3.0, -INF, 2.0, INF), None, "infinities")
    reduced("argmax", matrix([1.0, 3.0, 3.0], [2.0, 2.0, 1.0], [-INF, -1e308, -1e308]), 1, "the first of equals")
    reduced("norm", vector(3.0, 4.0), None, "3, 4, 5")
    reduced("norm", vector(0.0, 0.0), None, "zero")
    reduced("logsumexp", matrix([1e308, 1e308], [-1e308, -1e308], [1e308, -1e308], [-INF, -INF], [INF, 0.0], [-INF, 2.5]), 1, "the ends of the range")
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
    cumulative(vector(1.0, INF, 2.0, -INF, 3.0), 0, "opposite infinities")
    cumulative(vector(1.0, NAN, 2.0), 0, "NaN from there on")

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
                              ("far losers", vector(0.0, -10.0, -700.0), 0), ("a clear winner", vector(10.0, 0.0, 1.0), 0), ("minus infinity takes no part", vector(-INF, 1.0, 2.0), 0),
                              ("NaN takes all", matrix([NAN, 1.0], [1.0, 2.0]), 1), ("nothing", Array([0, 3], []), 1)]:
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
    dot(vector(1.0, INF), vector(2.0, 3.0), "an infinity")
