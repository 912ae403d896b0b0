"""The cases of the operations that work element by element."""
from mpmath import mp, mpf

from high_precision import INF, NAN, UNARY, Array, binary, elementwise, matrix, scalar, unary, vector

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
        a, b = matrix([INF], [-INF], [NAN], [0.0], [2.0], [-2.0]), matrix([INF, -INF, NAN, 0.0, 1.0, -1.0])
        r.case(op, [a, b], binary(op, a, b), note="infinities, NaN and zero in all pairs")
    for op, note, a, b in [
            ("add", "overflow, absorption, cancellation, denormals", [1e308, 1e16, 0.1, 5e-324, 1e-310], [1e308, 1.0, -0.3, 5e-324, -2e-310]),
            ("subtract", "neighbours", [1.0000000000000002, 1e308, 0.3], [1.0, -1e308, 0.1]),
            ("multiply", "overflow and underflow", [1e200, 1e-200, 1e-160, 3e-320, -1e300], [1e200, 1e-200, 1e-160, 0.5, 1e10]),
            ("divide", "overflow and underflow", [1.0, 1e-300, 1e300, 1.0, 1e-310], [3.0, 1e10, 1e-10, 5e-324, 3.0]),
            ("power", "a negative base with whole exponents", [-2.0, -2.0, -1.5, -1.0, -10.0, -0.1], [3.0, 2.0, -3.0, 1000001.0, 0.0, 5.0]),
            ("power", "a negative base with a fraction for exponent", [-2.0, -8.0], [0.5, 0.3333333333333333]),
            ("power", "zero to zero and to other powers", [0.0, 0.0, 0.0, 0.0], [0.0, 2.0, -1.0, 0.5]),
            ("power", "anything to zero, one to anything", [NAN, INF, 1.0, 1.0], [0.0, 0.0, NAN, INF]),
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
    clamp(vector(-INF, INF, NAN, 0.25), -0.5, 0.5, "infinities and NaN")
    clamp(vector(0.1, 0.2, 0.3), 0.2, 0.2, "an interval of one point")
    clamp(Array([0, 3], []), 0.0, 1.0, "nothing")

    def where(c, a, b, note):
        r.case("where", [c, a, b], elementwise(lambda c, x, y: x if c else y, c, a, b), note=note)
    where(matrix([1, 0, 1], [0, 1, 0]), r.numbers(2, 3), r.numbers(2, 3), "same shapes")
    where(matrix([1], [0]), r.numbers(3), r.numbers(2, 3), "broadcast: [2,1], [3], [2,3]")
    where(vector(1, 0), vector(2.0, NAN), vector(INF, 3.0), "what is not chosen leaves no trace")
    where(scalar(0), r.numbers(2, 2), scalar(7.5), "scalars")
    where(Array([0], []), Array([0], []), scalar(1.0), "nothing")
