import Datasets
import Figures
import Networks

/// Items as pictures: rows of square length as squares, others as strips.
enum Pictures {
    /// No side of a picture is longer; what is beyond is left out.
    private static let longest = 4096

    static func write(_ items: [Float], shape: [Int], columns: Int, to path: String) throws {
        let figure = Figure(id: "pictures", panels: [[Panel(marks: [.images(images(items, shape: shape, columns: columns))])]])
        try AtomicFile.write(figure.png(), to: path)
    }

    static func images(_ items: [Float], shape: [Int], columns: Int) -> Mark.Images {
        let size = shape.reduce(1, *)
        let side = Int(Double(size).squareRoot().rounded())
        // Whatever comes before the last two axes is stacked.
        let width = shape.count >= 2 ? shape[shape.count - 1] : side * side == size ? side : size
        let height = size / max(1, width)
        let (shownWidth, shownHeight) = (min(width, longest), min(height, longest))
        var pictures: [[Double]] = []
        for item in stride(from: 0, to: items.count, by: max(1, size)) {
            var picture: [Double] = []
            for row in 0..<shownHeight {
                let start = item + row * width
                for pixel in items[start..<(start + shownWidth)] { picture.append(Double(pixel)) }
            }
            pictures.append(picture)
        }
        let values = items.lazy.filter(\.isFinite)
        let low = Double(min(0, values.min() ?? 0)), high = Double(max(1, values.max() ?? 1))
        return Mark.Images(images: pictures, width: shownWidth, height: shownHeight, columns: columns, limits: low...high)
    }
}

extension LoadedDataset {
    /// `all`, `train` or `test`; where nothing can be held out to test on, `test` is empty.
    func part(_ name: String) -> Dataset { name == "all" ? all() : name == "train" ? split().train : split().test }
}

/// Data by a name or a path, for commands.
enum DataSource {
    static func load(_ name: String) throws -> LoadedDataset {
        do {
            return try Dataset.named(name, cache: DataCommand.cache)
        } catch let error as DatasetError {
            throw CommandError.badInput(error.description, hint: error.hint)
        }
    }
}
