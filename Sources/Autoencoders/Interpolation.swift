import Autodiff
import Glibc

/// Ways from one code to another.
public enum Interpolation: String, Sendable, CaseIterable {
    /// Straight: (1 − t)a + tb. Between two draws of N(0, 1) in many dimensions it passes nearer to 0 than draws ever lie.
    case lerp
    /// The direction turns evenly from a's to b's, and the length goes evenly from one to the other (Shoemake 1985, White
    /// 2016, with lengths). A zero vector takes the direction of the other. Opposite
    /// directions lie on many half circles: the one that leaves along a's smallest coordinate is taken, the straight line where
    /// there is but one dimension.
    case slerp

    /// The code at t, from 0 at a to 1 at b.
    public func between(_ a: [Float], _ b: [Float], _ t: Double) -> [Float] {
        precondition(a.count == b.count, "two codes of one model")
        if t == 0 { return a }
        if t == 1 { return b }
        switch self {
        case .lerp: return Self.straight(a, b, t)
        case .slerp: return Self.turned(a, b, t) ?? Self.straight(a, b, t)
        }
    }

    /// `steps` codes from a to b, both ends among them, [steps, latent].
    public func path(from a: [Float], to b: [Float], steps: Int) -> [Float] {
        precondition(steps >= 2, "a path has two ends")
        return (0..<steps).flatMap { between(a, b, Double($0) / Double(steps - 1)) }
    }

    private static func straight(_ a: [Float], _ b: [Float], _ t: Double) -> [Float] {
        zip(a, b).map { Float((1 - t) * Double($0) + t * Double($1)) }
    }

    /// u(t) = cos(tΩ)â + sin(tΩ)p, where p is the direction of b̂'s part across â, and Ω the angle from â to b̂.
    private static func turned(_ a: [Float], _ b: [Float], _ t: Double) -> [Float]? {
        func length(_ v: [Double]) -> Double { v.reduce(0) { $0 + $1 * $1 }.squareRoot() }
        let a = a.map(Double.init), b = b.map(Double.init), lengthA = length(a), lengthB = length(b)
        guard lengthA > 0, lengthB > 0, (lengthA + lengthB).isFinite else { return nil }
        let from = a.map { $0 / lengthA }, to = b.map { $0 / lengthB }
        func across(_ v: [Double]) -> [Double] {
            let along = zip(from, v).reduce(0) { $0 + $1.0 * $1.1 }
            return zip(from, v).map { $1 - along * $0 }
        }
        let cosine = zip(from, to).reduce(0) { $0 + $1.0 * $1.1 }
        var aside = across(to), sine = length(aside)
        if sine < 1e-7 {
            // Single precision knows no better than that they are parallel, or opposite.
            guard cosine < 0, a.count > 1, let smallest = from.indices.min(by: { abs(from[$0]) < abs(from[$1]) }) else { return nil }
            aside = across(from.indices.map { $0 == smallest ? 1 : 0 })
            sine = 0
        }
        let angle = t * atan2(sine, cosine), size = (1 - t) * lengthA + t * lengthB, unit = length(aside)
        return zip(from, aside).map { Float(size * (cos(angle) * $0 + sin(angle) * $1 / unit)) }
    }
}
