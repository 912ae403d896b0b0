package enum MarkerShape: Int, CaseIterable, Sendable, Hashable {
    case circle, square, triangle, diamond, triangleDown, plus, cross, star, pentagon, ring

    package init(series index: Int) {
        self = MarkerShape(rawValue: index % MarkerShape.allCases.count)!
    }
}

package struct Pen: Equatable, Sendable {
    package var color: Color
    package var width: Double
    package var dash: [Double]

    package init(_ color: Color, width: Double, dash: [Double] = []) {
        self.color = color
        self.width = width
        self.dash = dash
    }
}

package struct Markers: Equatable, Sendable {
    package var points: [Point]
    package var shape: MarkerShape
    /// Diameter.
    package var size: Double
    /// One colour for all, or one for each.
    package var colors: [Color]
    /// A thin white rim keeps overlapping markers apart.
    package var rim: Bool

    package init(points: [Point], shape: MarkerShape, size: Double, colors: [Color], rim: Bool) {
        self.points = points
        self.shape = shape
        self.size = size
        self.colors = colors
        self.rim = rim
    }
}

/// Pixels in rows from the top, four bytes each: red, green, blue, alpha (not premultiplied).
public struct Bitmap: Equatable, Sendable {
    public let width, height: Int
    public let pixels: [UInt8]

    public init(width: Int, height: Int, pixels: [UInt8]) {
        precondition(width > 0 && height > 0 && pixels.count == 4 * width * height, "a bitmap has four bytes a pixel")
        self.width = width
        self.height = height
        self.pixels = pixels
    }
}

/// What layout hands to the canvas: the whole picture as plain values, back to front.
package indirect enum Command: Equatable, Sendable {
    case fill(Path, Color)
    case stroke(Path, Pen)
    case markers(Markers)
    /// `at` is the left end of the first baseline; `angle` turns the text about it, in quarter turns anticlockwise.
    case text(TextBlock, at: Point, turns: Double, color: Color, halo: Bool)
    /// Cells stay sharp: pixels are not blended into each other.
    case image(Bitmap, in: Rect)
    case clip(Path, [Command])
    /// Drawn as pixels even in a vector file, because there are too many parts to keep.
    case raster(Rect, [Command])
}
