/// The geometry of a 4x4 window with stride 2 and padding 1, which halves an image's sides, and whose transpose doubles
/// them. Images stand pixel by pixel, channels last: [2·rows, 2·columns, channels]; then a window's row is one run of
/// 4·channels numbers in memory. Windows are [rows·columns, 4, 4, channels].
package struct HalvingWindows: Sendable {
    /// Windows down and across.
    package let rows: Int, columns: Int
    package let channels: Int

    package init(rows: Int, columns: Int, channels: Int) {
        precondition(rows > 0 && columns > 0 && channels > 0)
        (self.rows, self.columns, self.channels) = (rows, columns, channels)
    }

    package var positions: Int { rows * columns }
    package var windowSize: Int { 16 * channels }
    package var imageSize: Int { 4 * positions * channels }
    /// Numbers in one row of the image.
    package var imageRow: Int { 2 * columns * channels }

    /// Copies each window out of the image, zeros where it hangs over the edge.
    package func unfold(_ image: UnsafePointer<Float>, into windows: UnsafeMutablePointer<Float>) {
        let run = 4 * channels
        for y in 0..<rows {
            for ky in 0..<4 {
                let imageY = 2 * y + ky - 1
                var to = windows + (y * columns * 4 + ky) * run
                guard imageY >= 0, imageY < 2 * rows else {
                    for _ in 0..<columns {
                        fill(to, run)
                        to += 4 * run
                    }
                    continue
                }
                // The first window begins, and the last one ends, a pixel outside.
                let from = image + imageY * imageRow
                if columns == 1 {
                    fill(to, channels)
                    copy(from, to + channels, 2 * channels)
                    fill(to + 3 * channels, channels)
                    continue
                }
                fill(to, channels)
                copy(from, to + channels, 3 * channels)
                to += 4 * run
                for x in 1..<(columns - 1) {
                    copy(from + (2 * x - 1) * channels, to, run)
                    to += 4 * run
                }
                copy(from + (2 * columns - 3) * channels, to, 3 * channels)
                fill(to + 3 * channels, channels)
            }
        }
    }

    /// The transpose of `unfold`: each pixel is the sum of its places in all windows, and is written once.
    package func fold(_ windows: UnsafePointer<Float>, into image: UnsafeMutablePointer<Float>) {
        let run = 4 * channels, window = 4 * run, pair = 2 * channels
        withUnsafeTemporaryAllocation(of: Float.self, capacity: pair) { nothing in
            nothing.update(repeating: 0)
            let zeros = UnsafePointer(nothing.baseAddress!)
            for imageY in 0..<(2 * rows) {
                // Two windows' rows lie over this one: y's at `ky`, and the one's above at `ky` + 2.
                let y = (imageY + 1) / 2, ky = (imageY + 1) % 2
                let lower = y < rows ? windows + y * columns * window + ky * run : nil
                let upper = y > 0 ? windows + (y - 1) * columns * window + (ky + 2) * run : nil
                let to = image + imageY * imageRow
                // The pixels 2x − 1 and 2x: the right half of window x − 1 and the left half of window x.
                for x in 0...columns {
                    let left = (x - 1) * window + pair, right = x * window
                    let skipped = x == 0 ? channels : 0
                    sum(
                        (x > 0 ? lower.map { $0 + left } ?? zeros : zeros) + skipped, (x > 0 ? upper.map { $0 + left } ?? zeros : zeros) + skipped,
                        (x < columns ? lower.map { $0 + right } ?? zeros : zeros) + skipped,
                        (x < columns ? upper.map { $0 + right } ?? zeros : zeros) + skipped,
                        to + (2 * x - 1) * channels + skipped, x == 0 || x == columns ? channels : pair)
                }
            }
        }
    }

    @inline(__always)
    private func copy(_ from: UnsafePointer<Float>, _ to: UnsafeMutablePointer<Float>, _ count: Int) {
        var i = 0
        while i + 16 <= count {
            FloatLanes.load(from + i).store(to + i)
            i += 16
        }
        while i < count {
            to[i] = from[i]
            i += 1
        }
    }

    @inline(__always)
    private func fill(_ to: UnsafeMutablePointer<Float>, _ count: Int) { for i in 0..<count { to[i] = 0 } }

    @inline(__always)
    private func sum(
        _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ c: UnsafePointer<Float>, _ d: UnsafePointer<Float>,
        _ to: UnsafeMutablePointer<Float>, _ count: Int
    ) {
        var i = 0
        while i + 16 <= count {
            ((FloatLanes.load(a + i) + FloatLanes.load(b + i)) + (FloatLanes.load(c + i) + FloatLanes.load(d + i))).store(to + i)
            i += 16
        }
        while i < count {
            to[i] = (a[i] + b[i]) + (c[i] + d[i])
            i += 1
        }
    }
}
