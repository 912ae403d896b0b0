import Autodiff
import Testing

/// Windows of 4x4 with stride 2 and padding 1, against their definition pixel by pixel.
@Suite("Convolution: windows")
struct ConvWindowsTests {
    static let sizes = [(1, 1, 1), (1, 3, 2), (3, 1, 5), (2, 2, 4), (7, 7, 32), (14, 14, 1), (5, 3, 17)]

    private func drawn(_ count: Int, _ name: String) -> [Float] {
        var stream = RandomStream(seed: 3, name: name)
        var numbers = [Float](repeating: 0, count: count)
        numbers.withUnsafeMutableBufferPointer { stream.fillNormal($0) }
        return numbers
    }

    /// Each window's number and the place in the image that it stands for, where that lies inside.
    private func places(_ windows: HalvingWindows) -> [(window: Int, image: Int?)] {
        var result: [(Int, Int?)] = []
        for position in 0..<windows.positions {
            for ky in 0..<4 {
                for kx in 0..<4 {
                    let y = 2 * (position / windows.columns) + ky - 1, x = 2 * (position % windows.columns) + kx - 1
                    let isInside = (0..<(2 * windows.rows)).contains(y) && (0..<(2 * windows.columns)).contains(x)
                    for c in 0..<windows.channels {
                        result.append((result.count, isInside ? (y * 2 * windows.columns + x) * windows.channels + c : nil))
                    }
                }
            }
        }
        return result
    }

    @Test(arguments: sizes) func unfold(_ size: (Int, Int, Int)) {
        let windows = HalvingWindows(rows: size.0, columns: size.1, channels: size.2)
        let image = drawn(windows.imageSize, "image")
        var unfolded = [Float](repeating: .nan, count: windows.positions * windows.windowSize)
        windows.unfold(image, into: &unfolded)
        #expect(unfolded == places(windows).map { $0.image.map { image[$0] } ?? 0 })
    }

    @Test(arguments: sizes) func fold(_ size: (Int, Int, Int)) {
        let windows = HalvingWindows(rows: size.0, columns: size.1, channels: size.2)
        // Small whole numbers add up exactly in any order; what hangs over the edge must not be read into the image.
        let unfolded = drawn(windows.positions * windows.windowSize, "windows").map { (8 * $0).rounded() }
        var expected = [Float](repeating: 0, count: windows.imageSize)
        for place in places(windows) { if let image = place.image { expected[image] += unfolded[place.window] } }
        var image = [Float](repeating: .nan, count: windows.imageSize)
        windows.fold(unfolded, into: &image)
        #expect(image == expected)
    }
}
