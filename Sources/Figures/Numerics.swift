import Glibc

// The few functions of the C library that a figure needs, so that no other file imports it for arithmetic.

package func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }
package func logarithm10(_ x: Double) -> Double { log10(x) }
package func cosine(_ x: Double) -> Double { cos(x) }
package func sine(_ x: Double) -> Double { sin(x) }
package func distance(_ a: Point, _ b: Point) -> Double { hypot(a.x - b.x, a.y - b.y) }
package func hypotenuse(_ x: Double, _ y: Double) -> Double { hypot(x, y) }
