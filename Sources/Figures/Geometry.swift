/// A place on the page, in points, y downwards.
package struct Point: Hashable, Sendable {
    package var x, y: Double

    package init(_ x: Double, _ y: Double) {
        self.x = x
        self.y = y
    }
}

package struct Rect: Equatable, Sendable {
    package var x, y, width, height: Double

    package init(x: Double, y: Double, width: Double, height: Double) {
        self.x = x
        self.y = y
        self.width = width
        self.height = height
    }

    package var maxX: Double { x + width }
    package var maxY: Double { y + height }
    package var centre: Point { Point(x + width / 2, y + height / 2) }

    package func grown(by margin: Double) -> Rect {
        Rect(x: x - margin, y: y - margin, width: width + 2 * margin, height: height + 2 * margin)
    }

    package func contains(_ point: Point) -> Bool {
        point.x >= x && point.x <= maxX && point.y >= y && point.y <= maxY
    }

    package func contains(_ other: Rect) -> Bool {
        other.x >= x - 1e-6 && other.maxX <= maxX + 1e-6 && other.y >= y - 1e-6 && other.maxY <= maxY + 1e-6
    }

    package func overlaps(_ other: Rect) -> Bool {
        x < other.maxX && other.x < maxX && y < other.maxY && other.y < maxY
    }

    /// The same size, moved as little as possible so that it lies inside `bounds`.
    package func moved(into bounds: Rect) -> Rect {
        var moved = self
        moved.x = max(bounds.x, min(moved.x, bounds.maxX - width))
        moved.y = max(bounds.y, min(moved.y, bounds.maxY - height))
        return moved
    }
}

package struct Path: Equatable, Sendable {
    package enum Element: Equatable, Sendable {
        case move(Point), line(Point), curve(Point, Point, Point), close
    }

    package var elements: [Element] = []

    package init() {}

    package init(_ points: [Point], closed: Bool = false) {
        add(points, closed: closed)
    }

    package mutating func add(_ points: [Point], closed: Bool = false) {
        guard let first = points.first else { return }
        elements.reserveCapacity(elements.count + points.count + 1)
        elements.append(.move(first))
        // A lone point is drawn as a line of no length, which round caps turn into a dot.
        if points.count == 1 { elements.append(.line(first)) }
        for point in points.dropFirst() { elements.append(.line(point)) }
        if closed { elements.append(.close) }
    }

    package mutating func add(_ rect: Rect) {
        add([Point(rect.x, rect.y), Point(rect.maxX, rect.y), Point(rect.maxX, rect.maxY), Point(rect.x, rect.maxY)], closed: true)
    }

    package static func rectangle(_ rect: Rect) -> Path {
        var path = Path()
        path.add(rect)
        return path
    }

    package static func segment(_ start: Point, _ end: Point) -> Path { Path([start, end]) }

    package static func rounded(_ r: Rect, radius: Double) -> Path {
        let radius = min(radius, r.width / 2, r.height / 2)
        let k = radius * 0.4477  // a quarter circle's control points lie at 1 - 0.5523 of the corner
        var path = Path()
        path.elements = [
            .move(Point(r.x + radius, r.y)), .line(Point(r.maxX - radius, r.y)),
            .curve(Point(r.maxX - k, r.y), Point(r.maxX, r.y + k), Point(r.maxX, r.y + radius)),
            .line(Point(r.maxX, r.maxY - radius)),
            .curve(Point(r.maxX, r.maxY - k), Point(r.maxX - k, r.maxY), Point(r.maxX - radius, r.maxY)),
            .line(Point(r.x + radius, r.maxY)),
            .curve(Point(r.x + k, r.maxY), Point(r.x, r.maxY - k), Point(r.x, r.maxY - radius)),
            .line(Point(r.x, r.y + radius)),
            .curve(Point(r.x, r.y + k), Point(r.x + k, r.y), Point(r.x + radius, r.y)), .close,
        ]
        return path
    }

    package var isEmpty: Bool { elements.isEmpty }
}
