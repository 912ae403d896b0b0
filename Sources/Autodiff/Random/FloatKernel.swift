/// 32 random bits a lane into floats, sixteen lanes at once. Integers become floats by setting the bits of 2²³ + n and
/// subtracting 2²³: the language's own conversion of vectors goes lane by lane. Fused multiply-adds round once, so the
/// bits do not depend on the processor.
enum FloatKernel {
    typealias Floats = SIMD16<Float>
    typealias Bits = SIMD16<UInt32>

    @inline(__always)
    static func uniforms(_ first: Bits, _ second: Bits) -> (Floats, Floats) {
        (uniform(first), uniform(second))
    }

    /// The upper 24 bits as a multiple of 2⁻²⁴, exactly.
    @inline(__always)
    private static func uniform(_ bits: Bits) -> Floats {
        let upper = small(bits &>> Bits(repeating: 16))
        let lower = small((bits &>> Bits(repeating: 8)) & Bits(repeating: 0xFF))
        return fma(upper, 0x1p-16, lower * Floats(repeating: 0x1p-24))
    }

    /// Box and Muller: (cos a, sin a) √(-2 ln u), with the angle a = s π/4 + t π/2, |t| < 1/2, folded into the first
    /// quadrant and given two fair signs: cos, sin(π/4 + x) = (cos x ∓ sin x)/√2, and the √2 cancels the radius's.
    @inline(__always)
    static func normals(_ radiusBits: Bits, _ angleBits: Bits) -> (Floats, Floats) {
        // u in (0, 1], with all 32 bits where it is small, which is where the tail comes from.
        let upper = small(radiusBits &>> Bits(repeating: 16))
        let lower = small(radiusBits & Bits(repeating: 0xFFFF))
        let u = fma(upper, 0x1p-16, fma(lower, 0x1p-32, Floats(repeating: 0x1p-33)))
        let radius = squareRoot(minusLog(u))

        // t from bits 7...29, centred on its cell.
        let unit = unsafeBitCast(((angleBits &>> Bits(repeating: 7)) & Bits(repeating: 0x7F_FFFF)) | Bits(repeating: 0x3F80_0000), to: Floats.self)
        let t = unit - Floats(repeating: 1.5) + Floats(repeating: 0x1p-24)
        let square = t * t
        // sin and cos of tπ/2: polynomials through Chebyshev points of t² on [0, 1/4], off by less than 6e-8.
        var sine = fma(square, -0.004602149128913879, Floats(repeating: 0.07968021929264069))
        sine = fma(square, sine, Floats(repeating: -0.6459634900093079))
        sine = fma(square, sine, Floats(repeating: 1.5707963705062866)) * t
        var cosine = fma(square, -0.020408159121870995, Floats(repeating: 0.25359857082366943))
        cosine = fma(square, cosine, Floats(repeating: -1.2336970567703247))
        cosine = fma(square, cosine, Floats(repeating: 1))

        let sign = Bits(repeating: 0x8000_0000)
        let first = unsafeBitCast(radius * (cosine - sine), to: Bits.self) ^ (angleBits & sign)
        let second = unsafeBitCast(radius * (cosine + sine), to: Bits.self) ^ ((angleBits &<< Bits(repeating: 1)) & sign)
        return (unsafeBitCast(first, to: Floats.self), unsafeBitCast(second, to: Floats.self))
    }

    /// -ln u for u in (0, 1]: u = 2^e (1 + f), f in [√½ - 1, √2 - 1], ln(1 + f) = f - f²/2 + f³ P(f), P through
    /// Chebyshev points, off by less than 1e-8.
    @inline(__always)
    private static func minusLog(_ u: Floats) -> Floats {
        let rootHalf = Bits(repeating: 0x3F35_04F3)
        let bits = unsafeBitCast(u, to: Bits.self)
        // (bits - bits of √½) >> 23 is e; kept positive by adding 64 to it.
        let shifted = (bits &- rootHalf &+ Bits(repeating: 64 << 23)) &>> Bits(repeating: 23)
        let exponent = small(shifted) - Floats(repeating: 64)
        let mantissa = bits &- ((shifted &- Bits(repeating: 64)) &<< Bits(repeating: 23))
        let f = unsafeBitCast(mantissa, to: Floats.self) - Floats(repeating: 1)
        var p = fma(f, -0.0790274366736412, Floats(repeating: 0.12622319161891937))
        p = fma(f, p, Floats(repeating: -0.12998183071613312))
        p = fma(f, p, Floats(repeating: 0.14214496314525604))
        p = fma(f, p, Floats(repeating: -0.166412815451622))
        p = fma(f, p, Floats(repeating: 0.20001044869422913))
        p = fma(f, p, Floats(repeating: -0.25000306963920593))
        p = fma(f, p, Floats(repeating: 0.3333333134651184))
        let square = f * f
        let tail = fma(square * f, p, square * Floats(repeating: -0.5))
        let log = fma(exponent, 0.6931471805599453, f + tail)
        return (Floats(repeating: 0) - log).replacing(with: 0, where: log .> 0)
    }

    /// √x for x = 0 and for normal x > 0. The language's own goes lane by lane; this is x times a reciprocal root found
    /// from the halved exponent by two steps of Newton's method, and a last correction of the product itself.
    @inline(__always)
    private static func squareRoot(_ x: Floats) -> Floats {
        var reciprocal = unsafeBitCast(Bits(repeating: 0x5F37_59DF) &- (unsafeBitCast(x, to: Bits.self) &>> Bits(repeating: 1)), to: Floats.self)
        let minusHalf = x * Floats(repeating: -0.5)
        for _ in 0..<2 {
            reciprocal *= fma(minusHalf * reciprocal, reciprocal, Floats(repeating: 1.5))
        }
        let root = x * reciprocal
        return fma(reciprocal * Floats(repeating: 0.5), fma(Floats(repeating: 0) - root, root, x), root)
    }

    /// Integers below 2²³ as floats.
    @inline(__always)
    private static func small(_ integers: Bits) -> Floats {
        unsafeBitCast(integers | Bits(repeating: 0x4B00_0000), to: Floats.self) - Floats(repeating: 0x1p23)
    }

    @inline(__always)
    private static func fma(_ a: Floats, _ b: Float, _ c: Floats) -> Floats { c.addingProduct(a, Floats(repeating: b)) }

    @inline(__always)
    private static func fma(_ a: Floats, _ b: Floats, _ c: Floats) -> Floats { c.addingProduct(a, b) }
}
