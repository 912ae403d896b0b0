/// Sixteen floats at a time. Exponentials and logarithms here are for training: off by an ulp or two, and many times
/// faster than one by one. Fused multiply-adds only, so that the bits do not depend on how a loop is cut.
package typealias FloatLanes = SIMD16<Float>

extension FloatLanes {
    @inline(__always)
    static func load(_ from: UnsafePointer<Float>) -> FloatLanes { UnsafeRawPointer(from).loadUnaligned(as: FloatLanes.self) }

    @inline(__always)
    func store(_ to: UnsafeMutablePointer<Float>) { UnsafeMutableRawPointer(to).storeBytes(of: self, as: FloatLanes.self) }

    @inline(__always)
    static func fma(_ a: FloatLanes, _ b: FloatLanes, _ c: FloatLanes) -> FloatLanes { c.addingProduct(a, b) }

    @inline(__always)
    static func fma(_ a: FloatLanes, _ b: Float, _ c: FloatLanes) -> FloatLanes { c.addingProduct(a, FloatLanes(repeating: b)) }

    @inline(__always)
    static func all(_ x: Float) -> FloatLanes { FloatLanes(repeating: x) }

    // The language's own pointwiseMax goes lane by lane. A NaN in `self` stays one, so that the loss comes to show it.
    @inline(__always)
    func larger(_ other: FloatLanes) -> FloatLanes { replacing(with: other, where: self .< other) }

    @inline(__always)
    func smaller(_ other: FloatLanes) -> FloatLanes { replacing(with: other, where: self .> other) }

    /// eˣ = 2ⁿ·eʳ with n the whole number nearest x/ln 2 and |r| ≤ ln 2/2; n is read from the bits of n + 1.5·2²³.
    @inline(__always)
    var exponential: FloatLanes {
        let x = larger(.all(-87.33654)).smaller(.all(88.02969))
        let magic = FloatLanes.all(12_582_912)
        let shifted = FloatLanes.fma(x, 1.442695040888963, magic)
        let n = shifted - magic
        let r = FloatLanes.fma(n, -1.42860682030941723212e-6, FloatLanes.fma(n, -0.693145751953125, x))
        var p = FloatLanes.fma(r, 1.3981999507e-3, .all(8.3334519073e-3))
        p = FloatLanes.fma(p, r, .all(4.1665795894e-2))
        p = FloatLanes.fma(p, r, .all(1.6666665459e-1))
        p = FloatLanes.fma(p, r, .all(5.0000001201e-1))
        p = FloatLanes.fma(p, r * r, r + .all(1))
        let bits = unsafeBitCast(shifted, to: SIMD16<UInt32>.self) &<< SIMD16<UInt32>(repeating: 23)
        return unsafeBitCast(unsafeBitCast(p, to: SIMD16<UInt32>.self) &+ bits, to: FloatLanes.self)
    }

    /// ln(1 + t) for t in [0, 1]: 1 + t = 2ᵏ(1 + f) with f in [√½ − 1, √2 − 1].
    @inline(__always)
    var logOnePlus: FloatLanes {
        let isLarge = self .> .all(0.41421356)
        let f = replacing(with: FloatLanes.fma(self, 0.5, .all(-0.5)), where: isLarge)
        return f.logOnePlusSmall + FloatLanes.all(0).replacing(with: .all(0.69314718), where: isLarge)
    }

    /// ln x for normal x > 0: x = 2ᵏ(1 + f); k is turned into a float as in `exponential`, the other way round.
    @inline(__always)
    var logarithm: FloatLanes {
        let bits = unsafeBitCast(self, to: SIMD16<Int32>.self)
        let k = (bits &- SIMD16<Int32>(repeating: 0x3F35_04F3)) &>> SIMD16<Int32>(repeating: 23)
        let f = unsafeBitCast(bits &- (k &<< SIMD16<Int32>(repeating: 23)), to: FloatLanes.self) - .all(1)
        let whole = unsafeBitCast(k &+ SIMD16<Int32>(repeating: 0x4B40_0000), to: FloatLanes.self) - .all(12_582_912)
        return FloatLanes.fma(whole, 0.69314718, f.logOnePlusSmall)
    }

    /// ln(1 + f) = f − f²/2 + f³P(f) for f in [√½ − 1, √2 − 1].
    @inline(__always)
    var logOnePlusSmall: FloatLanes {
        let f = self
        var p = FloatLanes.fma(f, -0.0790274366736412, .all(0.12622319161891937))
        p = FloatLanes.fma(f, p, .all(-0.12998183071613312))
        p = FloatLanes.fma(f, p, .all(0.14214496314525604))
        p = FloatLanes.fma(f, p, .all(-0.166412815451622))
        p = FloatLanes.fma(f, p, .all(0.20001044869422913))
        p = FloatLanes.fma(f, p, .all(-0.25000306963920593))
        p = FloatLanes.fma(f, p, .all(0.3333333134651184))
        let square = f * f
        return FloatLanes.fma(square * f, p, FloatLanes.fma(square, -0.5, f))
    }

    /// 1/√x for normal x > 0: from the halved exponent by three steps of Newton's method.
    @inline(__always)
    var reciprocalRoot: FloatLanes {
        let bits = SIMD16<UInt32>(repeating: 0x5F37_59DF) &- (unsafeBitCast(self, to: SIMD16<UInt32>.self) &>> SIMD16<UInt32>(repeating: 1))
        var y = unsafeBitCast(bits, to: FloatLanes.self)
        let minusHalf = self * .all(-0.5)
        y *= FloatLanes.fma(minusHalf * y, y, .all(1.5))
        y *= FloatLanes.fma(minusHalf * y, y, .all(1.5))
        y *= FloatLanes.fma(minusHalf * y, y, .all(1.5))
        return y
    }

    @inline(__always)
    var magnitude: FloatLanes {
        unsafeBitCast(unsafeBitCast(self, to: SIMD16<UInt32>.self) & SIMD16<UInt32>(repeating: 0x7FFF_FFFF), to: FloatLanes.self)
    }
}

/// Runs `body` on sixteen elements at a time, and once more on what is left, copied into lanes and back.
@inline(__always)
func forEachSixteen(_ count: Int, _ body: (_ start: Int) -> Void, rest: (_ start: Int, _ length: Int) -> Void) {
    let whole = count & ~15
    var i = 0
    while i < whole {
        body(i)
        i += 16
    }
    if whole < count { rest(whole, count - whole) }
}

extension FloatLanes {
    /// The last few elements of a row, the other lanes filled up.
    @inline(__always)
    static func load(_ from: UnsafePointer<Float>, _ length: Int, filler: Float = 0) -> FloatLanes {
        var lanes = FloatLanes(repeating: filler)
        for k in 0..<length { lanes[k] = from[k] }
        return lanes
    }

    @inline(__always)
    func store(_ to: UnsafeMutablePointer<Float>, _ length: Int) { for k in 0..<length { to[k] = self[k] } }
}
